/** One call to the API, within the time that is left: its answer, or a `CannotSee` that says why there is none. */
import { type Answer, type Purpose, refusalOf, unreached } from './refusal.ts';
import type { Session } from './session.ts';

export interface Asking {
  purpose: Purpose;
  /** a status that the caller knows what to make of */
  alsoTakes?: number;
  body?: unknown;
  mostBytes?: number;
}

export type Ask = (path: string, asking: Asking) => Promise<Answer>;

export const asking =
  (session: Session, signal: AbortSignal): Ask =>
  async (path, { purpose, alsoTakes, ...call }) => {
    const answer = await reached(session, { path, signal, ...call });
    const isTaken = (answer.status >= 200 && answer.status < 300) || answer.status === alsoTakes;
    if (!isTaken) throw refusalOf(answer, purpose);
    return answer;
  };

async function reached(session: Session, call: Parameters<Session['send']>[0]): Promise<Answer> {
  try {
    return await session.send(call);
  } catch (error) {
    throw unreached(error);
  }
}
