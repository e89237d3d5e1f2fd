/** C1 to C19, as every playbook that looks at a cluster judges what it saw; what was not seen is said by the report (C20). */
import type { Autoscalers } from '../autoscaler.ts';
import { checks } from '../checks.ts';
import type { Finding, Seen, Surroundings } from '../diagnosis.ts';
import type { Events } from '../event.ts';
import { type LastWords, withLastWords } from '../last-words.ts';
import type { Limits } from '../limits.ts';
import type { Nodes } from '../node.ts';
import { oneByOne } from '../one-by-one.ts';
import { whenSeen } from '../playbook.ts';
import type { Pods } from '../pod.ts';
import { groundsOf, restingOn } from '../rests-on.ts';
import type { Workloads } from '../workload.ts';
import { badAutoscalers } from './autoscalers.ts';
import { failedCreate, halted, unavailable } from './availability.ts';
import { warningEvents } from './events.ts';
import { nearlyFull, noDisruption } from './limits.ts';
import { badNodes, sharedNode } from './nodes.ts';
import type { Around } from './of-pod.ts';
import { illOf, judgePods } from './pods.ts';
import { recentRollouts } from './rollouts.ts';
import { noPods } from './selector.ts';

export interface ClusterEvidence {
  pods: Seen<Pods>;
  workloads: Seen<Workloads>;
  events: Seen<Events>;
  nodeEvents: Seen<Events>;
  nodes: Seen<Nodes>;
  autoscalers: Seen<Autoscalers>;
  limits: Seen<Limits>;
  suspectLogs: Seen<LastWords>;
}

/** Judges all pods of the namespace; the runbook's label says which of them the issue is about. */
export async function judgeCluster(
  evidence: ClusterEvidence,
  surroundings: Pick<Surroundings, 'now' | 'samples' | 'issueType'>,
): Promise<Finding[]> {
  const { pods, workloads, events, nodes, autoscalers, limits, suspectLogs } = evidence;
  const around: Around = {
    now: surroundings.now,
    thresholds: surroundings.issueType.thresholds,
    ...eventsOf(evidence),
    workloads: workloads.ok ? workloads.data.all : undefined,
  };
  const ofPods = pods.ok ? await judgePods(pods.data.all, around, surroundings.samples) : [];
  const placed = { pods: pods.ok ? pods.data.all : [], ill: illOf(ofPods) };
  const grounds = [checks.pods, ...groundsOf(ofPods)];
  const findings = await oneByOne([
    () => whenSeen(pods, (seen) => noPods(seen, around.workloads ?? [])),
    () => ofPods,
    () => restingOn(grounds, sharedNode(placed)),
    () =>
      restingOn(
        [checks.pods],
        whenSeen(nodes, ({ all }) => badNodes(all, placed, around.now)),
      ),
    () => whenSeen(workloads, (seen) => ofWorkloads(seen, pods, { placed, grounds, around })),
    () => whenSeen(autoscalers, ({ all }) => badAutoscalers(all)),
    () => whenSeen(events, (seen) => warningEvents(seen, around)),
    () => whenSeen(limits, ({ quotas, budgets }) => [...nearlyFull(quotas, around), ...noDisruption(budgets)]),
  ]);
  return suspectLogs.ok ? withLastWords(findings, suspectLogs.data) : findings;
}

/** As rules about pods read them. */
export const eventsOf = ({ events, nodeEvents }: Pick<ClusterEvidence, 'events' | 'nodeEvents'>) => ({
  events: events.ok ? events.data.all : undefined,
  nodeEvents: nodeEvents.ok ? nodeEvents.data.all : undefined,
});

type Placed = Parameters<typeof sharedNode>[0];

function ofWorkloads(
  { all, replicaSets, namespace }: Workloads,
  pods: Seen<Pods>,
  { placed, grounds, around }: { placed: Placed; grounds: string[]; around: Around },
): Finding[] {
  const targets = new Set(pods.ok && pods.data.label ? pods.data.targets.map(({ uid }) => uid) : []);
  return [
    ...restingOn(grounds, recentRollouts(all, { ...placed, targets }, around)),
    ...halted(all),
    ...failedCreate(replicaSets, all, namespace),
    ...unavailable(all, placed.pods, around),
  ];
}
