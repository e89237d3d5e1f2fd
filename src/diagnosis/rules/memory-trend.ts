/** Memory that grows towards its limit, by what was kept of the last minutes. */
import type { Instant } from '../../incident/incident.ts';
import type { Milliseconds } from '../../incident/policy.ts';
import { hours, minutes } from '../../incident/times.ts';
import { type ContainerUse, type NamespaceUse, restartPod } from '../container-use.ts';
import type { Finding, FindingLevel, Sample } from '../diagnosis.ts';
import { history, leastHistoryMs as leastSpanMs } from '../history.ts';
import { bytes } from '../quantity.ts';
import { type Line, lineThrough } from '../trend.ts';
import { duration } from '../words.ts';
import { memoryCheck, of } from './memory.ts';
import { keyOf } from './of-pod.ts';

export const growth = 'memory.growing';

const leastSamples = 5;
const leastFit = 0.8;
const leastGrowth = 0.05;
const criticalWithinMs = minutes(30);
const warningWithinMs = hours(4);

/** One line per container; what was before its last restart belongs to a process that is gone. */
export function growing({ containers }: NamespaceUse, samples: readonly Sample[]): Finding[] {
  const known = Map.groupBy(samples, keyOf);
  return containers.flatMap((use) => {
    const line = trendOf(use, known.get(keyOf(use)) ?? []);
    return line && isGrowth(line) ? grows(use, line) : [];
  });
}

const trendOf = ({ restarts }: ContainerUse, samples: readonly Sample[]): Line | undefined =>
  lineOf(samples.filter((sample) => sample.restarts === restarts));

function lineOf(samples: readonly Sample[]): Line | undefined {
  const points = samples.flatMap(({ at, memoryBytes: value }) => (value === undefined ? [] : [{ at, value }]));
  return points.length < leastSamples ? undefined : lineThrough(points);
}

/** Whether any of these containers grew, each within one run of it. */
export const isGrowing = (samples: readonly Sample[]): boolean => linesOf(samples).some(isGrowth);

/** Whether each of these containers was seen for long enough, in one run of it in some pod, to say that it did not grow. */
export function isMeasured(samples: readonly Sample[]): boolean {
  const byName = [...Map.groupBy(samples, ({ container }) => container).values()];
  return byName.length > 0 && byName.every((own) => linesOf(own).some(({ spanMs }) => spanMs >= leastSpanMs));
}

const linesOf = (samples: readonly Sample[]): Line[] =>
  [...Map.groupBy(samples, (sample) => `${keyOf(sample)} ${sample.restarts}`).values()].flatMap(
    (own) => lineOf(own) ?? [],
  );

const isGrowth = ({ spanMs, fit, from, to }: Line): boolean =>
  spanMs >= leastSpanMs && fit >= leastFit && to >= from * (1 + leastGrowth);

function grows(use: ContainerUse, line: Line): Finding[] {
  const { memory = line.to, memoryLimit } = use;
  const reachedMs = memoryLimit === undefined ? Infinity : Math.max(0, memoryLimit - memory) / line.perMs;
  const level = levelOf(reachedMs);
  const offers = level === 'info' ? [] : restartPod(use);
  return [
    {
      ...of(use),
      rule: growth,
      restsOn: [history],
      level,
      summary: `Its memory grows by ${rate(line)} over the last ${duration(line.spanMs)} (${line.points} looks), ${whenReached(use, reachedMs)}`,
      observed: `${rate(line)}, R² ${Math.floor(line.fit * 100) / 100}`,
      threshold: `at the limit within ${duration(warningWithinMs)} warning, within ${duration(criticalWithinMs)} critical`,
      cause: 'out-of-memory',
      ...(offers.length > 0 ? { offers } : {}),
    },
  ];
}

function levelOf(reachedMs: Milliseconds): FindingLevel {
  if (reachedMs < criticalWithinMs) return 'critical';
  return reachedMs < warningWithinMs ? 'warning' : 'info';
}

function rate({ perMs }: Line): string {
  const perMinute = perMs * minutes(1);
  return perMinute < 1_024 ** 2 ? `${Math.floor(perMinute / 1_024)} KiB a minute` : `${bytes(perMinute)} a minute`;
}

function whenReached({ memoryLimit, unreadLimit }: ContainerUse, reachedMs: Milliseconds): string {
  if (unreadLimit !== undefined) return 'and when it is at its limit is not known, which cannot be read.';
  if (memoryLimit === undefined) return 'and no limit would stop it.';
  if (reachedMs < minutes(1))
    return `and is at its limit of ${bytes(memoryLimit)} within a minute: a restart buys time, no more.`;
  return `and is at its limit of ${bytes(memoryLimit)} in ${duration(reachedMs)}: a restart buys time, no more.`;
}

/** Whether something grows is not known without having looked for a while. */
export function noHistory(samples: readonly Sample[] | undefined, now: Instant): Finding[] {
  const about = { rule: 'memory.no-history', level: 'info', check: memoryCheck, subject: 'history' } as const;
  if (samples === undefined)
    return [{ ...about, summary: 'No history could be read: whether memory grows is not known.' }];
  const [first] = samples;
  if (first && now - first.at >= leastSpanMs) return [];
  return [
    { ...about, summary: `No history yet: whether memory grows is known after ${duration(leastSpanMs)} of looking.` },
  ];
}
