/** Many plays, a few at a time. */

/** The results in the order of what was given. */
export async function fewAtOnce<T, R>(few: number, all: T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const waiting = all.entries();
  const results: R[] = [];
  const workers = Array.from({ length: few }, async () => {
    for (const [n, one] of waiting) results[n] = await work(one);
  });
  await Promise.all(workers);
  return results;
}
