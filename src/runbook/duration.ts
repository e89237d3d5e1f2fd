/** Durations as people write them: 30s, 15m, 1h, 1h30m, 2d. In milliseconds. */
import { z } from 'zod';

const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };
const pattern = /^(?=\d)(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?$/;

export function parseDuration(text: string): number | undefined {
  if (!pattern.test(text)) return undefined;
  return Object.entries(units).reduce(
    (sum, [unit, ms]) => sum + Number(new RegExp(`(\\d+)${unit}`).exec(text)?.[1] ?? 0) * ms,
    0,
  );
}

export function writeDuration(ms: number): string {
  let left = ms;
  const parts = Object.entries(units).map(([unit, size]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return count > 0 ? `${count}${unit}` : '';
  });
  return parts.join('') || '0m';
}

/** What is longer is a slip of the hand, and would never fall due. */
const longestMs = 365 * units.d;

const unlike = ({ input }: { input?: unknown }): string | undefined =>
  input === undefined
    ? undefined
    : `${JSON.stringify(input).slice(0, 80)} is not a duration; write it like 30s, 15m, 1h30m or 2d`;

export const Duration = z
  .string({ error: unlike })
  .regex(pattern, { error: unlike })
  .transform((text) => parseDuration(text) ?? 0)
  .refine((ms) => ms <= longestMs, 'must be a year (8760h) or less');

export const PositiveDuration = Duration.refine((ms) => ms > 0, 'must be more than nothing');
