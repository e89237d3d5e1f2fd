/** One limit on everything that a call waits for: connecting, sending, and the last byte of the answer. */
import { CannotSee } from '../errors.ts';

/** Work that does not obey the signal is no longer waited for. Rejects with a `CannotSee` when time is up. */
export async function within<Result>(limitMs: number, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const limit = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new CannotSee('late', `no answer within ${limitMs / 1_000} s`);
    late.reject(error);
    limit.abort(error);
  }, limitMs);
  try {
    return await Promise.race([work(limit.signal), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
