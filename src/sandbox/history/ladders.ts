/** The ladders that a runbook promises, read from its YAML: when somebody is to be paged, by severity. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const units: Record<string, number> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };

const Duration = z
  .string()
  .transform((text) =>
    [...text.matchAll(/(\d+)([dhms])/g)].reduce((sum, [, n, unit = '']) => sum + Number(n) * (units[unit] ?? 0), 0),
  );
const Levels = z.array(z.string()).default([]);
const Written = z.object({
  ladder: z.record(
    z.string(),
    z.object({
      steps: z.array(z.object({ at: Duration, page: Levels })),
      repeat: z.object({ every: Duration, page: Levels }),
    }),
  ),
});

export const Ladder = z.object({
  steps: z.array(z.object({ at: z.number(), page: z.array(z.string()) })),
  repeat: z.object({ every: z.number(), page: z.array(z.string()) }),
});
export type Ladder = z.infer<typeof Ladder>;

export const readLadders = (runbook: string): Record<string, Ladder> =>
  Written.parse(parse(readFileSync(runbook, 'utf8'))).ladder;

/** Step `n` counted from 0; beyond the last one the repetition, for ever. */
export function stepOf({ steps, repeat }: Ladder, n: number): Ladder['steps'][number] {
  const last = steps.at(-1)?.at ?? 0;
  return steps[n] ?? { at: last + (n - steps.length + 1) * repeat.every, page: repeat.page };
}
