/** Pods that run and are not ready for longer than their own probes allow (C7). */

import { seconds } from '../../incident/times.ts';
import type { Finding } from '../diagnosis.ts';
import { eventsOf } from '../event.ts';
import { type Checkup, type Container, conditionOf, isLeaving, type Pod } from '../pod.ts';
import { limitOf } from '../thresholds.ts';
import { duration, oneLine } from '../words.ts';
import { type Around, ofPod } from './of-pod.ts';

/** of a pod without a probe: what the kubelet takes by itself */
const byDefault: Checkup = { what: 'no readiness probe', delayMs: 0, periodMs: seconds(10), failures: 3 };

const patience = ({ delayMs, periodMs, failures }: Checkup): number => delayMs + periodMs * failures;

/** Containers that do not run are told by the rules of why they do not. */
export const notReady = (pods: Pod[], around: Around): Finding[] =>
  pods.flatMap((pod) => {
    const { now, events } = around;
    const ready = conditionOf(pod, 'Ready');
    if (pod.phase !== 'Running' || isLeaving(pod) || ready?.status !== 'False') return [];
    const { containers } = pod;
    const unready = containers.filter(({ isInit, isReady }) => !isInit && !isReady);
    if (unready.some(({ runningSince }) => runningSince === undefined)) return [];
    const [container] = unready;
    const since = ready.since ?? pod.createdAt;
    const began = Math.max(since, container?.runningSince ?? 0);
    if (now - began <= allowed(container)) return [];
    return [
      unreadyFinding(pod, container, {
        forMs: now - since,
        said: lastSaid(pod, events),
        criticalAfter: limitOf(around, 'notReadyCritical'),
      }),
    ];
  });

function allowed(container: Container | undefined): number {
  const start = container?.startup && container.isStarted !== true ? patience(container.startup) : 0;
  return start + patience(container?.readiness ?? byDefault);
}

function unreadyFinding(
  pod: Pod,
  container: Container | undefined,
  { forMs, said, criticalAfter }: { forMs: number; said: string[]; criticalAfter: number },
): Finding {
  const probe = container ? (container.readiness ?? byDefault).what : 'a readiness gate of the pod';
  return ofPod(pod, {
    rule: 'pod.not-ready',
    level: forMs > criticalAfter ? 'critical' : 'warning',
    summary: `Running and not ready for ${duration(forMs)} (${probe}): what it depends on may be what fails.`,
    observed: duration(forMs),
    threshold: `longer than ${duration(allowed(container))}, critical beyond ${duration(criticalAfter)}`,
    evidence: said,
  });
}

const lastSaid = (pod: Pod, events: Around['events'] = []): string[] => {
  const last = eventsOf(events, pod).find(({ reason }) => reason === 'Unhealthy');
  return last ? [oneLine(last.message, 300)] : [];
};
