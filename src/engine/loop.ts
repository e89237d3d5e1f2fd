/** A worker's heartbeat: work, sleep until there is more or somebody pokes, never die of an error, stop when told. */
import type { Logger } from '../log.ts';

export interface Loop {
  /** there may be something to do now */
  poke: () => void;
  /** no new work; resolves when the work under way is done */
  stop(): Promise<void>;
  /** how it goes, for each worker */
  pulse(): Pulse[];
}

export interface Pulse {
  name: string;
  /** how long the round under way has taken so far */
  busyMs: number;
  /** how long ago a round last succeeded, once one has failed since */
  failingMs: number;
}

export interface LoopSettings {
  name: string;
  /** one round of work; answers in how many ms there is more, or nothing when nothing is known to come */
  work: () => Promise<number | undefined>;
  /** the longest sleep: what a lost notification can cost */
  idleMs: number;
  /** rests at least so many times as long as a round took, poked or not: a long queue never takes the whole machine */
  rest?: number;
  log: Logger;
}

const afterErrorMs = 1_000;
/** a database that was slow once must not be left alone for long */
const mostRestMs = 200;

export function startLoop({ name, work, idleMs, rest = 0, log }: LoopSettings): Loop {
  const state = { stopped: false };
  const measured = measure(work);
  let poked = false;
  let wake: (() => void) | undefined;

  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const round = async (): Promise<number> => {
    try {
      return Math.min((await measured.work()) ?? idleMs, idleMs);
    } catch (error) {
      log.error({ loop: name, err: error }, 'a round of work failed');
      return afterErrorMs;
    }
  };

  const run = async (): Promise<void> => {
    while (!state.stopped) {
      poked = false;
      const began = performance.now();
      const pause = await round();
      if (rest > 0) await restFor(Math.min((performance.now() - began) * rest, mostRestMs));
      if (!state.stopped && !poked) await sleep(Math.max(pause, 0));
    }
  };

  /** a poke meanwhile is remembered and does not cut it short */
  const restFor = async (ms: number): Promise<void> => {
    const until = performance.now() + ms;
    for (let left = ms; left > 0; left = until - performance.now()) await sleep(left);
  };

  const running = run();
  const poke = (): void => {
    poked = true;
    wake?.();
  };
  return {
    poke,
    pulse: () => [{ name, ...measured.pulse() }],
    stop() {
      state.stopped = true;
      poke();
      return running;
    },
  };
}

/** The same work, and what its rounds tell of its health. */
function measure(work: LoopSettings['work']): Pick<LoopSettings, 'work'> & { pulse(): Omit<Pulse, 'name'> } {
  let busySince: number | undefined;
  let isFailing = false;
  let goodAt = performance.now();
  return {
    async work() {
      busySince = performance.now();
      try {
        const next = await work();
        isFailing = false;
        goodAt = performance.now();
        return next;
      } catch (error) {
        isFailing = true;
        throw error;
      } finally {
        busySince = undefined;
      }
    },
    pulse: () => {
      const now = performance.now();
      return {
        busyMs: busySince === undefined ? 0 : now - busySince,
        failingMs: isFailing ? now - goodAt : 0,
      };
    },
  };
}
