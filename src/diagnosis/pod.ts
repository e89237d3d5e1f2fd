/** A pod as rules read it: narrow, times as instants, its owner by the name a person knows. */
import type { Instant } from '../incident/incident.ts';
import type { Milliseconds } from '../incident/policy.ts';
import type { About } from './diagnosis.ts';

export interface Pod {
  name: string;
  namespace: string;
  uid: string;
  labels: Record<string, string>;
  /** absent: nobody brings it back */
  owner?: Owner | undefined;
  /** of the template it was made from */
  hash?: string | undefined;
  node?: string | undefined;
  ip?: string | undefined;
  phase: string;
  reason?: string | undefined;
  message?: string | undefined;
  createdAt: Instant;
  /** when it should have been gone: the grace it was given is in it */
  goneBy?: Instant | undefined;
  finalizers: string[];
  conditions: Condition[];
  /** those that run before the others first */
  containers: Container[];
  /** the one that its annotation names as what is meant where none is named */
  defaultContainer?: string | undefined;
}

export interface Owner {
  /** as kubectl says it: deployment, statefulset; replicaset where its deployment was not seen */
  kind: string;
  name: string;
  /** how many pods it has */
  pods: number;
}

export interface Condition {
  type: string;
  status: string;
  reason?: string | undefined;
  message?: string | undefined;
  since?: Instant | undefined;
  /** when it was last said anew, which only deployments tell */
  saidAt?: Instant | undefined;
}

export interface Container {
  name: string;
  isInit: boolean;
  /** an init container that runs on beside the others */
  isSidecar: boolean;
  image: string;
  isReady: boolean;
  /** past its startup probe */
  isStarted?: boolean | undefined;
  restarts: number;
  waiting?: { reason: string; message?: string | undefined } | undefined;
  runningSince?: Instant | undefined;
  ended?: Ended | undefined;
  /** how the run before this one ended: only one is ever kept */
  last?: Ended | undefined;
  /** quantities as they are written: 512Mi */
  limits: Record<string, string>;
  requests: Record<string, string>;
  ports: { name?: string | undefined; port: number }[];
  readiness?: Checkup | undefined;
  liveness?: Checkup | undefined;
  startup?: Checkup | undefined;
}

export interface Ended {
  reason: string;
  exitCode: number;
  at?: Instant | undefined;
  message?: string | undefined;
}

/** A probe of the kubelet. */
export interface Checkup {
  /** "http /ready on port 8080" */
  what: string;
  delayMs: Milliseconds;
  periodMs: Milliseconds;
  failures: number;
}

/** The pods of a namespace. */
export interface Pods {
  namespace: string;
  all: Pod[];
  /** those of the runbook's label; all where it names none */
  targets: Pod[];
  label?: string | undefined;
  /** sentences on what is missing */
  gaps: string[];
}

export const conditionOf = ({ conditions }: Pick<Pod, 'conditions'>, type: string): Condition | undefined =>
  conditions.find((one) => one.type === type);

export const isReady = (pod: Pod): boolean => conditionOf(pod, 'Ready')?.status === 'True';

/** Of pods that are over nothing is used any more. */
export const isOver = ({ phase }: Pod): boolean => phase === 'Succeeded' || phase === 'Failed';

/** Done, or to be gone: what is not ready about it is as it should be. */
export const isLeaving = (pod: Pod): boolean => pod.goneBy !== undefined || isOver(pod);

/** Whose log is the pod's, as kubectl takes it; of sidecars, which stand first, none is. */
export const mainOf = ({ containers, defaultContainer }: Pod): Container | undefined =>
  containers.find(({ name }) => name === defaultContainer) ?? containers.find(({ isInit }) => !isInit);

export const ownerOf = ({ owner }: Pod): string | undefined => owner && `${owner.kind}/${owner.name}`;

export function aboutPod(pod: Pod): About {
  const about: About = { kind: 'pod', namespace: pod.namespace, name: pod.name, uid: pod.uid };
  const owner = ownerOf(pod);
  return owner === undefined ? about : { ...about, owner, siblings: pod.owner?.pods ?? 1 };
}
