/**
 * What stands in a namespace, told so that both the sandbox's cluster and a real control plane can be brought to it. Times
 * are minutes ago. What is left out is well: running, ready, never restarted.
 */
export interface Scene {
  workloads?: Workload[];
  services?: ServiceScene[];
  nodes?: NodeScene[];
  events?: EventScene[];
  autoscalers?: AutoscalerScene[];
  budgets?: { name: string; selects: Labels; allowed: number }[];
  quotas?: { name: string; hard: Record<string, string>; used: Record<string, string> }[];
  networkPolicies?: { name: string; selects: Labels; egress: boolean; changed: number }[];
  leases?: { name: string; holder: string; seconds: number; renewed: number }[];
  /** what a command that begins with these words answers in a pod */
  execs?: { pod: string; command: string[]; exitCode?: number; stdout?: string; stderr?: string }[];
  /** without it, metrics.k8s.io is not there at all */
  metrics?: 'there' | 'absent' | 'down';
}

export type Labels = Record<string, string>;

export interface Workload {
  kind: 'deployment' | 'statefulset' | 'daemonset';
  name: string;
  /** of the pods, and what selects them; `{ app: name }` where left out */
  labels?: Labels;
  containers?: ContainerScene[];
  initContainers?: ContainerScene[];
  /** as many as pods are told where left out */
  desired?: number;
  pods: PodScene[];
  /** the newest rollout, and what it changed */
  rollout?: { ago: number; before: Partial<ContainerScene>; stuck?: boolean };
  /** a condition of a deployment or replica set with its message: quota, webhook */
  failing?: { reason: string; message: string };
}

export interface ContainerScene {
  name: string;
  image?: string;
  memoryLimit?: string;
  memoryRequest?: string;
  cpuLimit?: string;
  cpuRequest?: string;
  ports?: { name?: string; port: number }[];
  readiness?: { path: string; port: number };
  liveness?: { path: string; port: number };
}

export interface PodScene {
  /** where left out, as its workload would call it */
  name?: string;
  age?: number;
  node?: string;
  phase?: 'Pending' | 'Running' | 'Failed' | 'Succeeded';
  /** with a message, as of an eviction */
  reason?: string;
  message?: string;
  ready?: boolean;
  /** of the revision before the newest rollout */
  isOld?: boolean;
  /** the scheduler's words; the pod is on no node */
  unschedulable?: string;
  deleted?: number;
  containers?: Record<string, ContainerStatus>;
}

export interface ContainerStatus {
  ready?: boolean;
  waiting?: { reason: string; message?: string };
  terminated?: Ended;
  restarts?: number;
  last?: Ended;
  /** shown by metrics */
  memory?: string;
  cpu?: string;
  /** each line with how many minutes ago it was said */
  logs?: [ago: number, line: string][];
  previousLogs?: [ago: number, line: string][];
}

export interface Ended {
  reason: string;
  exitCode: number;
  ago: number;
  signal?: number;
}

export interface ServiceScene {
  name: string;
  selects?: Labels;
  port: number;
  targetPort: number | string;
  /** an ExternalName service */
  external?: string;
}

export interface NodeScene {
  name: string;
  ready?: boolean;
  pressure?: ('Memory' | 'Disk' | 'PID')[];
  cordoned?: boolean;
}

export interface EventScene {
  /** `pod/api-1`, `node/node-7`, `replicaset/api-old` */
  about: string;
  type?: 'Normal' | 'Warning';
  reason: string;
  message: string;
  ago: number;
  count?: number;
}

export interface AutoscalerScene {
  name: string;
  target: string;
  min: number;
  max: number;
  current: number;
  cpu?: { target: number; now: number };
  /** false conditions with their reason */
  failing?: { type: string; reason: string; message: string };
  limited?: boolean;
}
