/** Contestants measured in turn, A-B-C, A-B-C …, so that a machine that grows slow or quick does so for all of them. */

/** What one contestant showed in one round, by the name of the figure. */
export type Sample = Record<string, number>;

export interface Contestant {
  name: string;
  measure: () => Promise<Sample>;
}

/** By contestant, by figure: one value a round. */
export type Measured = Record<string, Record<string, number[]>>;

export async function interleaved(contestants: Contestant[], rounds: number): Promise<Measured> {
  const measured: Measured = {};
  for (let round = 1; round <= rounds; round += 1)
    for (const { name, measure } of contestants) {
      process.stderr.write(`  round ${round} of ${rounds}: ${name}\n`);
      add(measured, name, await measure());
    }
  return measured;
}

export function add(measured: Measured, contestant: string, sample: Sample): void {
  const figures = (measured[contestant] ??= {});
  for (const [figure, value] of Object.entries(sample)) (figures[figure] ??= []).push(value);
}

/** In milliseconds. */
export async function took(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
