/** Incidents that could not be woken are left alone for a while, longer each time: a poison one costs its neighbours nothing. */
import type { IncidentId } from '../incident/incident.ts';

export interface Setbacks {
  /** what is left alone right now */
  now(): IncidentId[];
  /** how long the first of them still is; `Infinity` when there is none */
  forMs(): number;
  another(id: IncidentId): { tries: number; againInMs: number };
  over(id: IncidentId): void;
}

const firstPauseMs = 500;
/** as long as a round of the timers: after an outage everything is late by no more than that */
const longestPauseMs = 5_000;

export function makeSetbacks(): Setbacks {
  const known = new Map<IncidentId, { tries: number; until: number }>();
  const standing = () => [...known].filter(([, { until }]) => until > performance.now());
  return {
    now: () => standing().map(([id]) => id),
    forMs: () => Math.min(...standing().map(([, { until }]) => until)) - performance.now(),
    another(id) {
      const tries = (known.get(id)?.tries ?? 0) + 1;
      const againInMs = Math.min(longestPauseMs, firstPauseMs * 2 ** tries);
      known.set(id, { tries, until: performance.now() + againInMs });
      return { tries, againInMs };
    },
    over: (id) => void known.delete(id),
  };
}
