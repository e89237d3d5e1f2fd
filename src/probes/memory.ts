/** Memory and CPU of every container of a namespace, joined by ourselves from pods and metrics.k8s.io. */
import { type Cluster, kinds } from '../diagnosis/cluster.ts';
import type { NamespaceUse } from '../diagnosis/container-use.ts';
import type { Probe, Seen } from '../diagnosis/diagnosis.ts';
import { isOver } from '../diagnosis/pod.ts';
import { isLimitless, memoryCheck } from '../diagnosis/rules/memory.ts';
import { seenOf } from '../diagnosis/seen.ts';
import { askedOnce } from '../diagnosis/shared.ts';
import { count, oneLine } from '../diagnosis/words.ts';
import { CannotSee } from '../errors.ts';
import type { Instant } from '../incident/incident.ts';
import { minutes } from '../incident/times.ts';
import { clusterOf, labelled, listedOnce, namespaceOf, whyNot } from './kubernetes.ts';
import { listNodes } from './nodes.ts';
import { freshAt, readUsage, type Usage, usesOf, workloadOf } from './pod-use.ts';
import { listPods } from './pods.ts';

/** Fresh containers have no figure before the second scrape. */
const figureWithinMs = minutes(1);

const listUsages = listedOnce(kinds.podMetrics, readUsage);

export const usesIn = askedOnce(async (cluster: Cluster, namespace: string, labels?: string): Promise<NamespaceUse> => {
  const [pods, usages] = await Promise.all([listPods(cluster, namespace, labels), figures(cluster, namespace, labels)]);
  const lasting = pods.rows.filter((pod) => !isOver(pod));
  const siblings = Map.groupBy(lasting, workloadOf);
  const byName = new Map(usages.ok ? usages.data.map((usage) => [usage.metadata.name, usage]) : []);
  const containers = lasting.flatMap((pod) =>
    usesOf(pod, { siblings: siblings.get(workloadOf(pod))?.length ?? 1, usage: byName.get(pod.name) }),
  );
  return {
    namespace,
    containers,
    isCut: pods.isCut,
    figures: usages.ok ? { ok: true, data: newest(usages.data) } : usages,
    ...(containers.some(isLimitless) ? { nodes: await allocatable(cluster) } : {}),
  };
});

/** With such figures alone as tell of `now`, by the clock of this machine. */
export async function usesAt(now: Instant, ...asked: Parameters<typeof usesIn>): Promise<NamespaceUse> {
  const seen = await usesIn(...asked);
  return { ...seen, containers: seen.containers.map((use) => freshAt(use, now)) };
}

const newest = (usages: Usage[]): Instant => Math.max(0, ...usages.map(({ timestamp }) => timestamp));

/** Absent metrics are no reason to say nothing of limits and restarts. */
const figures = (cluster: Cluster, namespace: string, labels?: string): Promise<Seen<Usage[]>> =>
  seenOf(
    listUsages(cluster, namespace, labels).then(({ rows }) => rows),
    withoutFigures,
  );

function withoutFigures(error: unknown): string {
  const code = error instanceof CannotSee ? error.code : '';
  if (code === 'absent') return 'no figures of memory: metrics.k8s.io is not installed in this cluster';
  if (code === 'busy' || code === 'unreachable')
    return `no figures of memory: metrics.k8s.io is installed, but down (${whyNot(error)})`;
  return `no figures of memory: ${whyNot(error)}`;
}

const allocatable = (cluster: Cluster): Promise<Seen<Record<string, number>>> =>
  seenOf(
    listNodes(cluster).then(({ rows }) => Object.fromEntries(rows.map(({ name, memory }) => [name, memory]))),
    whyNot,
  );

const memoryRights = [
  { kind: kinds.pods, verbs: ['list'] },
  { kind: kinds.podMetrics, verbs: ['list'] },
] as const;

/** `now` by the clock of this machine. */
export function gapsOf({ figures, isCut, containers }: NamespaceUse, now: Instant): string[] {
  const missing = containers.filter(
    ({ isRunning, memory, since }) => isRunning && memory === undefined && now - since > figureWithinMs,
  );
  const [first] = missing;
  const unread = containers.filter(({ unreadLimit }) => unreadLimit !== undefined);
  return [
    ...(figures.ok ? [] : [figures.why]),
    ...(figures.ok && first
      ? [
          `no figure, which is not 0, for ${count(missing.length, 'running container')}, such as ${first.pod}/${first.container}`,
        ]
      : []),
    ...unread
      .slice(0, 1)
      .map(
        ({ pod, container, unreadLimit = '' }) =>
          `the memory limit of ${count(unread.length, 'container')} cannot be read, such as "${oneLine(unreadLimit, 30)}" of ${pod}/${container}`,
      ),
    ...(isCut ? [`there are more pods than those whose ${count(containers.length, 'container')} were looked at`] : []),
  ];
}

export interface MemorySeen extends NamespaceUse {
  gaps: string[];
}

export const memory: Probe<MemorySeen> = {
  name: memoryCheck,
  targets: ['label'],
  timeoutMs: 8_000,
  rights: [...memoryRights, { kind: kinds.nodes, verbs: ['list'], isClusterWide: true }],
  async look(surroundings) {
    const use = await usesAt(
      surroundings.now,
      clusterOf(surroundings),
      namespaceOf(surroundings.issueType),
      surroundings.issueType.targets['label'],
    );
    return { ...use, gaps: gapsOf(use, surroundings.now) };
  },
  gaps: ({ gaps }) => gaps,
  repeat: (issueType) => `kubectl top pods --containers -n ${namespaceOf(issueType)}${labelled(issueType)}`,
};
