/** The last words of containers that end or are not ready, from the run before and from this one. Of others nothing is read. */

import { checks } from '../diagnosis/checks.ts';
import { type Cluster, kinds, type Listed } from '../diagnosis/cluster.ts';
import type { Probe, Surroundings } from '../diagnosis/diagnosis.ts';
import type { LastWords } from '../diagnosis/last-words.ts';
import { type Container, isLeaving, isReady, type Pod } from '../diagnosis/pod.ts';
import { minutes } from '../incident/times.ts';
import { clusterOf, cutOff, leftOut, namespaceOf } from './kubernetes.ts';
import { readLogs } from './logs.ts';
import { listPods } from './pods.ts';

const tailLines = 100;
/** of one replica set the second says what the first said */
const most = { containers: 8, perOwner: 2 };
const endedWithin = minutes(30);

export const suspectLogs: Probe<LastWords> = {
  name: checks.suspectLogs,
  timeoutMs: 12_000,
  targets: ['label', 'pooler', 'database'],
  async look(surroundings) {
    const cluster = clusterOf(surroundings);
    const namespace = namespaceOf(surroundings.issueType);
    const { rows, isCut } = await ownFirst(cluster, surroundings);
    const suspects = fewOfOwner(rows.flatMap((pod) => suspectsIn(pod, surroundings.now)));
    const few = suspects.slice(0, most.containers);
    const asked = few.flatMap(({ pod, container, hasBefore }) => {
      const one = { namespace, pod: pod.name, container: container.name, tailLines };
      return hasBefore ? [{ ...one, previous: true }, one] : [one];
    });
    const read = await readLogs(cluster, asked);
    return {
      said: read.map(({ asked, lines }) => ({
        pod: asked.pod,
        container: asked.container,
        isPrevious: asked.previous ?? false,
        lines: lines.map(({ text }) => text),
      })),
      gaps: [
        ...cutOff('pods', isCut, rows.length),
        ...leftOut('containers that ended or are not ready, two of an owner at most,', suspects.length, few.length),
        ...read.flatMap(({ why }) => (why === undefined ? [] : [why])),
      ],
    };
  },
  gaps: ({ gaps }) => gaps,
  repeat: (issueType) => `kubectl logs POD -n ${namespaceOf(issueType)} --previous --tail=${tailLines}`,
  rights: [
    { kind: kinds.pods, verbs: ['list'] },
    { kind: kinds.pods, verbs: ['get'], subresource: 'log' },
  ],
};

/** Those that the runbook names are read whatever else is ill in the namespace. */
async function ownFirst(cluster: Cluster, { issueType }: Surroundings): Promise<Listed<Pod>> {
  const namespace = namespaceOf(issueType);
  const { label, pooler, database } = issueType.targets;
  const [all, labelled] = await Promise.all([
    listPods(cluster, namespace),
    label === undefined ? undefined : listPods(cluster, namespace, label),
  ]);
  const uids = new Set(labelled?.rows.map(({ uid }) => uid));
  const isOwn = ({ uid, name }: Pod): boolean => uids.has(uid) || name === pooler || name === database;
  return { ...all, rows: [...all.rows.filter(isOwn), ...all.rows.filter((pod) => !isOwn(pod))] };
}

interface Suspect {
  pod: Pod;
  container: Container;
  hasBefore: boolean;
}

/** What never ran has said nothing. */
function suspectsIn(pod: Pod, now: number): Suspect[] {
  if (isLeaving(pod)) return [];
  return pod.containers.flatMap((container) => {
    const { last, ended, runningSince, isInit } = container;
    const endedLately = [last, ended].some(
      (end) => end?.at !== undefined && now - end.at <= endedWithin && end.exitCode !== 0,
    );
    const isUnready = !isInit && !isReady(pod) && !container.isReady && runningSince !== undefined;
    return endedLately || isUnready ? [{ pod, container, hasBefore: last !== undefined }] : [];
  });
}

const fewOfOwner = (suspects: Suspect[]): Suspect[] =>
  [
    ...Map.groupBy(suspects, ({ pod, container }) => `${pod.owner?.name ?? pod.name} ${container.name}`).values(),
  ].flatMap((alike) => alike.slice(0, most.perOwner));
