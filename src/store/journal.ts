/** Declarations on this machine's own disk, for when the database is away: one line each, on disk before it is believed. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Declare, Instant, Page } from '../incident/incident.ts';
import type { Person } from '../incident/policy.ts';

const Writer = z.object({ host: z.string(), pid: z.number(), boot: z.string() });
type Writer = z.infer<typeof Writer>;

/** Written by us alone, which the sum proves: what is inside the parts is trusted. */
const Line = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('declared'),
    key: z.string(),
    writer: Writer,
    by: z.custom<Person>(),
    command: z.custom<Declare>(),
    at: z.number(),
  }),
  z.object({ kind: z.literal('taken'), key: z.string(), from: z.string(), writer: Writer }),
  z.object({ kind: z.literal('announced'), key: z.string(), channel: z.string(), ts: z.string() }),
  z.object({ kind: z.literal('paged'), key: z.string(), page: z.custom<Page>() }),
  z.object({ kind: z.literal('merged'), key: z.string() }),
  z.object({ kind: z.literal('opened'), key: z.string() }),
]);
type Line = z.infer<typeof Line>;
type Noted = Extract<Line, { kind: 'announced' | 'paged' | 'merged' }>;

/** A declaration that the database does not know yet. */
export interface Written {
  key: string;
  by: Person;
  command: Declare;
  at: Instant;
  announcement?: { channel: string; ts: string };
  /** as it stood last */
  page?: Page;
}

export interface Journalled extends Written {
  /** whose it is to attend to; `gone`: of a process that runs no more */
  owner: 'us' | 'gone' | 'another';
  /** that very run of that process */
  boot: string;
}

export interface Journal {
  /** proves that it can be written, or throws */
  open(): Promise<void>;
  declare(declared: Pick<Written, 'key' | 'by' | 'command' | 'at'>): Promise<void>;
  note(line: Noted): Promise<void>;
  /** asks for what another left; the next reading says who was first */
  take(left: Journalled): Promise<void>;
  /** oldest first; `skipped`: lines that are torn, or not ours */
  unmerged(): Promise<{ entries: Journalled[]; skipped: number }>;
  /** begins a new file where the old one is large, with what is not merged */
  tidy(): Promise<void>;
}

const current = 'declarations.jsonl';
const largeBytes = 262_144;

/** `folder` may be shared by several processes. */
export function makeJournal(folder: string): Journal {
  const us: Writer = { host: hostname(), pid: process.pid, boot: randomUUID() };
  const unmerged = async (): Promise<{ entries: Journalled[]; skipped: number }> => {
    const read = await readAll(folder);
    return { entries: entriesOf(read.lines, us), skipped: read.skipped };
  };
  return {
    open: () => append(folder, { kind: 'opened', key: us.boot }),
    declare: (declared) => append(folder, { kind: 'declared', writer: us, ...declared }),
    note: (line) => append(folder, line),
    take: ({ key, boot }) => append(folder, { kind: 'taken', key, from: boot, writer: us }),
    unmerged,
    tidy: () => tidy(folder),
  };
}

const sumOf = (body: string): string => createHash('sha256').update(body).digest('hex').slice(0, 16);

/** An object with a last field that proves the rest. */
function written(line: Line): string {
  const body = JSON.stringify(line);
  return `${body.slice(0, -1)},"sum":"${sumOf(body)}"}`;
}

const ending = /,"sum":"([0-9a-f]{16})"\}$/;

function readLine(text: string): Line | undefined {
  const sum = ending.exec(text)?.[1];
  const body = text.replace(ending, '}');
  if (sum === undefined || sum !== sumOf(body)) return undefined;
  return Line.safeParse(JSON.parse(body)).data;
}

/**
 * Another process may put the file aside between our opening and our writing. What was written before it was put aside is
 * carried over; what comes later finds that the name is another file's and is written again. Twice is harmless: the key is
 * the same.
 */
async function append(folder: string, line: Line): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, current);
  while (!(await appendTo(path, written(line))));
}

async function appendTo(path: string, text: string): Promise<boolean> {
  const file = await open(path, 'a', 0o600);
  try {
    const before = await file.stat();
    // on a fresh line, even where a process was killed in the middle of one
    await file.appendFile(`\n${text}\n`);
    await file.sync();
    if (before.size === 0) await syncFolder(join(path, '..'));
    const named = await stat(path).catch(() => undefined);
    return named?.ino === before.ino;
  } finally {
    await file.close();
  }
}

/** The name of a new file is on disk only with its folder. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const linesOf = (text: string): string[] => text.split('\n').filter(Boolean);

/** The oldest first, as far as that is known: the one that is written to comes last. */
const files = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch(emptyUnlessThere))
    .filter((name) => name.startsWith('declarations.'))
    .toSorted((a, b) => Number(a === current) - Number(b === current));

interface Read {
  lines: Line[];
  skipped: number;
}

async function readAll(folder: string): Promise<Read> {
  // one that is gone meanwhile was carried over
  const read = (name: string) => readFile(join(folder, name), 'utf8').catch(() => '');
  const written = linesOf((await Promise.all((await files(folder)).map(read))).join('\n'));
  const lines = written.flatMap((text) => readLine(text) ?? []);
  return { lines, skipped: written.length - lines.length };
}

/** A key that was written twice counts once, as it was first written. */
function entriesOf(lines: Line[], us: Writer): Journalled[] {
  const entries = new Map<string, Journalled>();
  for (const line of lines)
    if (line.kind === 'declared' && !entries.has(line.key)) {
      const { kind: _, writer, ...declared } = line;
      entries.set(line.key, { ...declared, owner: whoIs(writer, us), boot: writer.boot });
    }
  for (const line of lines) amend(entries, line, us);
  return [...entries.values()].toSorted((a, b) => a.at - b.at);
}

function amend(entries: Map<string, Journalled>, line: Line, us: Writer): void {
  const entry = entries.get(line.key);
  if (!entry) return;
  // the order of the lines decides between two who take the same: the first one finds it where it was left
  if (line.kind === 'taken' && line.from === entry.boot)
    Object.assign(entry, { owner: whoIs(line.writer, us), boot: line.writer.boot });
  if (line.kind === 'announced') entry.announcement = { channel: line.channel, ts: line.ts };
  if (line.kind === 'paged') entry.page = line.page;
  if (line.kind === 'merged') entries.delete(line.key);
}

/** On another machine nobody can be asked. In a container that was started again, the dead one had our own number. */
function whoIs({ host, pid, boot }: Writer, us: Writer): Journalled['owner'] {
  if (boot === us.boot) return 'us';
  if (host !== us.host) return 'another';
  return pid === us.pid || !isRunning(pid) ? 'gone' : 'another';
}

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** Put aside, read again, and only then removed: what is not merged is carried over. */
async function tidy(folder: string): Promise<void> {
  const path = join(folder, current);
  const { size } = await stat(path).catch(() => ({ size: 0 }));
  if (size < largeBytes) return;
  // another process that does the same at the same moment was faster
  await rename(path, join(folder, `declarations.${randomUUID()}.jsonl`)).catch(unlessGone);
  const left = unmergedKeys((await readAll(folder)).lines);
  const aside = (await files(folder)).filter((name) => name !== current);
  for (const name of aside) await carryOver(join(folder, name), { folder, left });
}

async function carryOver(path: string, { folder, left }: { folder: string; left: Set<string> }): Promise<void> {
  const texts = linesOf(await readFile(path, 'utf8').catch(() => ''));
  for (const line of texts.flatMap((text) => readLine(text) ?? [])) if (left.has(line.key)) await append(folder, line);
  await rm(path, { force: true });
}

function emptyUnlessThere(error: unknown): string[] {
  unlessGone(error);
  return [];
}

function unlessGone(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}

const unmergedKeys = (lines: Line[]): Set<string> => {
  const merged = new Set(lines.filter(({ kind }) => kind === 'merged').map(({ key }) => key));
  return new Set(lines.filter(({ kind, key }) => kind === 'declared' && !merged.has(key)).map(({ key }) => key));
};
