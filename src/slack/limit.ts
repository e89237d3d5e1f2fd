/** Every wait has a limit, and what was looked up is remembered for a while. */

export class TooLate extends Error {
  readonly code = 'too-late';
}

/** The work itself goes on; whoever waits hears of it that it took too long. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooLate(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const most = 1_000;

/** Loads once per key and time; what failed is asked for again. */
export function remembering<T>(ms: number, load: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const known = new Map<string, { at: number; value: Promise<T> }>();
  return (key) => {
    const before = known.get(key);
    if (before && performance.now() - before.at < ms) return before.value;
    if (known.size >= most) known.clear();
    const value = load(key);
    known.set(key, { at: performance.now(), value });
    value.catch(() => known.delete(key));
    return value;
  };
}
