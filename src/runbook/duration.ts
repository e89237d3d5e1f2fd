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

export const Duration = z
  .string()
  .regex(pattern, {
    error: ({ input }) => `${JSON.stringify(input)} is not a duration; write it like 30s, 15m, 1h30m or 2d`,
  })
  .transform((text) => parseDuration(text) ?? 0);
