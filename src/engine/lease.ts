/** The lease on a row of the outbox: what makes its sender the only one, for as long as a call can take. */
import { SendFailed } from '../errors.ts';
import type { Queries } from '../store/db.ts';
import { type Fence, renewLease } from '../store/outbox.ts';
import { callLimitMs, sendLimitMs } from './ports.ts';

/** one call and a little; short, because whatever a killed process held waits for its end */
export const leaseMs = 6_000;
/** the call, and that its answer is saved */
const neededMs = callLimitMs + 200;

export interface Lease {
  /** see `Sending` */
  keep: () => Promise<void>;
  /** renewed until its end, for what takes longer than a lease and changes nothing out there: a killed process's is soon over */
  keepOn: (lost: (error: unknown) => void) => void;
  /** the row is being settled: what still runs of its send begins nothing any more */
  end: () => void;
}

/**
 * `takenAt` is of the clock that no one sets, from before the lease was asked for: here it is over a little earlier than
 * in the database, never later. Where the renewal itself takes too long, one twice as long is asked for, once: a slow
 * database must not end in no page at all.
 */
export function holdLease(db: Queries, fence: Fence, takenAt: number): Lease {
  // of the send, which begins now: by a slow database the claim alone may have taken as long
  const beginsUntil = performance.now() + sendLimitMs - callLimitMs;
  let until = takenAt + leaseMs;
  let isEnded = false;
  let keeping: NodeJS.Timeout | undefined;

  const mayBegin = (): boolean => !isEnded && performance.now() < beginsUntil;
  const covers = (): boolean => until - performance.now() >= neededMs;
  const renew = async (ms: number): Promise<void> => {
    const asked = performance.now();
    if (!mayBegin() || !(await renewLease(db, fence, ms))) throw leaseOver();
    until = asked + ms;
  };

  return {
    async keep() {
      if (!covers()) await renew(leaseMs);
      if (!covers()) await renew(2 * leaseMs);
      if (!mayBegin() || !covers()) throw leaseOver();
    },
    keepOn(lost) {
      keeping = setInterval(() => void renewLease(db, fence, leaseMs).catch(lost), leaseMs / 3);
    },
    end() {
      isEnded = true;
      clearInterval(keeping);
    },
  };
}

const leaseOver = (): SendFailed =>
  new SendFailed('lease-over', 'Not sent: this process was held up, and another one may be at it.', { retry: 'later' });
