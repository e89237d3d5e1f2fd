/** What it is not, each from something that was seen whole. */
import type { Instant } from '../../incident/incident.ts';
import type { Seen, Surroundings } from '../diagnosis.ts';
import { failuresOf, type GatewayLog } from '../gateway-log.ts';
import { type Container, conditionOf, type Ended, isLeaving, isReady, ownerOf, type Pod } from '../pod.ts';
import type { Services } from '../service.ts';
import { limitOf } from '../thresholds.ts';
import { count, duration } from '../words.ts';
import { titleOf, type Workload } from '../workload.ts';
import { isWithin } from './of-pod.ts';
import type { ClusterEvidence } from './shared.ts';

const whole = <Data extends { gaps: string[] }>(seen: Seen<Data>): Data | undefined =>
  seen.ok && seen.data.gaps.length === 0 ? seen.data : undefined;

type Around = Pick<Surroundings, 'now' | 'issueType'>;

export const ruledOutOfCluster = (
  evidence: Pick<ClusterEvidence, 'pods' | 'workloads' | 'nodes'>,
  around: Around,
): string[] => [...ofPods(evidence, around), ...ofRollouts(evidence, around), ...ofNodes(evidence)];

function ofPods({ pods }: Pick<ClusterEvidence, 'pods'>, { now, issueType }: Around): string[] {
  const seen = whole(pods);
  if (!seen || seen.all.length === 0) return [];
  const within = limitOf(issueType, 'killedWarning');
  const isKilled = seen.all.some(({ containers }) => containers.some((one) => mayBeKilled(one, now - within)));
  const staying = seen.targets.filter((pod) => !isLeaving(pod));
  const isWell = seen.label !== undefined && staying.length > 0 && staying.every(isReady);
  return [
    ...(isKilled ? [] : [`None of ${count(seen.all.length, 'pod')} was killed for memory within ${duration(within)}.`]),
    ...(isWell ? [`Not the pods of ${seen.label}: ${staying.length} of ${staying.length} are ready.`] : []),
  ];
}

/** One end before this run is kept: those before that one were earlier, and how they ended nobody tells. */
function mayBeKilled({ restarts, runningSince, ended, last }: Container, then: Instant): boolean {
  const seen = [last, ended].filter((end) => end !== undefined);
  const isLate = ({ at }: Ended): boolean => at === undefined || at >= then;
  const all = restarts + (runningSince === undefined && seen.length > 0 ? 1 : 0);
  return seen.some((end) => end.reason === 'OOMKilled' && isLate(end)) || (all > seen.length && seen.every(isLate));
}

function ofRollouts(evidence: Pick<ClusterEvidence, 'pods' | 'workloads'>, { now, issueType }: Around): string[] {
  const seen = whole(evidence.workloads);
  if (!seen || seen.all.length === 0) return [];
  const within = limitOf(issueType, 'rolledOutWithin');
  const pods = Map.groupBy(whole(evidence.pods)?.all.filter((pod) => !isLeaving(pod)) ?? [], ownerOf);
  const isQuiet = (one: Workload): boolean =>
    one.kind === 'deployment'
      ? one.rollout?.at !== undefined && !isWithin(one.rollout.at, now, within)
      : isAsOldAs(one, pods.get(titleOf(one)) ?? [], now - within);
  const what = count(seen.all.length, 'workload');
  return seen.all.every(isQuiet) ? [`Not a rollout: none of ${what} was rolled out within ${duration(within)}.`] : [];
}

/** Only of a deployment it is told when it was rolled out; of the others, a full set of pods from before tells that it was not. */
const isAsOldAs = ({ rollout, desired }: Workload, pods: Pod[], then: Instant): boolean =>
  rollout === undefined && pods.length >= desired && pods.every(({ createdAt }) => createdAt < then);

function ofNodes({ nodes }: Pick<ClusterEvidence, 'nodes'>): string[] {
  const seen = whole(nodes);
  const isWell = seen?.all.every(
    (node) =>
      conditionOf(node, 'Ready')?.status === 'True' &&
      node.conditions.every(({ type, status }) => type === 'Ready' || status === 'False'),
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
