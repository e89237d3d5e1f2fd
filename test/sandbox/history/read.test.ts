/** A run in a file is read back as it was, and judged at a terminal. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { type Records, readRecords, writeRecords } from '../../../src/sandbox/history/records.ts';
import { goodNight } from './night.ts';

const folder = mkdtempSync(join(tmpdir(), 'responder-history-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, change: (night: Records) => void = () => {}): string {
  const night = goodNight();
  change(night);
  const file = join(folder, name);
  writeRecords(file, night);
  return file;
}

const read = (...args: string[]): Promise<{ code: number; out: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, ['src/sandbox/history/read.ts', ...args], (error, out) => {
      resolve({ code: error ? 1 : 0, out });
    });
  });

it('reads back what was written', () => {
  expect(readRecords(written('same.json'))).toEqual(goodNight());
});

it('says that all invariants hold', async () => {
  expect(await read(written('good.json'))).toEqual({ code: 0, out: 'all invariants hold\n' });
});

it('says what does not hold, and fails', async () => {
  const file = written('bad.json', ({ slack }) => slack.violations.push('chat.postMessage: ratelimited'));

  expect(await read(file)).toEqual({
    code: 1,
    out: "I10: a rule of Slack's was broken: chat.postMessage: ratelimited\n",
  });
});

it('fails where no file was named', async () => {
  expect((await read()).code).toBe(1);
});
