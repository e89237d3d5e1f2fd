/** A service of the cluster with the addresses that stand behind it. */
import { isLeaving, type Pod } from './pod.ts';

export interface Service {
  name: string;
  namespace: string;
  uid: string;
  /** of the cluster itself: ClusterIP, ExternalName, … */
  type: string;
  /** without one, somebody else says what stands behind it */
  selector?: Record<string, string> | undefined;
  addresses: string[];
  externalName?: string | undefined;
  ports: ServicePort[];
  endpoints: Endpoint[];
}

export interface ServicePort {
  port: number;
  /** a number, or the name of a container's port */
  target: number | string;
}

export interface Endpoint {
  address: string;
  isReady: boolean;
  /** still answers, and is about to go */
  isDraining: boolean;
  pod?: string | undefined;
}

export interface Services {
  namespace: string;
  all: Service[];
  gaps: string[];
}

/** An empty selector selects nothing here: the service has its endpoints from elsewhere. */
export const isSelected = (selector: Record<string, string>, { labels }: Pick<Pod, 'labels'>): boolean =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);

/** The pods that a selector stands for. */
export type SelectedBy = (selector: Record<string, string>) => Pod[];

/**
 * Looked up by one label: a namespace has hundreds of services, and thousands of pods to go through. Pods are sorted by a
 * label once somebody asks for it. Those that are leaving stand behind no service.
 */
export function selecting(pods: Pod[]): SelectedBy {
  const staying = pods.filter((pod) => !isLeaving(pod));
  const byLabel = new Map<string, Map<string | undefined, Pod[]>>();
  return (selector) => {
    const [first] = Object.entries(selector);
    if (!first) return [];
    const [key, value] = first;
    const byValue = byLabel.get(key) ?? Map.groupBy(staying, ({ labels }) => labels[key]);
    byLabel.set(key, byValue);
    return (byValue.get(value) ?? []).filter((pod) => isSelected(selector, pod));
  };
}

/** The pods that a host stands for: one by its address, or all that a service of this address or name selects. */
export function podsBehind(host: string, { pods, services }: { pods: Pod[]; services: Service[] }): Pod[] {
  const dialled = services.find(
    ({ name, namespace, addresses }) =>
      addresses.includes(host) || host === name || host.startsWith(`${name}.${namespace}`),
  );
  return pods.filter(
    (pod) => pod.ip === host || (dialled?.selector !== undefined && isSelected(dialled.selector, pod)),
  );
}
