/** What a check of a run's records answers: a sentence for each thing that is wrong, and which exception could cover it. */
import type { Records } from './records.ts';

/**
 * `double-post`: a process froze between looking for its earlier post and posting, and went on later.
 * `late-page`: a process froze with a page in its hands, and sent it when it went on.
 * `lost-acknowledgement`: whoever should have answered was killed, or stood still.
 * `channel-pending`: the run was ended before Slack's pace allowed the channel.
 * `not-recorded`: neither database nor journal could be written: paged and announced, and said to be not recorded.
 */
export type AllowanceKind = 'double-post' | 'late-page' | 'lost-acknowledgement' | 'channel-pending' | 'not-recorded';

export interface Fault {
  text: string;
  coveredBy?: AllowanceKind;
}

export type Check = (records: Records) => Fault[];

export const fault = (text: string, coveredBy?: AllowanceKind): Fault =>
  coveredBy === undefined ? { text } : { text, coveredBy };

/** Those that come more than once, each once. */
export function repeated<T>(all: T[], keyOf: (one: T) => string): { key: string; times: number; one: T }[] {
  return [...Map.groupBy(all, keyOf)].flatMap(([key, same]) => {
    const [one] = same;
    return one !== undefined && same.length > 1 ? [{ key, times: same.length, one }] : [];
  });
}

/** Object keys sorted: two values that say the same give the same text. */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, canonical(part)]),
  );
}

export const textOf = (value: unknown): string => JSON.stringify(canonical(value));
