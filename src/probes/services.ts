/** The services of the namespace with what stands behind them: slices of one service merged, each address once. */
import { z } from 'zod';
import { checks } from '../diagnosis/checks.ts';
import { kinds } from '../diagnosis/cluster.ts';
import type { Probe } from '../diagnosis/diagnosis.ts';
import type { Endpoint, Service, Services } from '../diagnosis/service.ts';
import { clusterOf, cutOff, listedOnce, Metadata, maybe, namespaceOf, several, words } from './kubernetes.ts';

const Port = z.object({ port: z.number(), targetPort: maybe(z.union([z.number(), z.string()])) });

const ServiceRow = z.object({
  metadata: Metadata,
  spec: z.object({
    type: z.string().default('ClusterIP'),
    selector: words,
    clusterIPs: several(z.string()),
    clusterIP: maybe(z.string()),
    externalName: maybe(z.string()),
    ports: several(Port),
  }),
});

const SliceRow = z.object({
  metadata: Metadata,
  endpoints: several(
    z.object({
      addresses: several(z.string()),
      conditions: maybe(z.object({ ready: maybe(z.boolean()), terminating: maybe(z.boolean()) })),
      targetRef: maybe(z.object({ kind: maybe(z.string()), name: maybe(z.string()) })),
    }),
  ),
});

function serviceOf(item: unknown): Service {
  const { metadata, spec } = ServiceRow.parse(item);
  const { name, namespace, uid } = metadata;
  const { type, selector, clusterIPs, clusterIP, externalName, ports } = spec;
  return {
    name,
    namespace,
    uid,
    type,
    externalName,
    selector: Object.keys(selector).length > 0 ? selector : undefined,
    addresses: [...new Set([...clusterIPs, clusterIP ?? ''])].filter((one) => one !== '' && one !== 'None'),
    ports: ports.map(({ port, targetPort = port }) => ({ port, target: targetPort })),
    endpoints: [],
  };
}

interface Slice {
  service: string | undefined;
  endpoints: Endpoint[];
}

/** A readiness that is not told counts as ready: so the API has it. */
function sliceOf(item: unknown): Slice {
  const { metadata, endpoints } = SliceRow.parse(item);
  return {
    service: metadata.labels['kubernetes.io/service-name'],
    endpoints: endpoints.flatMap(({ addresses, conditions, targetRef }) =>
      addresses.slice(0, 1).map((address) => ({
        address,
        isReady: conditions?.ready ?? true,
        isDraining: conditions?.terminating ?? false,
        pod: targetRef?.kind === 'Pod' ? targetRef.name : undefined,
      })),
    ),
  };
}

const listServices = listedOnce(kinds.services, serviceOf);
const listSlices = listedOnce(kinds.slices, sliceOf);

export const services: Probe<Services> = {
  name: checks.services,
  timeoutMs: 8_000,
  async look(surroundings) {
    const cluster = clusterOf(surroundings);
    const namespace = namespaceOf(surroundings.issueType);
    const [found, slices] = await Promise.all([listServices(cluster, namespace), listSlices(cluster, namespace)]);
    const byService = Map.groupBy(slices.rows, ({ service }) => service);
    return {
      namespace,
      all: found.rows.map((one) => ({ ...one, endpoints: merged(byService.get(one.name) ?? []) })),
      gaps: [
        ...cutOff('services', found.isCut, found.rows.length),
        ...cutOff('endpoint slices', slices.isCut, slices.rows.length),
      ],
    };
  },
  gaps: ({ gaps }) => gaps,
  repeat: (issueType) => `kubectl get services,endpointslices -n ${namespaceOf(issueType)}`,
  rights: [
    { kind: kinds.services, verbs: ['list'] },
    { kind: kinds.slices, verbs: ['list'] },
  ],
};

/** A pod stands in a slice for each of its families and ports; while it moves from one to another, in both. */
function merged(slices: Slice[]): Endpoint[] {
  const byPod = Map.groupBy(
    slices.flatMap(({ endpoints }) => endpoints),
    ({ pod, address }) => pod ?? address,
  );
  return [...byPod.values()]
    .map((alike) => alike.find(({ isReady }) => isReady) ?? alike[0])
    .filter((one) => one !== undefined);
}
