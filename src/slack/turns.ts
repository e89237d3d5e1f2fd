/** A channel's pace, kept by this process alone: while the database is away there is no budget that all of them share. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SendFailed } from '../errors.ts';

/** Slack takes one post a second in a channel. */
const betweenMs = 1_000;
const longestMs = 3_000;

/** Resolves when it is one's turn in the channel; rejects, with when to ask again, where that is far. */
export function makeTurns(now: () => number = () => performance.now()): (channel: string) => Promise<void> {
  const free = new Map<string, number>();
  return async (channel) => {
    const waitMs = Math.max(0, (free.get(channel) ?? 0) - now());
    if (waitMs > longestMs)
      throw new SendFailed('others-first', 'Not said yet: others come first in this channel.', {
        retry: 'later',
        afterMs: waitMs - longestMs,
      });
    for (const [other, at] of free) if (at < now()) free.delete(other);
    free.set(channel, now() + waitMs + betweenMs);
    await sleep(waitMs);
  };
}
