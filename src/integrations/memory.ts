/** A read that is remembered: fresh for a while, and better stale than nothing when the source does not answer. */

export interface Keeping {
  freshMs: number;
  staleMs: number;
}

export function remembering<T>(
  read: (name: string) => Promise<T>,
  { freshMs, staleMs }: Keeping,
): (name: string) => Promise<T> {
  const known = new Map<string, { at: number; value: T }>();
  return async (name) => {
    const before = known.get(name);
    const age = before ? performance.now() - before.at : Number.POSITIVE_INFINITY;
    if (before && age < freshMs) return before.value;
    try {
      const value = await read(name);
      known.set(name, { at: performance.now(), value });
      return value;
    } catch (error) {
      if (before && age < staleMs) return before.value;
      throw error;
    }
  };
}
