/** Kubernetes quantities ("512Mi", "1.5Gi", "966367641600m", "1e3") as numbers, and bytes as a person reads them. */

const binary = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const decimal = ['k', 'M', 'G', 'T', 'P', 'E'];
const fraction = ['m', 'u', 'n'];

const shape =
  /^(?<number>[+-]?(?:\d+\.?\d*|\.\d+))(?:[eE](?<exponent>[+-]?\d{1,3})|(?<suffix>[KMGTPE]i|[numkMGTPE]))?$/;

/** In bytes or cores, exact up to 2^53; undefined for what is no amount of them. "1E" is an exa, "1E3" a thousand. */
export function quantity(text: string): number | undefined {
  const read = numberIn(text);
  return read !== undefined && Number.isFinite(read) && read >= 0 ? read : undefined;
}

function numberIn(text: string): number | undefined {
  const { number, exponent, suffix = '' } = shape.exec(text)?.groups ?? {};
  if (number === undefined) return undefined;
  if (exponent !== undefined) return Number(`${number}e${exponent}`);
  if (binary.includes(suffix)) return Number(number) * 1_024 ** (binary.indexOf(suffix) + 1);
  // by the decimal reading of one numeral: a product of two would be off in the last digit
  if (decimal.includes(suffix)) return Number(`${number}e${3 * (decimal.indexOf(suffix) + 1)}`);
  if (fraction.includes(suffix)) return Number(`${number}e${-3 * (fraction.indexOf(suffix) + 1)}`);
  return Number(number);
}

const mebi = 1_024 ** 2;
const gibi = 1_024 ** 3;

/** "471 MiB", "12.4 GiB"; never rounded up. */
export const bytes = (n: number): string =>
  n < 10 * gibi ? `${Math.floor(n / mebi)} MiB` : `${(Math.floor((10 * n) / gibi) / 10).toFixed(1)} GiB`;

/** Never rounded up: 89.9 % must not look like a threshold of 90. */
export function percent(part: number, whole: number, decimals = 0): string {
  const scale = 10 ** decimals;
  return `${Math.floor((100 * scale * part) / whole) / scale} %`;
}
