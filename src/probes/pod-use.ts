/** What a pod's containers use and may use: the pod, and the figures of metrics.k8s.io where there are any. */
import { z } from 'zod';
import type { ContainerUse } from '../diagnosis/container-use.ts';
import { type Container, ownerOf, type Pod } from '../diagnosis/pod.ts';
import { quantity } from '../diagnosis/quantity.ts';
import type { Instant } from '../incident/incident.ts';
import { minutes } from '../incident/times.ts';
import { maybe, Quantity, time } from './kubernetes.ts';
import { reader } from './reader.ts';

const Usage = z.object({
  metadata: z.object({ name: z.string() }),
  timestamp: time,
  containers: z.array(z.object({ name: z.string(), usage: maybe(z.object({ memory: Quantity, cpu: Quantity })) })),
});
export type Usage = z.infer<typeof Usage>;

export const readUsage: (item: unknown) => Usage = reader(Usage);

/** A replica set carries the name of its deployment, and behind it the hash that its pods are labelled with. */
export function workloadOf(pod: Pod): string | undefined {
  const { owner, hash } = pod;
  if (owner?.kind === 'replicaset' && hash !== undefined && owner.name.endsWith(`-${hash}`))
    return `deployment/${owner.name.slice(0, -hash.length - 1)}`;
  return ownerOf(pod);
}

/** Of those that last; what ran before them and ended uses nothing. */
export const usesOf = (pod: Pod, around: { siblings: number; usage: Usage | undefined }): ContainerUse[] =>
  pod.containers
    .filter(({ isInit, isSidecar }) => isSidecar || !isInit)
    .map((container) => useOf(pod, container, around));

/** A figure from before the container started is that of another one: a stateful set gives its names again. */
function useOf(
  pod: Pod,
  container: Container,
  { siblings, usage }: { siblings: number; usage: Usage | undefined },
): ContainerUse {
  const { name, restarts, runningSince, isReady, limits, requests } = container;
  const since = runningSince ?? pod.createdAt;
  const figures = usage && usage.timestamp >= since ? usage.containers : [];
  const used = figures.find((one) => one.name === name)?.usage;
  return {
    namespace: pod.namespace,
    pod: pod.name,
    uid: pod.uid,
    container: name,
    owner: workloadOf(pod),
    siblings,
    node: pod.node,
    restarts,
    isRunning: runningSince !== undefined && pod.goneBy === undefined,
    isReady,
    since,
    memoryLimit: limitIn(limits['memory']),
    unreadLimit: unreadIn(limits['memory']),
    memoryRequest: amount(requests['memory']),
    cpuLimit: limitIn(limits['cpu']),
    cpuRequest: amount(requests['cpu']),
    memory: used?.memory,
    cpu: used?.cpu,
    measuredAt: used && usage?.timestamp,
  };
}

const amount = (written: string | undefined): number | undefined =>
  written === undefined ? undefined : quantity(written);

/** Kubernetes takes a limit of 0 for none. */
const limitIn = (written: string | undefined): number | undefined => amount(written) || undefined;

const unreadIn = (written: string | undefined): string | undefined =>
  amount(written) === undefined ? written : undefined;

const figureLastsMs = minutes(5);
/** clocks of machines differ */
const aheadMs = minutes(1);

/** Without the figures that no longer tell of `now`, by the clock of this machine, or that tell of what is to come. */
export function freshAt(use: ContainerUse, now: Instant): ContainerUse {
  const { measuredAt = now } = use;
  const isFresh = now - measuredAt <= figureLastsMs && measuredAt - now <= aheadMs;
  return isFresh ? use : { ...use, memory: undefined, cpu: undefined };
}
