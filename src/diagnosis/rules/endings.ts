/** Pods that were put out (C11), and pods that will not go (C12). */
import type { Finding } from '../diagnosis.ts';
import { conditionOf, type Pod } from '../pod.ts';
import { limitOf } from '../thresholds.ts';
import { duration, oneLine } from '../words.ts';
import { type Around, ago, isWithin, ofPod } from './of-pod.ts';

export const putOut = (pods: Pod[], around: Around): Finding[] =>
  pods.flatMap((pod) => {
    const within = limitOf(around, 'evictedWithin');
    const disruption = conditionOf(pod, 'DisruptionTarget');
    const isEvicted = pod.phase === 'Failed' && pod.reason === 'Evicted';
    const at = disruption?.since ?? endOf(pod) ?? pod.createdAt;
    if (!isEvicted && disruption?.status !== 'True') return [];
    if (!isWithin(at, around.now, within)) return [];
    return [putOutFinding(pod, isEvicted, { when: ago(at, around.now), within })];
  });

const endOf = ({ containers }: Pod): number | undefined => containers.find(({ ended }) => ended)?.ended?.at;

function putOutFinding(pod: Pod, isEvicted: boolean, { when, within }: { when: string; within: number }): Finding {
  const { message = '', reason = 'no reason given' } = conditionOf(pod, 'DisruptionTarget') ?? {};
  const said = pod.message ?? message;
  const [, resource] = /low on resource: ([\w.-]+?)[.,]?(?:\s|$)/.exec(said) ?? [];
  const what = isEvicted ? 'Evicted' : 'Being put out';
  return ofPod(pod, {
    rule: 'pod.evicted',
    level: 'warning',
    ...(resource ? { cause: 'node' as const } : {}),
    summary: `${what} ${when}: ${resource ? `its node was low on ${resource}` : oneLine(reason, 60)}.`,
    observed: what,
    threshold: `any within ${duration(within)}`,
    evidence: said === '' ? [] : [oneLine(said, 300)],
  });
}

/** The API's time of deletion is when the pod should have been gone: the grace it was given is in it already. */
export const stuckTerminating = (pods: Pod[], around: Around): Finding[] =>
  pods.flatMap((pod) => {
    const { now } = around;
    const leavesWithin = limitOf(around, 'terminatingAfter');
    const { goneBy, finalizers, node } = pod;
    if (goneBy === undefined || now - goneBy <= leavesWithin) return [];
    const held =
      finalizers.length > 0 ? `held by ${oneLine(finalizers.join(', '))}` : `look at node ${node ?? 'unknown'}`;
    return [
      ofPod(pod, {
        rule: 'pod.stuck-terminating',
        level: 'warning',
        summary: `It should have been gone ${duration(now - goneBy)} ago: ${held}.`,
        observed: `${duration(now - goneBy)} beyond its grace`,
        threshold: `${duration(leavesWithin)} beyond its grace`,
      }),
    ];
  });
