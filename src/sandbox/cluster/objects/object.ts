/** Objects of the Kubernetes API as far as the sandbox reads them itself; what it only hands out is left open. */
import type { Labels } from '../scene.ts';

export interface Owner {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller: true;
  blockOwnerDeletion: true;
}

export interface Meta {
  name: string;
  generateName?: string | undefined;
  namespace?: string | undefined;
  /** measurements have none */
  uid?: string | undefined;
  resourceVersion?: string | undefined;
  generation?: number | undefined;
  creationTimestamp: string;
  deletionTimestamp?: string | undefined;
  deletionGracePeriodSeconds?: number | undefined;
  labels?: Labels | undefined;
  annotations?: Labels | undefined;
  ownerReferences?: Owner[] | undefined;
}

export interface ApiObject {
  apiVersion: string;
  kind: string;
  metadata: Meta;
  spec?: unknown;
  status?: unknown;
  [field: string]: unknown;
}

export interface State {
  running?: { startedAt: string };
  waiting?: { reason: string; message?: string | undefined };
  terminated?: { exitCode: number; reason: string; signal?: number | undefined; startedAt: string; finishedAt: string };
}

export interface ContainerState {
  name: string;
  ready: boolean;
  started: boolean;
  restartCount: number;
  state: State;
  lastState: State;
}

export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string | undefined;
  message?: string | undefined;
  lastTransitionTime: string;
}

export interface ContainerSpec {
  name: string;
  image: string;
  ports?: { name?: string | undefined; containerPort: number; protocol: 'TCP' }[] | undefined;
}

export interface Pod extends ApiObject {
  kind: 'Pod';
  spec: {
    nodeName?: string | undefined;
    containers: ContainerSpec[];
    initContainers?: ContainerSpec[] | undefined;
    [field: string]: unknown;
  };
  status: {
    phase: string;
    reason?: string | undefined;
    podIP?: string | undefined;
    conditions: Condition[];
    containerStatuses?: ContainerState[] | undefined;
    initContainerStatuses?: ContainerState[] | undefined;
    [field: string]: unknown;
  };
}

export const isPod = (object: ApiObject): object is Pod => object.kind === 'Pod';

export const isReady = (pod: Pod): boolean =>
  pod.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');

export const carries = (labels: Labels | undefined, selector: Labels): boolean =>
  Object.entries(selector).every(([key, value]) => labels?.[key] === value);
