/** The pods of the runbook's namespace, each with the workload it belongs to, and which of them carry the label. */

import { checks } from '../diagnosis/checks.ts';
import { type Cluster, kinds } from '../diagnosis/cluster.ts';
import type { Probe } from '../diagnosis/diagnosis.ts';
import type { Owner, Pod, Pods } from '../diagnosis/pod.ts';
import { reasonOf } from '../diagnosis/words.ts';
import { turn } from '../turn.ts';
import { clusterOf, cutOff, listedOnce, namespaceOf } from './kubernetes.ts';
import { podOf } from './pod-row.ts';
import { listReplicaSets } from './replica-sets.ts';
import { untold } from './untold.ts';

export const listPods = listedOnce(kinds.pods, podOf);

export const pods: Probe<Pods> = {
  name: checks.pods,
  timeoutMs: 8_000,
  targets: ['label'],
  async look(surroundings) {
    const cluster = clusterOf(surroundings);
    const namespace = namespaceOf(surroundings.issueType);
    const { label } = surroundings.issueType.targets;
    const [all, labelled, owners] = await Promise.all([
      listPods(cluster, namespace),
      label === undefined ? undefined : listPods(cluster, namespace, label),
      deploymentsOf(cluster, namespace),
    ]);
    await turn();
    const uids = new Set(labelled?.rows.map(({ uid }) => uid));
    const rows = unique([...(labelled?.rows ?? []), ...all.rows]).map((pod) => owned(pod, owners.byReplicaSet));
    await turn();
    const counted = withSiblings(rows);
    return {
      namespace,
      label,
      all: counted,
      targets: label === undefined ? counted : counted.filter(({ uid }) => uids.has(uid)),
      gaps: [...cutOff('pods', all.isCut, all.rows.length), ...owners.gaps, ...untold(counted, surroundings.now)],
    };
  },
  gaps: ({ gaps }) => gaps,
  repeat: (issueType) => `kubectl get pods -n ${namespaceOf(issueType)} -o wide`,
  rights: [
    { kind: kinds.pods, verbs: ['list'] },
    { kind: kinds.replicaSets, verbs: ['list'] },
  ],
};

const unique = (rows: Pod[]): Pod[] => [...new Map(rows.map((pod) => [pod.uid, pod])).values()];

interface Deployments {
  byReplicaSet: Map<string, string>;
  gaps: string[];
}

/** Without them pods are still pods: they are told by their replica set. */
async function deploymentsOf(cluster: Cluster, namespace: string): Promise<Deployments> {
  try {
    const { rows } = await listReplicaSets(cluster, namespace);
    const known = rows.flatMap(({ name, deployment }) =>
      deployment === undefined ? [] : [[name, deployment] as const],
    );
    return { byReplicaSet: new Map(known), gaps: [] };
  } catch (error) {
    return { byReplicaSet: new Map(), gaps: [`which deployments the pods belong to was not seen: ${reasonOf(error)}`] };
  }
}

function owned(pod: Pod, deployments: Map<string, string>): Pod {
  const name = pod.owner?.kind === 'replicaset' ? deployments.get(pod.owner.name) : undefined;
  return name === undefined ? pod : { ...pod, owner: { kind: 'deployment', name, pods: 1 } };
}

const nameOf = ({ kind, name }: Owner): string => `${kind}/${name}`;

function withSiblings(rows: Pod[]): Pod[] {
  const siblings = Map.groupBy(rows, ({ owner }) => owner && nameOf(owner));
  return rows.map((pod) => ({
    ...pod,
    owner: pod.owner && { ...pod.owner, pods: siblings.get(nameOf(pod.owner))?.length ?? 1 },
  }));
}
