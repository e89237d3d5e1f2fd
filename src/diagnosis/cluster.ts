/** What may be asked of a Kubernetes cluster: reading, and nothing else. */

/** A kind of object as its API names it; `group` is empty for the core. */
export interface Kind {
  group: string;
  version: string;
  plural: string;
}

/** Everything that is looked at. The manifests' reader role has no more than these. */
export const kinds = {
  pods: { group: '', version: 'v1', plural: 'pods' },
  events: { group: '', version: 'v1', plural: 'events' },
  services: { group: '', version: 'v1', plural: 'services' },
  nodes: { group: '', version: 'v1', plural: 'nodes' },
  quotas: { group: '', version: 'v1', plural: 'resourcequotas' },
  deployments: { group: 'apps', version: 'v1', plural: 'deployments' },
  replicaSets: { group: 'apps', version: 'v1', plural: 'replicasets' },
  statefulSets: { group: 'apps', version: 'v1', plural: 'statefulsets' },
  daemonSets: { group: 'apps', version: 'v1', plural: 'daemonsets' },
  slices: { group: 'discovery.k8s.io', version: 'v1', plural: 'endpointslices' },
  autoscalers: { group: 'autoscaling', version: 'v2', plural: 'horizontalpodautoscalers' },
  budgets: { group: 'policy', version: 'v1', plural: 'poddisruptionbudgets' },
  networkPolicies: { group: 'networking.k8s.io', version: 'v1', plural: 'networkpolicies' },
  leases: { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' },
  podMetrics: { group: 'metrics.k8s.io', version: 'v1beta1', plural: 'pods' },
  nodeMetrics: { group: 'metrics.k8s.io', version: 'v1beta1', plural: 'nodes' },
} as const satisfies Record<string, Kind>;

export type Verb = 'get' | 'list' | 'create';

/** What an account must be allowed; a probe lists all that it uses, so that roles are made from probes. */
export interface Right {
  kind: Kind;
  verbs: readonly Verb[];
  /** `log` and `exec` of pods */
  subresource?: 'log' | 'exec';
  /** objects of no namespace: these stand in a ClusterRole */
  isClusterWide?: true;
  /** where it is another than those that the runbook names */
  namespace?: string;
}

export interface Listing<Row> {
  kind: Kind;
  /** absent for objects of no namespace */
  namespace?: string;
  /** selectors as kubectl takes them */
  labels?: string;
  fields?: string;
  /** applied page by page, so that no more is kept than it returns; throws for what is no such object */
  parse: (item: unknown) => Row;
}

export interface Listed<Row> {
  rows: Row[];
  /** there were more than the client's cap */
  isCut: boolean;
}

export interface PodAddress {
  namespace: string;
  pod: string;
  container?: string;
}

export interface LogAsked extends PodAddress {
  /** of the container that ran before the last restart */
  previous?: boolean;
  tailLines: number;
}

/** Lines that were asked for and not read. */
export interface LogGap {
  of: 'newest' | 'oldest';
  why: string;
}

export interface Logs {
  /** each with the time of its writing, RFC 3339, before it */
  lines: string[];
  /** the container has said more than was read */
  isCut: boolean;
  gap?: LogGap;
}

export interface Ran {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/**
 * Every call ends within its own limit, and rejects with a `CannotSee` that says in a sentence why nothing was seen, with
 * the grant that is missing where that is why.
 */
export interface Cluster {
  list<Row>(listing: Listing<Row>): Promise<Listed<Row>>;
  logs(asked: LogAsked): Promise<Logs>;
  /** without a shell, terminal or input: the words of a command, never foreign text */
  exec(asked: PodAddress & { command: readonly string[] }): Promise<Ran>;
  /** whether the account may; asked of the cluster itself */
  may(right: Right, namespace?: string): Promise<boolean>;
}
