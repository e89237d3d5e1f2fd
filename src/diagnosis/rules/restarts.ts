/** Containers that were restarted lately (C4), and those restarted by their own liveness probe (C8). */
import type { Finding, FindingLevel, Sample } from '../diagnosis.ts';
import { eventsOf } from '../event.ts';
import type { Container, Pod } from '../pod.ts';
import { hours, minutes } from '../times.ts';
import { count, oneLine } from '../words.ts';
import { isCrashLooping } from './crashes.ts';
import { isOutOfMemory } from './kills.ts';
import { type Around, ago, eachContainer, isWithin, ofContainer, ofPod, previousLogs } from './of-pod.ts';

const lately = minutes(15);
const inAnHour = 3;
const inAll = 5;

interface Counted {
  /** only ever what was seen: samples that began later count less, never more */
  quarter: number;
  hour: number;
  hasHistory: boolean;
}

/** Crash loops and kills for memory are told by rules of their own. */
export const restarted = (pods: Pod[], now: number, samples: readonly Sample[] = []): Finding[] =>
  eachContainer(pods, (pod, container) => {
    if (container.isInit || isCrashLooping(container) || isOutOfMemory(container)) return [];
    const counted = countedOf(pod, container, { now, samples });
    const level = levelOf(counted, container, now);
    if (level === undefined) return [];
    const hour = counted.hasHistory
      ? `${counted.hour} of them seen within the last hour`
      : 'no history yet, so how many of them fell into the last hour is not known';
    return [
      ofContainer(pod, container, {
        rule: 'pod.restarts',
        level,
        summary: `${count(container.restarts, 'restart')} in all, the last ${ago(container.last?.at, now)}; ${hour}.`,
        observed: counted.hasHistory
          ? `${counted.quarter} in 15 min, ${counted.hour} in 1 h`
          : `${container.restarts} in all`,
        threshold: `warning from 1 in 15 min, critical from ${inAnHour} in 1 h or beyond ${inAll} with the last within 15 min`,
        repeat: previousLogs(pod, container),
      }),
    ];
  });

function levelOf(counted: Counted, { restarts, last }: Container, now: number): FindingLevel | undefined {
  const isFresh = restarts > 0 && isWithin(last?.at, now, lately);
  if (counted.hour >= inAnHour || (restarts > inAll && isFresh)) return 'critical';
  return counted.quarter > 0 || isFresh ? 'warning' : undefined;
}

/** Counts are kept for life by the kubelet, so what fell into a window is told by what they were before it. */
function countedOf(
  pod: Pod,
  { name, restarts }: Container,
  { now, samples }: { now: number; samples: readonly Sample[] },
): Counted {
  const own = samples.filter(({ uid, container }) => uid === pod.uid && container === name);
  const since = (ms: number): number => {
    const within = own.find(({ at }) => now - at <= ms);
    const before = own.findLast(({ at }) => now - at > ms) ?? within;
    return before ? Math.max(0, restarts - before.restarts) : 0;
  };
  return { quarter: since(lately), hour: since(hours(1)), hasHistory: own.length > 0 };
}

const killsAtLeast = 2;

/** An event that began before the window is known to have happened once in it: its count is of its whole life. */
export function restartedByLiveness(pods: Pod[], { now, events = [] }: Around): Finding[] {
  return pods.flatMap((pod) => {
    const fresh = eventsOf(events, pod).filter(({ last }) => isWithin(last, now, lately));
    const failure = fresh.find(({ reason, message }) => reason === 'Unhealthy' && /^liveness/i.test(message));
    const kills = fresh
      .filter(({ reason, message }) => reason === 'Killing' && /liveness/i.test(message))
      .reduce((sum, { first, count }) => sum + (isWithin(first, now, lately) ? count : 1), 0);
    if (!failure || kills < killsAtLeast) return [];
    const what = pod.containers.find(({ liveness }) => liveness)?.liveness?.what ?? 'liveness probe';
    return [
      ofPod(pod, {
        rule: 'pod.liveness',
        level: 'warning',
        summary: `Restarted by its own liveness probe (${what}) at least ${count(kills, 'time')} within 15 min: too strict, or the container is too busy to answer.`,
        observed: `${kills} kills within 15 min`,
        threshold: `${killsAtLeast} within 15 min`,
        evidence: [oneLine(failure.message)],
      }),
    ];
  });
}
