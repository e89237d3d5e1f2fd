/** What keeps the bot from starting, and what it says then. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'responder-main-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function start(runbook: string): Promise<{ code: number | null; printed: string[] }> {
  const path = join(folder, 'runbook.yaml');
  writeFileSync(path, runbook);
  const env = {
    SLACK_BOT_TOKEN: 'xoxb-1-2-abc',
    SLACK_SIGNING_SECRET: 'shhh',
    DATABASE_URL: 'postgres://u:p@127.0.0.1:1/app',
    RUNBOOK: path,
  };
  const child = spawn(process.execPath, ['src/main.ts'], { env });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => {
      printed += part.toString();
    });
  await once(child, 'close', { signal: AbortSignal.timeout(30_000) }).finally(() => child.kill());
  return { code: child.exitCode, printed: printed.trim().split('\n') };
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
