/** Objects of a cluster as its API gives them, well unless told otherwise. */
import type { ApiObject } from './cluster.ts';

export const now = Date.UTC(2026, 10, 28, 3, 0);
export const minutesAgo = (n: number): string => new Date(now - n * 60_000).toISOString();

type Fields = Record<string, unknown>;

export interface PodTold {
  name?: string;
  app?: string;
  namespace?: string;
  owner?: { kind: string; name: string } | null;
  hash?: string;
  node?: string;
  ip?: string;
  age?: number;
  ready?: boolean;
  /** minutes ago that it became ready or not */
  since?: number;
  phase?: string;
  metadata?: Fields;
  spec?: Fields;
  container?: Fields;
  conditions?: Fields[];
  /** of its container `app` */
  status?: Fields;
  more?: Fields;
}

let uids = 0;

export function pod(told: PodTold = {}): ApiObject {
  const { app = 'api', hash = 'aaa', age = 60, ready = true, since = age, phase = 'Running' } = told;
  const name = told.name ?? `${app}-${hash}-${++uids}`;
  const owner = told.owner === undefined ? { kind: 'ReplicaSet', name: `${app}-${hash}` } : told.owner;
  const isReady = ready ? 'True' : 'False';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: told.namespace ?? 'production',
      uid: `uid-${name}`,
      labels: { app, 'pod-template-hash': hash },
      creationTimestamp: minutesAgo(age),
      ...(owner ? { ownerReferences: [{ ...owner, controller: true }] } : {}),
      ...told.metadata,
    },
    spec: {
      nodeName: told.node ?? 'node-1',
      containers: [{ name: 'app', image: `shop/${app}:1.0`, ports: [{ containerPort: 8080 }], ...told.container }],
      ...told.spec,
    },
    status: {
      phase,
      podIP: told.ip ?? '10.0.0.1',
      conditions: told.conditions ?? [
        { type: 'PodScheduled', status: 'True', lastTransitionTime: minutesAgo(age) },
        { type: 'Ready', status: isReady, lastTransitionTime: minutesAgo(since) },
      ],
      containerStatuses: [
        {
          name: 'app',
          ready,
          restartCount: 0,
          state: { running: { startedAt: minutesAgo(age) } },
          lastState: {},
          ...told.status,
        },
      ],
      ...told.more,
    },
  };
}

export const ended = (reason: string, exitCode: number, ago: number): Fields => ({
  terminated: { reason, exitCode, finishedAt: minutesAgo(ago) },
});

export const waiting = (reason: string, message?: string): Fields => ({ waiting: { reason, message } });

export interface WorkloadTold {
  name?: string;
  desired?: number;
  available?: number;
  conditions?: Fields[];
}

export const deployment = ({
  name = 'api',
  desired = 3,
  available = desired,
  conditions = [],
}: WorkloadTold = {}): ApiObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'production', uid: `uid-${name}` },
  spec: { replicas: desired },
  status: { availableReplicas: available, readyReplicas: available, conditions },
});

export interface ReplicaSetTold {
  app?: string;
  hash?: string;
  revision?: number;
  age?: number;
  container?: Fields;
  conditions?: Fields[];
}

export const replicaSet = ({
  app = 'api',
  hash = 'aaa',
  revision = 1,
  age = 600,
  ...told
}: ReplicaSetTold = {}): ApiObject => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    name: `${app}-${hash}`,
    namespace: 'production',
    uid: `uid-${app}-${hash}`,
    labels: { app, 'pod-template-hash': hash },
    annotations: { 'deployment.kubernetes.io/revision': String(revision) },
    creationTimestamp: minutesAgo(age),
    ownerReferences: [{ kind: 'Deployment', name: app, controller: true }],
  },
  spec: { template: { spec: { containers: [{ name: 'app', image: `shop/${app}:1.0`, ...told.container }] } } },
  status: { conditions: told.conditions ?? [] },
});

export interface EventTold {
  about: string;
  reason: string;
  message?: string;
  ago?: number;
  first?: number;
  count?: number;
  kind?: string;
  type?: string;
}

export const event = ({
  about,
  reason,
  message = '',
  ago = 1,
  first = ago,
  count = 1,
  ...told
}: EventTold): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: `${about}.${++uids}`, namespace: 'production', creationTimestamp: minutesAgo(first) },
  involvedObject: { kind: told.kind ?? 'Pod', name: about, uid: `uid-${about}` },
  type: told.type ?? 'Warning',
  reason,
  message,
  count,
  firstTimestamp: minutesAgo(first),
  lastTimestamp: minutesAgo(ago),
});

export const node = ({
  name = 'node-1',
  conditions = [],
}: {
  name?: string;
  conditions?: Fields[];
} = {}): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, uid: `uid-${name}` },
  spec: {},
  status: { conditions: [{ type: 'Ready', status: 'True' }, ...conditions] },
});

export const service = ({ name = 'api', spec = {} }: { name?: string; spec?: Fields } = {}): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'production', uid: `uid-service-${name}` },
  spec: {
    type: 'ClusterIP',
    clusterIP: '10.96.0.10',
    clusterIPs: ['10.96.0.10'],
    selector: { app: name },
    ports: [{ port: 80, targetPort: 8080 }],
    ...spec,
  },
});

export interface SliceTold {
  service?: string;
  name?: string;
  addresses?: string[];
  notReady?: string[];
  /** as they are, for what is left out */
  endpoints?: Fields[];
}

export const slice = ({ service = 'api', name = `${service}-1`, ...told }: SliceTold = {}): ApiObject => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name, namespace: 'production', labels: { 'kubernetes.io/service-name': service } },
  endpoints: [
    ...(told.addresses ?? []).map((one) => ({ addresses: [one], conditions: { ready: true } })),
    ...(told.notReady ?? []).map((one) => ({ addresses: [one], conditions: { ready: false } })),
    ...(told.endpoints ?? []),
  ],
});
