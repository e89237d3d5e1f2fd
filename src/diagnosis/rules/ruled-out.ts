/** What it is not, each from something that was seen whole. */
import type { Seen } from '../diagnosis.ts';
import { failuresOf, type GatewayLog } from '../gateway-log.ts';
import { isLeaving, isReady } from '../pod.ts';
import type { Services } from '../service.ts';
import { hours, minutes } from '../times.ts';
import { count } from '../words.ts';
import { isWithin } from './of-pod.ts';
import type { ClusterEvidence } from './shared.ts';

const whole = <Data extends { gaps: string[] }>(seen: Seen<Data>): Data | undefined =>
  seen.ok && seen.data.gaps.length === 0 ? seen.data : undefined;

/** `now`: what lasts is told with it. */
export const ruledOutOfCluster = (
  evidence: Pick<ClusterEvidence, 'pods' | 'workloads' | 'nodes'>,
  now: number,
): string[] => [...ofPods(evidence, now), ...ofRollouts(evidence, now), ...ofNodes(evidence)];

function ofPods({ pods }: Pick<ClusterEvidence, 'pods'>, now: number): string[] {
  const seen = whole(pods);
  if (!seen || seen.all.length === 0) return [];
  const ends = seen.all.flatMap(({ containers }) => containers.flatMap(({ last, ended }) => [last, ended]));
  const isKilled = ends.some((end) => end?.reason === 'OOMKilled' && isWithin(end.at, now, hours(24)));
  const staying = seen.targets.filter((pod) => !isLeaving(pod));
  const isWell = seen.label !== undefined && staying.length > 0 && staying.every(isReady);
  return [
    ...(isKilled ? [] : [`None of ${count(seen.all.length, 'pod')} was killed for memory within 24 h.`]),
    ...(isWell ? [`Not the pods of ${seen.label}: ${staying.length} of ${staying.length} are ready.`] : []),
  ];
}

function ofRollouts({ workloads }: Pick<ClusterEvidence, 'workloads'>, now: number): string[] {
  const seen = whole(workloads);
  if (!seen || seen.all.length === 0) return [];
  // of a stateful set it is not told since when
  const isRecent = seen.all.some(
    ({ kind, rollout }) => rollout && (kind === 'statefulset' || isWithin(rollout.at, now, minutes(60))),
  );
  return isRecent ? [] : [`Not a rollout: none of ${count(seen.all.length, 'workload')} was rolled out within 1 h.`];
}

function ofNodes({ nodes }: Pick<ClusterEvidence, 'nodes'>): string[] {
  const seen = whole(nodes);
  const isWell = seen?.all.every(({ conditions }) =>
    conditions.every(({ type, status }) => (type === 'Ready') === (status === 'True')),
  );
  return seen && seen.all.length > 0 && isWell
    ? [`Not a node: all ${seen.all.length} are ready and under no pressure.`]
    : [];
}

export function ruledOutOfGateway(services: Seen<Services>, log: Seen<GatewayLog>): string[] {
  const seen = whole(services)?.all.filter(({ selector }) => selector !== undefined) ?? [];
  const isServed =
    seen.length > 0 && seen.every(({ endpoints }) => endpoints.length > 0 && endpoints.every(({ isReady }) => isReady));
  const said = whole(log);
  const { failed, all } = said ? failuresOf(said) : { failed: 0, all: 0 };
  return [
    ...(isServed ? [`Not the endpoints: all of ${count(seen.length, 'service')} are ready.`] : []),
    ...(all > 0 && failed === 0
      ? [`No 502 now: none among ${count(all, 'request')} of the last hour that were read.`]
      : []),
  ];
}
