/** The words of a finding as a tired person reads them: durations, counts, foreign text on one line, reasons. */

const sizes: [number, string][] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** The two largest units: "5 h 12 min", "45 s", "2 d". Never rounded up; below a second "0 s". */
export function duration(ms: number): string {
  let left = Math.max(0, Math.floor(ms / 1_000) * 1_000);
  const parts = sizes.map(([size, unit]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return { count, unit };
  });
  const first = parts.findIndex(({ count }) => count > 0);
  if (first < 0) return '0 s';
  const shown = parts.slice(first, first + 2).filter(({ count }) => count > 0);
  return shown.map(({ count, unit }) => `${count} ${unit}`).join(' ');
}

export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** "once, 4 min ago", "3 times, the last 4 min ago" */
export const often = (n: number, sinceLastMs: number): string =>
  n === 1 ? `once, ${duration(sinceLastMs)} ago` : `${n} times, the last ${duration(sinceLastMs)} ago`;

/** Foreign text in a line of evidence: one name must not look like two lines. */
export function oneLine(text: string, most = 200): string {
  const points = Array.from(text.replaceAll(/\s+/g, ' ').trim());
  return points.length <= most ? points.join('') : `${points.slice(0, most - 1).join('')}…`;
}

/** Why something failed: an error's own words; of several at once, those of the first. */
export function reasonOf(error: unknown): string {
  // not `instanceof`: an error of Node's own comes from another realm than a test's
  if (!Error.isError(error)) return oneLine(String(error));
  if (error.message !== '') return oneLine(error.message);
  // a host with several addresses fails with one error for each, and no words of its own
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error.name;
}
