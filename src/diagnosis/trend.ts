/** A straight line through what was measured over time. */
import type { Instant } from '../incident/incident.ts';

export interface Point {
  at: Instant;
  value: number;
}

export interface Line {
  perMs: number;
  /** of the line at the first and the last instant */
  from: number;
  to: number;
  spanMs: number;
  points: number;
  /** 1: every point lies on it; 0: it explains nothing */
  fit: number;
}

/** Least squares; undefined for fewer than two instants. Oldest first. */
export function lineThrough(points: readonly Point[]): Line | undefined {
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last || first.at === last.at) return undefined;
  const n = points.length;
  // counted from their own middle: squares of instants since 1970 leave no digits for the rest
  const centred = centre(points.map(({ at }) => at));
  const rest = centre(points.map(({ value }) => value));
  const perMs = product(centred.off, rest.off) / product(centred.off, centred.off);
  const spread = product(rest.off, rest.off);
  const explained = perMs ** 2 * product(centred.off, centred.off);
  const valueAt = (at: Instant): number => rest.middle + perMs * (at - centred.middle);
  return {
    perMs,
    from: valueAt(first.at),
    to: valueAt(last.at),
    spanMs: last.at - first.at,
    points: n,
    fit: spread === 0 ? 0 : Math.min(1, explained / spread),
  };
}

function centre(values: number[]): { middle: number; off: number[] } {
  const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { middle, off: values.map((value) => value - middle) };
}

const product = (a: number[], b: number[]): number => a.reduce((sum, value, n) => sum + value * (b[n] ?? 0), 0);

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? upper)) / 2;
}
