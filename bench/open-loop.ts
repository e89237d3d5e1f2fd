/** Load that does not wait: requests leave on time whether or not earlier ones came back, and are timed from when they were due. */
import { setTimeout as pause } from 'node:timers/promises';

export interface Load {
  perSecond: number;
  seconds: number;
  /** one request; throws when it was not answered as it should be */
  send: (n: number) => Promise<void>;
}

/** More than this share failed, or left late: the figures would be of something else. */
const mostFailed = 0.01;

/** Milliseconds each request took. */
export async function openLoop({ perSecond, seconds, send }: Load): Promise<number[]> {
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
  if (faults.length > count * mostFailed)
    throw new Error(`${faults.length} of ${count} requests failed, the first so: ${String(faults[0])}`);
  return took;
}
