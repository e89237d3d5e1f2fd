/** Load that does not wait: requests leave on time whether or not earlier ones came back, and are timed from when they were due. */
import { setTimeout as pause } from 'node:timers/promises';

export interface Load {
  perSecond: number;
  seconds: number;
  /** one request; throws when it was not answered as it should be */
  send: (n: number) => Promise<void>;
}

/** More than this share failed: the figures would be of something else. */
const mostFailed = 0.01;

export interface Loaded {
  /** milliseconds that each request took which was answered as it should be */
  took: number[];
  faults: unknown[];
  count: number;
}

export async function openLoop({ perSecond, seconds, send }: Load): Promise<Loaded> {
  const count = Math.round(perSecond * seconds);
  const began = performance.now();
  const took: number[] = [];
  const faults: unknown[] = [];
  const underWay: Promise<void>[] = [];
  for (let n = 0; n < count; n += 1) {
    const dueAt = began + (n * 1_000) / perSecond;
    const wait = dueAt - performance.now();
    if (wait > 0) await pause(wait);
    underWay.push(
      send(n).then(
        () => void took.push(performance.now() - dueAt),
        (error: unknown) => void faults.push(error),
      ),
    );
  }
  await Promise.all(underWay);
  return { took, faults, count };
}

/** Throws when too many were not answered as they should be. */
export async function allAnswered(load: Load): Promise<number[]> {
  const { took, faults, count } = await openLoop(load);
  if (faults.length > count * mostFailed)
    throw new Error(`${faults.length} of ${count} requests failed, the first so: ${String(faults[0])}`);
  return took;
}
