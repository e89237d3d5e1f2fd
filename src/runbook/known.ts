/** What may be set for issue types, as rules and probes say of themselves, and how each of it is written. */
import { z } from 'zod';
import type { Policy } from '../incident/policy.ts';
import { Duration, PositiveDuration } from './duration.ts';
import { nearest } from './nearest.ts';

/** A number that rules compare with; a time in milliseconds. */
export interface Threshold {
  unit: 'time' | 'percent' | 'number';
  byDefault: number;
  what: string;
  /** of a number */
  least?: number;
}

export interface Known {
  thresholds: Record<string, Threshold>;
  /** by issue type; one that is not among them has no playbook */
  targets: ReadonlyMap<string, readonly string[]>;
}

const Anything = z.record(z.string(), z.union([z.number(), Duration], 'must be a number or a duration like 15m'));

const percentage = 'must be a percentage, above 0 and up to 100';

/** Nought is refused: it would make everything a finding, or hide what is down as a whole. */
function amountOf({ unit, least = 1 }: Threshold) {
  if (unit === 'time') return PositiveDuration;
  if (unit === 'percent') return z.number(percentage).gt(0, percentage).max(100, percentage);
  // not z.int: it would keep what else is wrong with the type from being said
  const whole = `must be a whole number, ${least} or more`;
  return z.number(whole).multipleOf(1, whole).min(least, whole);
}

/** `known` left out: any, under any name. */
export function thresholdsOf(known: Known | undefined): z.ZodType<Record<string, number>> {
  if (!known) return Anything;
  const named = Object.entries(known.thresholds).map(
    ([name, threshold]) => [name, z.exactOptional(amountOf(threshold).describe(threshold.what))] as const,
  );
  return z.strictObject(Object.fromEntries(named));
}

/** Issue types at which nothing looks by itself, each with the playbook whose name is near. */
export const withoutPlaybook = ({ issueTypes }: Pick<Policy, 'issueTypes'>, { targets }: Known) =>
  issueTypes
    .filter(({ id }) => !targets.has(id))
    .map(({ id }) => ({ issueType: id, didYouMean: nearest(id, [...targets.keys()]) }));
