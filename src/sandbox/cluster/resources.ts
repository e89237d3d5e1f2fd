/** What the sandbox's API has: every resource with its names and what may be done with it. */
import type { ApiObject } from './objects/object.ts';

export interface Resource {
  /** empty for the core */
  group: string;
  version: string;
  plural: string;
  singular: string;
  kind: string;
  isNamespaced: boolean;
  short?: string[];
  verbs: string[];
  /** with the kind of what they take, and their verbs */
  subresources?: Record<string, { kind: string; verbs: string[]; group?: string; version?: string }>;
}

const read = ['get', 'list', 'watch'];
const gone = ['delete', ...read];

interface Short {
  short?: string[];
  verbs?: string[];
  isNamespaced?: boolean;
  subresources?: NonNullable<Resource['subresources']>;
}

const resource = (api: string, [plural, kind]: [string, string], more: Short = {}): Resource => {
  const [group = '', version = ''] = api.includes('/') ? api.split('/') : ['', api];
  return { group, version, plural, singular: kind.toLowerCase(), kind, isNamespaced: true, verbs: read, ...more };
};

const evict = { kind: 'Eviction', verbs: ['create'], group: 'policy', version: 'v1' };
const pod = {
  log: { kind: 'Pod', verbs: ['get'] },
  exec: { kind: 'PodExecOptions', verbs: ['create', 'get'] },
  eviction: evict,
};

export const resources: Resource[] = [
  resource('v1', ['namespaces', 'Namespace'], { short: ['ns'], isNamespaced: false }),
  resource('v1', ['nodes', 'Node'], { short: ['no'], isNamespaced: false }),
  resource('v1', ['pods', 'Pod'], { short: ['po'], verbs: gone, subresources: pod }),
  resource('v1', ['services', 'Service'], { short: ['svc'] }),
  resource('v1', ['endpoints', 'Endpoints'], { short: ['ep'] }),
  resource('v1', ['events', 'Event'], { short: ['ev'] }),
  resource('v1', ['resourcequotas', 'ResourceQuota'], { short: ['quota'] }),
  resource('v1', ['persistentvolumeclaims', 'PersistentVolumeClaim'], { short: ['pvc'] }),
  resource('apps/v1', ['deployments', 'Deployment'], { short: ['deploy'] }),
  resource('apps/v1', ['replicasets', 'ReplicaSet'], { short: ['rs'] }),
  resource('apps/v1', ['statefulsets', 'StatefulSet'], { short: ['sts'] }),
  resource('apps/v1', ['daemonsets', 'DaemonSet'], { short: ['ds'] }),
  resource('discovery.k8s.io/v1', ['endpointslices', 'EndpointSlice']),
  resource('autoscaling/v2', ['horizontalpodautoscalers', 'HorizontalPodAutoscaler'], { short: ['hpa'] }),
  resource('policy/v1', ['poddisruptionbudgets', 'PodDisruptionBudget'], { short: ['pdb'] }),
  resource('networking.k8s.io/v1', ['networkpolicies', 'NetworkPolicy'], { short: ['netpol'] }),
  resource('coordination.k8s.io/v1', ['leases', 'Lease']),
  resource('authorization.k8s.io/v1', ['selfsubjectaccessreviews', 'SelfSubjectAccessReview'], {
    isNamespaced: false,
    verbs: ['create'],
  }),
  resource('metrics.k8s.io/v1beta1', ['pods', 'PodMetrics'], { verbs: ['get', 'list'] }),
  resource('metrics.k8s.io/v1beta1', ['nodes', 'NodeMetrics'], { isNamespaced: false, verbs: ['get', 'list'] }),
];

export const apiOf = ({ group, version }: Pick<Resource, 'group' | 'version'>): string =>
  group === '' ? version : `${group}/${version}`;

/** `pods`, `deployments.apps`: as messages and faults call it */
export const fullName = ({ plural, group }: Resource): string => (group === '' ? plural : `${plural}.${group}`);

const byKind = new Map(resources.map((one) => [`${apiOf(one)} ${one.kind}`, one]));

export function resourceFor({ apiVersion, kind }: ApiObject): Resource {
  const found = byKind.get(`${apiVersion} ${kind}`);
  if (!found) throw new Error(`the sandbox's API has no ${kind} of ${apiVersion}`);
  return found;
}
