/** What keeps the bot from starting, and what it says then. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ran } from './tools/program.ts';

const away = { DATABASE_URL: 'postgres://u:p@127.0.0.1:1/app' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'responder-main-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function start(runbook: string, database: Record<string, string> = away) {
  const path = join(folder, 'runbook.yaml');
  writeFileSync(path, runbook);
  const env = {
    SLACK_BOT_TOKEN: 'xoxb-1-2-abc',
    SLACK_SIGNING_SECRET: 'shhh',
    RUNBOOK: path,
    ...database,
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

it('warns of an issue type that no playbook has the name of, with the one that was meant', async () => {
  const runbook = readFileSync('runbook.yaml', 'utf8').replace('id: api-gateway-502', 'id: api-gatway-502');

  // a folder below a file cannot be: it ends before it speaks to anybody
  const { code, printed } = await start(runbook, { DATA_DIR: join(folder, 'runbook.yaml', 'data') });

  expect(code).toBe(1);
  const warned = printed.filter((line) => line.includes('no playbook has the name'));
  expect(warned).toEqual([expect.stringMatching(/"issueType":"api-gatway-502","didYouMean":"api-gateway-502"/)]);
}, 60_000);
