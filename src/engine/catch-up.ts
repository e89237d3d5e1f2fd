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
  const before = [...state.attentions.keys()];
  // read in quiet times too: it is what the time is reckoned from when the database is away
  state.isAway = await state.clock.read().then(
    () => false,
    () => true,
  );
  const entries = await takeWhatIsLeft(state, journal, await read(state, journal));
  const ours = entries.filter(({ key, owner }) => owner === 'us' && !state.beginning.has(key));
  const keys = new Set(ours.map(({ key }) => key));
  await Promise.all(before.filter((key) => !keys.has(key)).map((key) => leave(state, key)));
  if (state.isAway) for (const entry of ours) resume(state, entry);
  else if (state.mayMerge()) await mergeAll(state, journal, ours);
  if (entries.length === 0) state.seen.clear();
  return entries.length > 0 ? againMs : undefined;
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

/** Merged, or taken by another process: nothing is left to do for it here. What was never written down is no matter of the journal. */
async function leave({ attentions }: Attended, key: string): Promise<void> {
  const attention = attentions.get(key);
  if (!attention?.direct().recorded) return;
  attentions.delete(key);
  await attention.end();
}

function resume(state: Attended, entry: Journalled): void {
  if (!state.attentions.has(entry.key)) attendTo(state, entry, { recorded: true, resumed: true });
}

/** In the order of their declaration, which gives the numbers; one that cannot be merged holds up no other. */
async function mergeAll(state: Attended, journal: Journal, entries: Journalled[]): Promise<void> {
  const due = entries.filter(({ key }) => (state.failures.get(key)?.nextAt ?? 0) <= performance.now());
  const attentions = due.flatMap(({ key }) => state.attentions.get(key) ?? []);
  await Promise.all(attentions.map((attention) => attention.end()));
  for (const entry of due) await mergeOne(state, journal, entry);
  if (due.length > 0) await journal.tidy();
}

async function mergeOne(state: Attended, journal: Journal, entry: Journalled): Promise<void> {
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
    await journal.note({ kind: 'merged', key });
    failures.delete(key);
    engine.log.warn({ incident, declaredAt: entry.at }, 'a declaration from the journal became an incident');
  } catch (error) {
    const times = (failures.get(key)?.times ?? 0) + 1;
    failures.set(key, { times, nextAt: performance.now() + Math.min(longestPoisonMs, 500 * 2 ** times) });
    engine.log.error({ err: error, incident: incidentIdOf(key), times }, 'a declaration could not be merged');
    resume(state, entry);
  }
}
