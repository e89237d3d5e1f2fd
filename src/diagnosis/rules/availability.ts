/** Workloads with fewer pods than they should have (C14), and replica sets that may not make any (C18). */
import { checks } from '../checks.ts';
import type { Cause, Finding } from '../diagnosis.ts';
import { conditionOf, isLeaving, isReady, type Pod } from '../pod.ts';
import { limitOf } from '../thresholds.ts';
import { duration, oneLine } from '../words.ts';
import { aboutWorkload, type ReplicaSet, titleOf, type Workload } from '../workload.ts';
import type { Around } from './of-pod.ts';

const ofWorkload = (
  workload: Workload,
  said: Pick<Finding, 'rule' | 'level' | 'summary'> & Partial<Finding>,
): Finding => ({
  check: checks.workloads,
  subject: titleOf(workload),
  about: aboutWorkload(workload),
  repeat: `kubectl describe ${workload.kind} ${workload.name} -n ${workload.namespace}`,
  ...said,
});

/** `pods`: all of the namespace, to tell how long something has been missing. */
export const unavailable = (workloads: Workload[], pods: Pod[], around: Around): Finding[] =>
  workloads.flatMap((workload) => {
    const { desired, available } = workload;
    if (available >= desired) return [];
    const forMs = missingFor(workload, pods, around.now);
    const isFew = (100 * available) / desired < limitOf(around, 'availableCritical');
    const isDown = isFew || isToldDown(workload, around, forMs);
    if (!isDown && (forMs === undefined || forMs <= limitOf(around, 'unavailableWarning'))) return [];
    const since = forMs === undefined ? '' : ` for ${duration(forMs)}`;
    return [
      ofWorkload(workload, {
        rule: 'workload.unavailable',
        level: isDown ? 'critical' : 'warning',
        ...(isDown ? {} : { restsOn: [checks.pods] }),
        summary: `${available} of ${desired} pods available${since}.`,
        observed: `${available} of ${desired}`,
        threshold: thresholdOf(around),
      }),
    ];
  });

/** With three pods, one that starts is enough for the API to say so: it has to last. */
const isToldDown = (workload: Workload, around: Around, forMs = Infinity): boolean =>
  conditionOf(workload, 'Available')?.status === 'False' && forMs > limitOf(around, 'unavailableCritical');

const thresholdOf = (around: Around): string =>
  `critical below ${limitOf(around, 'availableCritical')} % or where Available has been false for ${duration(limitOf(around, 'unavailableCritical'))}, warning below 100 % for ${duration(limitOf(around, 'unavailableWarning'))}`;

/** As long as the longest unready of its pods that are to stay; what was never made leaves no time. */
function missingFor({ kind, name }: Workload, pods: Pod[], now: number): number | undefined {
  const isOwn = ({ owner }: Pod): boolean => owner?.kind === kind && owner.name === name;
  const own = pods.filter((pod) => isOwn(pod) && !isReady(pod) && !isLeaving(pod));
  const times = own.map((pod) => now - (conditionOf(pod, 'Ready')?.since ?? pod.createdAt));
  return times.length === 0 ? undefined : Math.max(...times);
}

/** A rollout that came to a halt, and pods that the cluster refuses to make: both say why themselves. */
export const halted = (workloads: Workload[]): Finding[] =>
  workloads.flatMap((workload) => {
    const progressing = conditionOf(workload, 'Progressing');
    const failure = conditionOf(workload, 'ReplicaFailure');
    const isStuck = progressing?.status === 'False' && progressing.reason === 'ProgressDeadlineExceeded';
    const message = oneLine(failure?.message ?? '', 200);
    return [
      ...(isStuck
        ? [
            ofWorkload(workload, {
              ...stuckWords,
              cause: 'rollout',
              evidence: [oneLine(progressing.message ?? '', 300)],
            }),
          ]
        : []),
      ...(failure?.status === 'True' ? [ofWorkload(workload, refusedWords(message, failure.reason))] : []),
    ];
  });

const stuckWords = {
  rule: 'rollout.stuck',
  level: 'critical',
  summary: 'Its rollout has come to a halt: no progress within its deadline.',
  observed: 'ProgressDeadlineExceeded',
  threshold: 'any',
} as const;

const refusedWords = (message: string, reason = 'ReplicaFailure') => {
  const cause: { cause?: Cause } = /quota/i.test(message) ? { cause: 'capacity' } : {};
  const what = `The cluster refuses to make its pods: ${message === '' ? reason : message}`;
  return {
    rule: 'workload.refused',
    level: 'critical',
    summary: what,
    observed: reason,
    threshold: 'any',
    ...cause,
  } as const;
};

/** Where its deployment does not say the same already. */
export const failedCreate = (sets: ReplicaSet[], workloads: Workload[], namespace: string): Finding[] =>
  sets.flatMap(({ name, uid, deployment, conditions }) => {
    const failure = conditionOf({ conditions }, 'ReplicaFailure');
    const owner = workloads.find((one) => one.kind === 'deployment' && one.name === deployment);
    if (failure?.status !== 'True' || (owner && conditionOf(owner, 'ReplicaFailure')?.status === 'True')) return [];
    return [
      {
        check: checks.workloads,
        subject: `replicaset/${name}`,
        about: { kind: 'replicaset', namespace, name, uid },
        repeat: `kubectl describe replicaset ${name} -n ${namespace}`,
        ...refusedWords(oneLine(failure.message ?? '', 200), failure.reason),
      },
    ];
  });
