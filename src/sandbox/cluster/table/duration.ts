/** How long ago, in the short words of kubectl. */

const second = 1_000;
const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/** Up to which length (s) in which unit, and in which smaller one the rest is told. */
interface Step {
  below: number;
  unit: number;
  word: string;
  rest?: { unit: number; word: string };
}

const steps: Step[] = [
  { below: 2 * minute, unit: 1, word: 's' },
  { below: 10 * minute, unit: minute, word: 'm', rest: { unit: 1, word: 's' } },
  { below: 3 * hour, unit: minute, word: 'm' },
  { below: 8 * hour, unit: hour, word: 'h', rest: { unit: minute, word: 'm' } },
  { below: 2 * day, unit: hour, word: 'h' },
  { below: 8 * day, unit: day, word: 'd', rest: { unit: hour, word: 'h' } },
  { below: 2 * year, unit: day, word: 'd' },
  { below: 8 * year, unit: year, word: 'y', rest: { unit: day, word: 'd' } },
];

const lastStep: Step = { below: Infinity, unit: year, word: 'y' };

export function shortly(from: string, now: Date): string {
  const seconds = Math.floor((now.getTime() - Date.parse(from)) / second);
  if (seconds < -1) return '<invalid>';
  const length = Math.max(0, seconds);
  const step = steps.find(({ below }) => length < below) ?? lastStep;
  const whole = `${Math.floor(length / step.unit)}${step.word}`;
  const rest = step.rest ? Math.floor((length % step.unit) / step.rest.unit) : 0;
  return step.rest && rest > 0 ? `${whole}${rest}${step.rest.word}` : whole;
}
