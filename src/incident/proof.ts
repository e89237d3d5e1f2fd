/** The duties as rows against the duties that a replayed timeline makes of them: each difference as a sentence. */
import { dutiesFor } from './clocks.ts';
import type { Circumstances, Duty } from './decision.ts';
import type { Instant } from './incident.ts';
import type { Milliseconds } from './policy.ts';
import type { Replay } from './replay.ts';

/** A duty as it is kept. */
export interface Kept {
  key: string;
  dueAt: Instant;
  state: 'owed' | 'paid' | 'cancelled';
  firedAt: Instant | null;
}

export interface Proof {
  /** what is not as the timeline makes it */
  faults: string[];
  /** what is due and was not done */
  missed: string[];
  /** what was done, but late */
  late: string[];
}

/** Later than this is late: the duty's own second, and what a busy minute may cost. */
export const lateAfter: Milliseconds = 30_000;
const sameTime: Milliseconds = 1_000;

export function prove(replay: Replay, rows: Kept[], { now, policy }: Circumstances): Proof {
  const kept = new Map(rows.map((row) => [row.key, row]));
  const owed = dutiesFor(replay.incident, policy);
  const expected = new Set([...replay.paid, ...owed].map(({ key }) => key));
  const cancelled = [...replay.owed].filter((key) => !expected.has(key));
  return {
    faults: [
      ...replay.paid.flatMap((paid) => paidFault(paid, kept.get(paid.key))),
      ...owed.flatMap((duty) => owedFault(duty, kept.get(duty.key))),
      ...cancelled.flatMap((key) => stateFault(key, 'cancelled', kept.get(key))),
      ...rows.filter(({ key }) => !replay.owed.has(key)).map(({ key }) => `duty ${key} was never owed, and has a row`),
    ],
    missed: missedOf(rows, now),
    late: replay.paid
      .filter(({ slept }) => slept > lateAfter)
      .map(({ key, slept }) => `duty ${key} fired ${lasting(slept)} late`),
  };
}

function stateFault(key: string, state: Kept['state'], row: Kept | undefined): string[] {
  if (!row) return [`duty ${key} is missing`];
  return row.state === state ? [] : [`duty ${key} is ${row.state} by its row, and ${state} by the timeline`];
}

function paidFault({ key, at, lateMs }: Replay['paid'][number], row: Kept | undefined): string[] {
  if (row?.state !== 'paid') return stateFault(key, 'paid', row);
  return [
    ...otherTime(key, 'was due', { row: row.dueAt, timeline: at - lateMs }),
    ...otherTime(key, 'fired', { row: row.firedAt ?? 0, timeline: at }),
  ];
}

function owedFault({ key, dueAt }: Duty, row: Kept | undefined): string[] {
  if (row?.state !== 'owed') return stateFault(key, 'owed', row);
  return otherTime(key, 'is due', { row: row.dueAt, timeline: dueAt });
}

/** From the rows alone: true whatever the timeline says. */
export const missedOf = (rows: Kept[], now: Instant): string[] =>
  rows
    .filter(({ state, dueAt }) => state === 'owed' && now - dueAt > lateAfter)
    .map(({ key, dueAt }) => `duty ${key} has been due for ${lasting(now - dueAt)}, and was not done`);

function otherTime(key: string, what: string, { row, timeline }: { row: Instant; timeline: Instant }): string[] {
  const apart = row - timeline;
  if (Math.abs(apart) <= sameTime) return [];
  const how = `${lasting(Math.abs(apart))} ${apart > 0 ? 'later' : 'earlier'}`;
  return [`duty ${key} ${what} ${how} by its row than by the timeline`];
}

/** "40 s", "4 min", "3 h": one unit is enough to know how bad it is. */
export function lasting(ms: Milliseconds): string {
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}
