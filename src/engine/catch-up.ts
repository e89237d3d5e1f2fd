/** What the journal holds: attended to while the database is away, merged as soon as it is back. */
import { beginDirect, type Direct } from '../incident/direct.ts';
import type { Journal, Journalled, Written } from '../store/journal.ts';
import { type Attention, attend, type Outside } from './attend.ts';
import type { DatabaseClock } from './clock.ts';
import type { Engine } from './engine.ts';
import { incidentIdOf } from './handle.ts';
import { merge } from './merge.ts';

export interface OutageParts {
  engine: Engine;
  outside: Outside;
  clock: DatabaseClock;
  /** absent: nothing can be written down, and that is said */
  journal: Journal | undefined;
  /** the database has the tables of this release */
  mayMerge: () => boolean;
}

export interface Attended extends OutageParts {
  attentions: Map<string, Attention>;
  /** what those that were written down began with: a journal may be lost while they are attended to */
  remembered: Map<string, Written>;
  /** on their way into the journal: they can be read there before they are attended to */
  beginning: Set<string>;
  /** when it was first seen that another process has a declaration */
  seen: Map<string, number>;
  /** what could not be merged: how often, and when it is tried again */
  failures: Map<string, { times: number; nextAt: number }>;
  /** as it was seen last */
  isAway: boolean;
  /** lines of the journal that cannot be read; nothing: the journal itself cannot be */
  skipped: number | undefined;
  /** the bot stops */
  over: AbortController;
  /** what goes on behind an answer that was given */
  followed: Set<Promise<void>>;
}

export function attendTo(state: Attended, declared: Written, how: { recorded: boolean; resumed: boolean }): Attention {
  const { key, by, command, at, page, announcement } = declared;
  const { recorded, resumed } = how;
  const { outside, journal } = state;
  const fresh = beginDirect({ id: incidentIdOf(key), by, command, at }, outside.policy);
  const direct = { ...fresh, recorded, ...(page ? { page } : {}), ...(announcement ? { announcement } : {}) };
  const note = async (change: Pick<Direct, 'page' | 'announcement'>): Promise<void> => {
    if (recorded && journal) await keep(state, journal, { key, ...change });
  };
  const attention = attend(outside, { direct, resumed, note });
  state.attentions.set(key, attention);
  if (recorded) state.remembered.set(key, { key, by, command, at });
  return attention;
}

/** What is not noted is done again after a restart, under the same key: no reason to stop here. */
async function keep(
  { engine }: Attended,
  journal: Journal,
  { key, page, announcement }: { key: string } & Pick<Direct, 'page' | 'announcement'>,
): Promise<void> {
  try {
    if (page) await journal.note({ kind: 'paged', key, page });
    if (announcement) await journal.note({ kind: 'announced', key, ...announcement });
  } catch (error) {
    engine.log.warn({ err: error }, 'what was done without the database could not be noted in the journal');
  }
}

const againMs = 1_000;
/** another process on the same journal is given so long to do its own work */
const othersMs = 10_000;
const longestPoisonMs = 60_000;

/** One look through the journal; answers in how many ms there is more to do. */
export async function catchUp(state: Attended, journal: Journal): Promise<number | undefined> {
  const before = [...state.remembered.values()];
  // read in quiet times too: it is what the time is reckoned from when the database is away
  state.isAway = await state.clock.read().then(
    () => false,
    () => true,
  );
  const entries = await takeWhatIsLeft(state, journal, await read(state, journal));
  const ours = entries.filter(({ key, owner }) => owner === 'us' && !state.beginning.has(key));
  const others = new Set(entries.filter(({ owner }) => owner === 'another').map(({ key }) => key));
  await Promise.all([...others].map((key) => leave(state, key)));
  if (state.isAway) for (const entry of ours) resume(state, entry);
  else if (state.mayMerge()) await mergeAll(state, journal, [...ours, ...missing(before, entries)]);
  if (entries.length === 0) state.seen.clear();
  return entries.length + state.remembered.size > 0 ? againMs : undefined;
}

/** Merged by another process, or lost with the journal: merging what is remembered is right in either case. */
function missing(before: Written[], entries: Journalled[]): Written[] {
  const there = new Set(entries.map(({ key }) => key));
  return before.filter(({ key }) => !there.has(key));
}

async function read(state: Attended, journal: Journal): Promise<Journalled[]> {
  const { entries, skipped } = await journal.unmerged().catch(unread(state));
  sayOfSkipped(state, skipped);
  return entries;
}

/** Several may find the same; whoever is first in the journal has it, and the others leave it alone. */
async function takeWhatIsLeft(state: Attended, journal: Journal, entries: Journalled[]): Promise<Journalled[]> {
  const left = entries.filter((entry) => isLeft(state, entry));
  if (left.length === 0) return entries;
  try {
    for (const entry of left) await journal.take(entry);
    return await read(state, journal);
  } catch (error) {
    // a page that goes out twice is better than none
    state.engine.log.error({ err: error }, 'what another process left could not be taken in the journal');
    return entries.map((entry) => (left.includes(entry) ? { ...entry, owner: 'us' } : entry));
  }
}

/** On another machine nobody knows whether a process still runs: it is given its time. */
function isLeft({ seen, isAway }: Attended, { key, boot, owner, announcement }: Journalled): boolean {
  if (owner !== 'another') return owner === 'gone';
  const sight = `${key} ${boot}`;
  const since = seen.get(sight) ?? performance.now();
  seen.set(sight, since);
  return performance.now() - since > othersMs && (!isAway || announcement === undefined);
}

const unread =
  ({ skipped, engine }: Attended) =>
  (error: unknown): { entries: Journalled[]; skipped: undefined } => {
    if (skipped !== undefined) engine.log.error({ err: error }, 'the journal cannot be read');
    return { entries: [], skipped: undefined };
  };

function sayOfSkipped(state: Attended, skipped: number | undefined): void {
  if ((skipped ?? 0) > (state.skipped ?? 0))
    state.engine.log.error({ skipped }, 'the journal has lines that are torn or not ours; they are skipped');
  state.skipped = skipped;
}

/** Taken by another process: nothing is left to do for it here. */
async function leave({ attentions, remembered }: Attended, key: string): Promise<void> {
  const attention = attentions.get(key);
  remembered.delete(key);
  attentions.delete(key);
  await attention?.end();
}

function resume(state: Attended, entry: Written): void {
  if (!state.attentions.has(entry.key)) attendTo(state, entry, { recorded: true, resumed: true });
}

/** In the order of their declaration, which gives the numbers; one that cannot be merged holds up no other. */
async function mergeAll(state: Attended, journal: Journal, entries: Written[]): Promise<void> {
  const due = entries.filter(({ key }) => (state.failures.get(key)?.nextAt ?? 0) <= performance.now());
  const attentions = due.flatMap(({ key }) => state.attentions.get(key) ?? []);
  await Promise.all(attentions.map((attention) => attention.end()));
  for (const entry of due) await mergeOne(state, journal, entry);
  if (due.length > 0) await journal.tidy().catch(unnoted(state));
}

/** The incident stands: at worst it is merged once more, which changes nothing. */
const unnoted =
  ({ engine }: Attended) =>
  (error: unknown): void =>
    engine.log.warn({ err: error }, 'that a declaration was merged could not be noted in the journal');

async function mergeOne(state: Attended, journal: Journal, entry: Written): Promise<void> {
  const { attentions, failures, engine, outside } = state;
  const { key } = entry;
  const { page = entry.page, announcement = entry.announcement } = attentions.get(key)?.direct() ?? entry;
  attentions.delete(key);
  try {
    const incident = await merge(engine, outside.pager, {
      ...entry,
      ...(page && { page }),
      ...(announcement && { announcement }),
    });
    await journal.note({ kind: 'merged', key }).catch(unnoted(state));
    state.remembered.delete(key);
    failures.delete(key);
    engine.log.warn({ incident, declaredAt: entry.at }, 'a declaration from the journal became an incident');
  } catch (error) {
    const times = (failures.get(key)?.times ?? 0) + 1;
    failures.set(key, { times, nextAt: performance.now() + Math.min(longestPoisonMs, 500 * 2 ** times) });
    engine.log.error({ err: error, incident: incidentIdOf(key), times }, 'a declaration could not be merged');
    resume(state, entry);
  }
}
