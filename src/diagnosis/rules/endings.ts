/** Pods that were put out (C11), and pods that will not go (C12). */
import type { Finding } from '../diagnosis.ts';
import { conditionOf, type Pod } from '../pod.ts';
import { hours, seconds } from '../times.ts';
import { duration, oneLine } from '../words.ts';
import { ago, isWithin, ofPod } from './of-pod.ts';

const evictedWithin = hours(24);
const leavesWithin = seconds(60);

export const putOut = (pods: Pod[], now: number): Finding[] =>
  pods.flatMap((pod) => {
    const disruption = conditionOf(pod, 'DisruptionTarget');
    const isEvicted = pod.phase === 'Failed' && pod.reason === 'Evicted';
    const at = disruption?.since ?? endOf(pod) ?? pod.createdAt;
    if (!isEvicted && disruption?.status !== 'True') return [];
    return isWithin(at, now, evictedWithin) ? [putOutFinding(pod, isEvicted, ago(at, now))] : [];
  });

const endOf = ({ containers }: Pod): number | undefined => containers.find(({ ended }) => ended)?.ended?.at;

function putOutFinding(pod: Pod, isEvicted: boolean, when: string): Finding {
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
    threshold: 'any within 24 h',
    evidence: said === '' ? [] : [oneLine(said, 300)],
  });
}

/** The API's time of deletion is when the pod should have been gone: the grace it was given is in it already. */
export const stuckTerminating = (pods: Pod[], now: number): Finding[] =>
  pods.flatMap((pod) => {
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
