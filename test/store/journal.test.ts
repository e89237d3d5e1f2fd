import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { makeJournal } from '../../src/store/journal.ts';

let folder: string;
let file: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'responder-journal-')), 'journal');
  file = join(folder, 'declarations.jsonl');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

const command = { kind: 'declare' as const, severity: 'p1' as const, title: 'checkout returns 502' };
const declared = (key: string, at = 1) => ({ key, by: { slack: 'U1' }, command, at });
const page = { key: 'i:1.0', levels: ['on-call' as const], at: 1, state: 'accepted' as const, rerouted: false };
const keysIn = async () => (await makeJournal(folder).unmerged()).entries.map(({ key }) => key);

/** A process of its own that writes without end; `lines` are what it has said. */
function writer(
  name: string,
  length = 10,
  run: string[] = [process.execPath],
): { child: ChildProcess; lines: string[] } {
  const [program = '', ...args] = run;
  const child = spawn(program, [...args, 'test/store/journaling.ts', folder, name, String(length)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines: string[] = [];
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  return { child, lines };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

type Files = Record<'sync' | 'appendFile', (text?: string) => Promise<void>>;

/** The next call of that kind, on any file, waits until it is released. */
async function holdFiles(what: keyof Files): Promise<{ reached: Promise<void>; release: () => void }> {
  const [reached, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const any = await open(process.execPath);
  const methods: Files = Object.getPrototypeOf(any);
  await any.close();
  const original = methods[what];
  methods[what] = async function held(this: Files, text?: string): Promise<void> {
    methods[what] = original;
    reached.resolve();
    await gate.promise;
    return original.call(this, text);
  };
  return { reached: reached.promise, release: gate.resolve };
}

it('gives back what is not merged, oldest first, with what was done for it', async () => {
  const journal = makeJournal(folder);
  await journal.declare(declared('late', 2));
  await journal.declare(declared('early', 1));
  await journal.declare(declared('merged'));
  await journal.note({ kind: 'paged', key: 'early', page });
  await journal.note({ kind: 'paged', key: 'early', page: { ...page, state: 'confirmed' } });
  await journal.note({ kind: 'announced', key: 'early', channel: 'C1', ts: '1.1' });
  await journal.note({ kind: 'merged', key: 'merged' });

  const { entries, skipped } = await makeJournal(folder).unmerged();

  expect(skipped).toBe(0);
  expect(entries.map(({ key }) => key)).toEqual(['early', 'late']);
  expect(entries[0]).toMatchObject({ command, at: 1, announcement: { channel: 'C1', ts: '1.1' } });
  expect(entries[0]?.page?.state).toBe('confirmed');
});

it('is for the eyes of its own user alone', async () => {
  await makeJournal(folder).open();

  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('is empty where nothing was ever written', async () => {
  expect(await makeJournal(folder).unmerged()).toEqual({ entries: [], skipped: 0 });
});

it('skips and counts a line that was torn, and what comes after it is whole', async () => {
  const journal = makeJournal(folder);
  await journal.declare(declared('whole'));
  await journal.declare(declared('torn'));
  truncateSync(file, statSync(file).size - 20);
  await journal.declare(declared('next'));

  const { entries, skipped } = await journal.unmerged();

  expect(entries.map(({ key }) => key)).toEqual(['whole', 'next']);
  expect(skipped).toBe(1);
});

it.each([
  ['no JSON at all', 'what is this'],
  ['JSON of somebody else', '{"kind":"declared","key":"foreign"}'],
  ['an invented sum', '{"kind":"merged","key":"kept","sum":"0123456789abcdef"}'],
])('skips and counts %s', async (_, line) => {
  const journal = makeJournal(folder);
  await journal.declare(declared('kept'));
  appendFileSync(file, `${line}\n`);

  const { entries, skipped } = await journal.unmerged();

  expect({ keys: entries.map(({ key }) => key), skipped }).toEqual({ keys: ['kept'], skipped: 1 });
});

it('skips and counts a line in which one letter was changed', async () => {
  const journal = makeJournal(folder);
  await journal.declare(declared('changed'));
  writeFileSync(file, readFileSync(file, 'utf8').replace('502', '503'));

  expect(await journal.unmerged()).toEqual({ entries: [], skipped: 1 });
});

it('believes a declaration only when the line and the name of its file are on disk', async () => {
  const line = await holdFiles('sync');
  let believed = false;

  const writing = makeJournal(folder)
    .declare(declared('held'))
    .then(() => {
      believed = true;
    });
  await line.reached;
  expect(readFileSync(file, 'utf8')).toContain('"held"');
  const name = await holdFiles('sync');
  line.release();
  await name.reached;
  await new Promise(setImmediate);

  expect(believed).toBe(false);
  name.release();
  await writing;
});

it('loses nothing that a process believed to be written when it is killed, and takes its place', async () => {
  const one = writer('one');
  const two = writer('two');
  await until(() => one.lines.length > 20 && two.lines.length > 20);

  const exited = once(one.child, 'exit');
  one.child.kill('SIGKILL');
  await exited;
  const more = two.lines.length + 5;
  await until(() => two.lines.length > more);
  two.child.kill('SIGKILL');
  await once(two.child, 'exit');

  const keys = new Set(await keysIn());
  expect([...one.lines, ...two.lines].filter((key) => !keys.has(key))).toEqual([]);
  const { entries } = await makeJournal(folder).unmerged();
  expect(new Set(entries.map(({ owner }) => owner))).toEqual(new Set(['gone']));
});

it('knows what a process wrote that still runs, and what it wrote itself', async () => {
  const journal = makeJournal(folder);
  await journal.declare(declared('ours'));
  const other = writer('theirs');
  await until(() => other.lines.length > 0);

  const { entries } = await journal.unmerged();

  const by = new Map(entries.map(({ key, owner }) => [key, owner]));
  expect([by.get('ours'), by.get('theirs-0')]).toEqual(['us', 'another']);
});

it('gives what a process left to the first of two that take it', async () => {
  await makeJournal(folder).declare(declared('left'));
  const [one, two] = [makeJournal(folder), makeJournal(folder)];
  const ownerFor = async (journal: ReturnType<typeof makeJournal>) => (await journal.unmerged()).entries[0]?.owner;
  const [left] = (await one.unmerged()).entries;
  if (!left) throw new Error('nothing was left');

  await one.take(left);
  await two.take(left);

  expect(left.owner).toBe('gone');
  expect(await ownerFor(one)).toBe('us');
  expect(await ownerFor(two)).not.toBe('us');
});

it('says so when the disk is full, and what was written before stays readable', async () => {
  // the kernel refuses what goes beyond this size, to root and to everybody else
  const full = writer('full', 600, ['sh', '-c', 'ulimit -f 4; exec "$0" "$@"', process.execPath]);
  await once(full.child, 'exit');

  expect(full.lines.at(-1)).toMatch(/^refused (EFBIG|ENOSPC)$/);
  expect(full.lines.length).toBeGreaterThan(1);
  expect(await keysIn()).toEqual(full.lines.slice(0, -1));
});

it('throws where it cannot be written at all', async () => {
  writeFileSync(folder, 'a file where the folder should be');

  await expect(makeJournal(folder).open()).rejects.toThrow(/EEXIST|ENOTDIR/);
});

it('begins a new file where the old one is large, with what is not merged', async () => {
  const journal = makeJournal(folder);
  for (const key of ['merged', 'waiting']) await journal.declare(declared(key));
  await journal.note({ kind: 'paged', key: 'waiting', page });
  await journal.note({ kind: 'merged', key: 'merged' });
  await journal.tidy();
  const small = statSync(file).size;
  appendFileSync(file, `${'x'.repeat(300_000)}\n`);

  await journal.tidy();

  expect(small).toBeGreaterThan(0);
  expect(readdirSync(folder)).toEqual(['declarations.jsonl']);
  expect(statSync(file).size).toBeLessThan(small);
  expect((await journal.unmerged()).entries).toMatchObject([{ key: 'waiting', page }]);
});

it('loses nothing that is being written while another process begins a new file', async () => {
  const journal = makeJournal(folder);
  await journal.open();
  appendFileSync(file, `${'x'.repeat(300_000)}\n`);
  const files = await holdFiles('appendFile');

  const writing = journal.declare(declared('between'));
  await files.reached;
  // nothing is left in the old file: no line has to be carried over
  await makeJournal(folder).tidy();
  files.release();
  await writing;

  expect(await keysIn()).toEqual(['between']);
});
