/** The word that was probably meant: smallest number of single-letter edits, if it is small enough. */

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(b).entries())
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)));
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** what is longer is no slip of the hand, and would cost its length times that of each known word */
const longest = 40;

/** Nothing when every known word is further away than a third of the typed one (at least two letters). */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  if (typed.length > longest) return undefined;
  const most = Math.max(2, Math.floor(typed.length / 3));
  const ranked = known.map((word) => ({ word, off: distance(typed, word) })).toSorted((a, b) => a.off - b.off);
  const best = ranked[0];
  return best && best.off <= most ? best.word : undefined;
}
