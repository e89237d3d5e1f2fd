/** Deployments, stateful sets and daemon sets, with what their newest rollouts changed. */
import { z } from 'zod';
import { checks } from '../diagnosis/checks.ts';
import { kinds } from '../diagnosis/cluster.ts';
import type { Probe } from '../diagnosis/diagnosis.ts';
import type { Condition } from '../diagnosis/pod.ts';
import { changesOf, type ReplicaSet, type Rollout, type Workload, type Workloads } from '../diagnosis/workload.ts';
import type { Instant } from '../incident/incident.ts';
import { Conditioned, clusterOf, cutOff, listedOnce, Metadata, maybe, namespaceOf, several } from './kubernetes.ts';
import { reader } from './reader.ts';
import { listReplicaSets } from './replica-sets.ts';

const count = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);

const Row = z.object({
  metadata: Metadata,
  spec: z.object({ replicas: maybe(z.number()) }),
  status: z.object({
    conditions: several(Conditioned),
    availableReplicas: count,
    readyReplicas: count,
    desiredNumberScheduled: count,
    numberAvailable: count,
    currentRevision: maybe(z.string()),
    updateRevision: maybe(z.string()),
  }),
});
type Row = z.infer<typeof Row>;
const readRow = reader(Row);

const named = ({ metadata: { name, namespace, uid } }: Row, kind: Workload['kind']) => ({ kind, name, namespace, uid });

const deploymentOf = (item: unknown): Workload => {
  const row = readRow(item);
  const { availableReplicas, conditions } = row.status;
  return { ...named(row, 'deployment'), desired: row.spec.replicas ?? 1, available: availableReplicas, conditions };
};

const statefulSetOf = (item: unknown): Workload => {
  const row = readRow(item);
  const { conditions, readyReplicas, currentRevision, updateRevision = '' } = row.status;
  const rollout = { hash: updateRevision, changes: [], before: currentRevision };
  return {
    ...named(row, 'statefulset'),
    desired: row.spec.replicas ?? 1,
    // of a stateful set, available is no more than ready where it asks for no rest, and absent in old clusters
    available: readyReplicas,
    conditions,
    ...(currentRevision === undefined || currentRevision === updateRevision ? {} : { rollout }),
  };
};

const daemonSetOf = (item: unknown): Workload => {
  const row = readRow(item);
  const { conditions, numberAvailable, desiredNumberScheduled } = row.status;
  return { ...named(row, 'daemonset'), desired: desiredNumberScheduled, available: numberAvailable, conditions };
};

const listDeployments = listedOnce(kinds.deployments, deploymentOf);
const listStatefulSets = listedOnce(kinds.statefulSets, statefulSetOf);
const listDaemonSets = listedOnce(kinds.daemonSets, daemonSetOf);

export const workloads: Probe<Workloads> = {
  name: checks.workloads,
  timeoutMs: 8_000,
  async look(surroundings) {
    const cluster = clusterOf(surroundings);
    const namespace = namespaceOf(surroundings.issueType);
    const [deployments, replicaSets, statefulSets, daemonSets] = await Promise.all([
      listDeployments(cluster, namespace),
      listReplicaSets(cluster, namespace),
      listStatefulSets(cluster, namespace),
      listDaemonSets(cluster, namespace),
    ]);
    const lists = {
      deployments,
      'replica sets': replicaSets,
      'stateful sets': statefulSets,
      'daemon sets': daemonSets,
    };
    return {
      namespace,
      all: [
        ...deployments.rows.map((one) => ({ ...one, rollout: rolloutOf(one, replicaSets.rows) })),
        ...statefulSets.rows,
        ...daemonSets.rows,
      ],
      replicaSets: replicaSets.rows,
      gaps: Object.entries(lists).flatMap(([what, { isCut, rows }]) => cutOff(what, isCut, rows.length)),
    };
  },
  gaps: ({ gaps }) => gaps,
  repeat: (issueType) => `kubectl get deployments,replicasets,statefulsets,daemonsets -n ${namespaceOf(issueType)}`,
  rights: [kinds.deployments, kinds.replicaSets, kinds.statefulSets, kinds.daemonSets].map((kind) => ({
    kind,
    verbs: ['list'],
  })),
};

/** Its status is True before a rollout and after it: since when it has been so tells of none. */
function lastProgress(conditions: Condition[]): Instant | undefined {
  const progressing = conditions.find(({ type }) => type === 'Progressing');
  return progressing?.saidAt ?? progressing?.since;
}

/** The first revision is no rollout: there was nothing before it. */
function rolloutOf({ name, conditions }: Workload, sets: ReplicaSet[]): Rollout | undefined {
  const revisions = sets.filter(({ deployment }) => deployment === name).toSorted((a, b) => b.revision - a.revision);
  const [newest, before] = revisions;
  if (!newest) return undefined;
  const isOld = revisions.some(({ createdAt }) => createdAt > newest.createdAt);
  // going back takes the old set up again: when it was made says nothing then
  const at = isOld ? lastProgress(conditions) : newest.createdAt;
  const changes = before ? changesOf(before.template, newest.template) : [];
  return { at, hash: newest.hash, changes, before: before?.hash };
}
