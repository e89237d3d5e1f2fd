/** What has to be done while the database or the world may be away: tried until it is done, or nobody wants it any more. */
import { SendFailed } from '../errors.ts';
import type { IncidentId } from '../incident/incident.ts';
import type { Logger } from '../log.ts';
import { longestPauseMs, pauseFor } from './retry.ts';
import { pause } from './wait.ts';

export interface Persisting<T> {
  incident: IncidentId;
  what: string;
  /** `again`: an earlier try may have done it */
  send: (again: boolean) => Promise<T>;
  over: AbortSignal;
  log: Logger;
}

/** Nothing when it was over before it was done. */
export async function persist<T>({ incident, what, send, over, log }: Persisting<T>): Promise<T | undefined> {
  for (let attempt = 1; !over.aborted; attempt += 1) {
    try {
      return await send(attempt > 1);
    } catch (error) {
      log.warn({ err: error, incident, what, attempt }, 'not done yet, without the database');
      await pause(waitMs(error, attempt), over);
    }
  }
  return undefined;
}

function waitMs(error: unknown, attempt: number): number {
  if (!(error instanceof SendFailed)) return pauseFor(attempt);
  return error.afterMs ?? (error.retry === 'never' ? longestPauseMs : pauseFor(attempt));
}
