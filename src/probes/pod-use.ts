/** Pods and their metrics as the API gives them, narrowed to what a container uses and may use. */
import { z } from 'zod';
import type { ContainerUse } from '../diagnosis/container-use.ts';
import { maybe, Quantity, several, time } from './kubernetes.ts';

const Amounts = maybe(z.object({ memory: Quantity, cpu: Quantity }));
const Spec = z.object({
  name: z.string(),
  /** of an init container that runs on beside the others */
  restartPolicy: maybe(z.string()),
  resources: maybe(z.object({ limits: Amounts, requests: Amounts })),
});
const Status = z.object({
  name: z.string(),
  ready: z.boolean().default(false),
  restartCount: z.number().default(0),
  state: maybe(z.object({ running: maybe(z.object({ startedAt: maybe(time) })) })),
});

const Pod = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string(),
    labels: maybe(z.record(z.string(), z.string())),
    annotations: maybe(z.record(z.string(), z.string())),
    creationTimestamp: time,
    deletionTimestamp: maybe(time),
    ownerReferences: several(z.object({ kind: z.string(), name: z.string(), controller: maybe(z.boolean()) })),
  }),
  spec: z.object({ nodeName: maybe(z.string()), containers: several(Spec), initContainers: several(Spec) }),
  status: maybe(
    z.object({
      phase: maybe(z.string()),
      containerStatuses: several(Status),
      initContainerStatuses: several(Status),
    }),
  ),
});
export type Pod = z.infer<typeof Pod>;

export const readPod = (item: unknown): Pod => Pod.parse(item);

const Usage = z.object({
  metadata: z.object({ name: z.string() }),
  timestamp: time,
  containers: z.array(z.object({ name: z.string(), usage: Amounts })),
});
export type Usage = z.infer<typeof Usage>;

export const readUsage = (item: unknown): Usage => Usage.parse(item);

/** Of pods that are over nothing is used any more. */
export const isLasting = ({ status }: Pod): boolean => status?.phase !== 'Succeeded' && status?.phase !== 'Failed';

/** A replica set carries the name of its deployment, and behind it the hash that its pods are labelled with. */
export function ownerOf({ metadata: { ownerReferences, labels } }: Pod): string | undefined {
  const owner = ownerReferences.find(({ controller }) => controller);
  if (!owner) return undefined;
  const hash = labels?.['pod-template-hash'];
  if (owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`))
    return `deployment/${owner.name.slice(0, -hash.length - 1)}`;
  return `${owner.kind.toLowerCase()}/${owner.name}`;
}

/** A figure from before the container started is that of another one: a stateful set gives its names again. */
export function usesOf(pod: Pod, around: { namespace: string; siblings: number; usage: Usage | undefined }) {
  const { spec, status } = pod;
  const lasting = [
    ...spec.initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always'),
    ...spec.containers,
  ];
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return lasting.map((container) => useOf(container, { ...around, pod, status: statuses.find(isOf(container)) }));
}

const isOf =
  ({ name }: { name: string }) =>
  (other: { name: string }): boolean =>
    other.name === name;

interface Around {
  pod: Pod;
  status: z.infer<typeof Status> | undefined;
  namespace: string;
  siblings: number;
  usage: Usage | undefined;
}

function useOf(container: z.infer<typeof Spec>, { pod, status, namespace, siblings, usage }: Around): ContainerUse {
  const state = stateOf(pod, status);
  const used = usage && usage.timestamp >= state.since ? usage.containers.find(isOf(container))?.usage : undefined;
  return {
    namespace,
    pod: pod.metadata.name,
    uid: pod.metadata.uid,
    container: container.name,
    owner: ownerOf(pod),
    siblings,
    node: pod.spec.nodeName,
    ...state,
    ...boundsOf(container),
    memory: used?.memory,
    cpu: used?.cpu,
  };
}

function stateOf({ metadata }: Pod, status: Around['status']) {
  const running = status?.state?.running;
  return {
    restarts: status?.restartCount ?? 0,
    isRunning: running !== undefined && metadata.deletionTimestamp === undefined,
    isReady: status?.ready ?? false,
    since: running?.startedAt ?? metadata.creationTimestamp,
  };
}

const boundsOf = ({ resources }: z.infer<typeof Spec>) => ({
  memoryLimit: resources?.limits?.memory,
  memoryRequest: resources?.requests?.memory,
  cpuLimit: resources?.limits?.cpu,
  cpuRequest: resources?.requests?.cpu,
});
