/** What keeps the bot from starting, and what it says then. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ran } from './tools/program.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'responder-main-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function start(runbook: string) {
  const path = join(folder, 'runbook.yaml');
  writeFileSync(path, runbook);
  const env = {
    SLACK_BOT_TOKEN: 'xoxb-1-2-abc',
    SLACK_SIGNING_SECRET: 'shhh',
    RUNBOOK: path,
    DATABASE_URL: 'postgres://u:p@127.0.0.1:1/app',
  };
  const { code, printed } = await ran(['src/main.ts'], env);
  return { code, printed: printed.split('\n') };
}

it('does not start with a number of the runbook that no rule knows, and names the one that was meant', async () => {
  const runbook = readFileSync('runbook.yaml', 'utf8').replace('stuckAfter: 1h', 'stuckAfer: 1h');

  const { code, printed } = await start(runbook);

  expect(code).toBe(1);
  expect(printed).toEqual([
    expect.stringMatching(
      /runbook\.yaml:\d+:\d+ .*stuckAfer: this key is not known here\. Did you mean "stuckAfter"\?$/,
    ),
    'Responder did not start.',
  ]);
}, 60_000);

it('does not start with a target that no probe of its playbook reads, and names the one that was meant', async () => {
  const runbook = readFileSync('runbook.yaml', 'utf8').replace('label: app=kong', 'lable: app=edge');

  const { code, printed } = await start(runbook);

  expect(code).toBe(1);
  expect(printed).toEqual([
    expect.stringMatching(/runbook\.yaml:\d+:\d+ .*lable: this key is not known here\. Did you mean "label"\?$/),
    'Responder did not start.',
  ]);
}, 60_000);
