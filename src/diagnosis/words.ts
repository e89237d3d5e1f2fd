/** Numbers of a finding as a tired person reads them. */

const sizes: [number, string][] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** The two largest units: "5 h 12 min", "45 s", "2 d". Below a second "0 s". */
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
