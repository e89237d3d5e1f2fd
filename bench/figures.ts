/** Numbers from numbers: quantiles, medians, spread. */

/** The value that a share `q` of all values does not exceed. */
export function quantile(values: number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
  if (value === undefined) throw new Error('nothing was measured');
  return value;
}

/** Of an even number, halfway between the two in the middle. */
export const median = (values: number[]): number => {
  const turned = values.map((value) => -value);
  return (quantile(values, 0.5) - quantile(turned, 0.5)) / 2;
};

/** How far the rounds lie apart, as a share of their median. */
export function spread(values: number[]): number {
  const middle = median(values);
  return middle === 0 ? 0 : (Math.max(...values) - Math.min(...values)) / middle;
}

/** Three figures that count; a thousand gets no decimals. */
export const round = (value: number): string =>
  Math.abs(value) >= 1_000 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
