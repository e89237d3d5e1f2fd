/** Containers that were restarted lately (C4), and those restarted by their own liveness probe (C8). */

import { hours, minutes } from '../../incident/times.ts';
import { checks } from '../checks.ts';
import type { Finding, FindingLevel, Sample } from '../diagnosis.ts';
import { eventsOf } from '../event.ts';
import { history } from '../history.ts';
import type { Container, Pod } from '../pod.ts';
import { limitOf } from '../thresholds.ts';
import { count, duration, oneLine } from '../words.ts';
import { isCrashLooping } from './crashes.ts';
import { isOutOfMemory } from './kills.ts';
import {
  type Around,
  ago,
  eachContainer,
  isWithin,
  keyOf,
  ofContainer,
  ofPod,
  previousLogs,
  timesWithin,
} from './of-pod.ts';

/** Samples are taken each minute: what was before an older one may have been long before the window. */
const atTheEdge = minutes(2);

interface Counted {
  /** only ever what was seen: samples that began later count less, never more */
  lately: number;
  hour: number;
  hasHistory: boolean;
}

/** Crash loops and kills for memory are told by rules of their own. */
export function restarted(pods: Pod[], around: Around, samples: readonly Sample[] = []): Finding[] {
  const known = Map.groupBy(samples, keyOf);
  return eachContainer(pods, (pod, container) => {
    if (container.restarts === 0 || container.isInit || isCrashLooping(container) || isOutOfMemory(container))
      return [];
    const own = known.get(keyOf({ uid: pod.uid, container: container.name })) ?? [];
    const counted = countedOf(container, own, around);
    const level = levelOf(counted, container, around);
    if (level === undefined) return [];
    const withoutHistory = levelOf(countedOf(container, [], around), container, around);
    return [
      ofContainer(pod, container, {
        rule: 'pod.restarts',
        level,
        ...(level === withoutHistory ? {} : { restsOn: [history] }),
        ...wordsOf(container, counted, around),
        threshold: thresholdOf(around),
        repeat: previousLogs(pod, container),
      }),
    ];
  });
}

function wordsOf({ restarts, last }: Container, { lately, hour, hasHistory }: Counted, around: Around) {
  const inHour = hasHistory
    ? `${hour} of them seen within the last hour`
    : 'no history yet, so how many of them fell into the last hour is not known';
  return {
    summary: `${count(restarts, 'restart')} in all, the last ${ago(last?.at, around.now)}; ${inHour}.`,
    observed: hasHistory
      ? `${lately} in ${duration(limitOf(around, 'restartedWithin'))}, ${hour} in 1 h`
      : `${restarts} in all`,
  };
}

function thresholdOf(around: Around): string {
  const within = duration(limitOf(around, 'restartedWithin'));
  return `warning from 1 in ${within}, critical from ${limitOf(around, 'restartsInAnHour')} in 1 h or beyond ${limitOf(around, 'restartsInAll')} with the last within ${within}`;
}

function levelOf(counted: Counted, { restarts, last }: Container, around: Around): FindingLevel | undefined {
  const isFresh = isWithin(last?.at, around.now, limitOf(around, 'restartedWithin'));
  const isMuch = isFresh && restarts > limitOf(around, 'restartsInAll');
  if (counted.hour >= limitOf(around, 'restartsInAnHour') || isMuch) return 'critical';
  return counted.lately > 0 || isFresh ? 'warning' : undefined;
}

/** Counts are kept for life by the kubelet, so what fell into a window is told by what they were when it began. */
function countedOf({ restarts, last }: Container, own: readonly Sample[], around: Around): Counted {
  const { now } = around;
  const since = (ms: number): number => {
    const start = own.findLast(({ at }) => now - at > ms && now - at <= ms + atTheEdge);
    const before = start ?? own.find(({ at }) => now - at <= ms);
    const least = isWithin(last?.at, now, ms) ? 1 : 0;
    return Math.max(least, before ? restarts - before.restarts : 0);
  };
  return { lately: since(limitOf(around, 'restartedWithin')), hour: since(hours(1)), hasHistory: own.length > 0 };
}

export function restartedByLiveness(pods: Pod[], around: Around): Finding[] {
  const { now, events = [] } = around;
  const lately = limitOf(around, 'restartedWithin');
  const killsAtLeast = limitOf(around, 'livenessKills');
  const ofLiveness = events.filter(({ last, message }) => /liveness/i.test(message) && isWithin(last, now, lately));
  const byName = Map.groupBy(ofLiveness, ({ name }) => name);
  return pods.flatMap((pod) => {
    const fresh = eventsOf(byName.get(pod.name) ?? [], pod);
    const failure = fresh.find(({ reason, message }) => reason === 'Unhealthy' && /^liveness/i.test(message));
    const kills = fresh
      .filter(({ reason }) => reason === 'Killing')
      .reduce((sum, event) => sum + timesWithin(event, now, lately), 0);
    if (!failure || kills < killsAtLeast) return [];
    const what = pod.containers.find(({ liveness }) => liveness)?.liveness?.what ?? 'liveness probe';
    return [
      ofPod(pod, {
        rule: 'pod.liveness',
        level: 'warning',
        restsOn: [checks.events],
        summary: `Restarted by its own liveness probe (${what}) at least ${count(kills, 'time')} within ${duration(lately)}: too strict, or the container is too busy to answer.`,
        observed: `${kills} kills within ${duration(lately)}`,
        threshold: `${killsAtLeast} within ${duration(lately)}`,
        evidence: [oneLine(failure.message)],
      }),
    ];
  });
}
