/** One container with what it uses and what it may use, as rules on memory and CPU read it. */
import type { Instant } from '../incident/incident.ts';
import type { About, Offer, Seen } from './diagnosis.ts';

export interface ContainerUse {
  namespace: string;
  pod: string;
  uid: string;
  container: string;
  /** `deployment/api`; absent for a pod that nobody brings back */
  owner?: string | undefined;
  /** pods of its owner that are not over */
  siblings: number;
  node?: string | undefined;
  restarts: number;
  isRunning: boolean;
  isReady: boolean;
  /** when the container started, or else its pod was made */
  since: Instant;
  /** bytes and cores; absent: none is set, which a limit of 0 means too, or it cannot be read */
  memoryLimit?: number | undefined;
  /** the limit as it is written, where that is no amount of memory: whether it is near is not known */
  unreadLimit?: string | undefined;
  memoryRequest?: number | undefined;
  cpuLimit?: number | undefined;
  cpuRequest?: number | undefined;
  /** working set in bytes, and cores; absent: there is no figure, which is not 0 */
  memory?: number | undefined;
  cpu?: number | undefined;
  /** when these figures were taken */
  measuredAt?: Instant | undefined;
}

export interface NamespaceUse {
  namespace: string;
  containers: ContainerUse[];
  /** there were more pods than the client's cap */
  isCut: boolean;
  /** not ok: there are no figures at all */
  figures: Seen<Instant>;
  /** bytes that each node has for its pods; asked for only where a container has no limit */
  nodes?: Seen<Record<string, number>>;
}

export const aboutPod = ({ namespace, pod, uid, owner, siblings }: Omit<ContainerUse, 'container'>): About => ({
  kind: 'pod',
  namespace,
  name: pod,
  uid,
  ...(owner === undefined ? {} : { owner, siblings }),
});

export function aboutOwner({ namespace, owner = '' }: Pick<ContainerUse, 'namespace' | 'owner'>): About {
  const [kind = '', name = ''] = owner.split('/');
  return { kind, namespace, name };
}

const comesBack = /^(deployment|replicaset)\//;

/** Not for one that nobody brings back, nor for one that may have storage of its own. */
export const restartPod = (of: ContainerUse): Offer[] =>
  comesBack.test(of.owner ?? '') ? [{ remedy: 'restart-pod', label: `Restart ${of.pod}`, about: aboutPod(of) }] : [];

export const raiseLimit = (of: ContainerUse): Offer[] =>
  of.owner === undefined
    ? []
    : [{ remedy: 'raise-limit', label: `Raise the memory limit of ${of.owner}`, about: aboutOwner(of) }];

export const scaleOut = (of: ContainerUse): Offer[] =>
  of.owner?.startsWith('deployment/') ? [{ remedy: 'scale', label: `Scale ${of.owner}`, about: aboutOwner(of) }] : [];
