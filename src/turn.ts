/** Long work is done in pieces: whoever did one waits for its next turn, and Slack is answered in between. */
import { setImmediate as round } from 'node:timers/promises';

let last = Promise.resolve();

/** One after the other, however many wait: each has a round of the event loop to itself. */
export function turn(): Promise<void> {
  last = last.then(() => round());
  return last;
}
