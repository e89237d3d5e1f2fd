/** The words that views share: severity and title, durations, times, levels. */
import type { Incident, Instant } from '../../incident/incident.ts';
import { defaultReminders, type Level, type Policy, type ReminderKind, type Severity } from '../../incident/policy.ts';
import { foreign } from './blocks.ts';

const marks = { p1: ':red_circle:', p2: ':large_orange_circle:', p3: ':large_yellow_circle:' } satisfies Record<
  Severity,
  string
>;

export const mark = (severity: Severity): string => `${marks[severity]} ${severity.toUpperCase()}`;

/** "P1 #12": word, number. */
export const name = ({ severity, number }: Pick<Incident, 'severity' | 'number'>): string =>
  `${severity.toUpperCase()} #${number}`;

export const titleOf = ({ title }: Pick<Incident, 'title'>, most = 60): string =>
  title === '' ? 'nobody has said yet what is broken' : foreign(title, most);

const units: [number, string][] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
];

/** "5 min", "1 h 30 min", "2 d"; below a minute in seconds. */
export function span(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole < 60_000) return `${Math.round(whole / 1_000)} s`;
  let left = whole;
  const parts = units.map(([size, unit]) => {
    const n = Math.floor(left / size);
    left -= n * size;
    return n > 0 ? `${n} ${unit}` : '';
  });
  return parts.filter(Boolean).slice(0, 2).join(' ');
}

const pad = (n: number): string => String(n).padStart(2, '0');

/** A time in the reader's own zone; the fallback says UTC. */
export function clock(at: Instant): string {
  const minutes = Math.floor(at / 60_000);
  return `<!date^${Math.floor(at / 1_000)}^{time}|${pad(Math.floor(minutes / 60) % 24)}:${pad(minutes % 60)} UTC>`;
}

export const levelNames = (levels: Level[], policy: Policy): string =>
  levels.map((level) => foreign(policy.levels[level].title, 40).toLowerCase()).join(' and ');

/** What a duty is called in a sentence. */
export const dutyName = (kind: ReminderKind): string => defaultReminders[kind].name;

export const lateWords = (lateMs: number, missed: number): string =>
  lateMs < 60_000
    ? ''
    : ` (${span(lateMs)} late: it could not be said before${missed > 0 ? `; ${missed} earlier ${missed === 1 ? 'notice is' : 'notices are'} covered by this one` : ''})`;
