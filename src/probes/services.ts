/** The services of the namespace with what stands behind them: slices of one service merged, each address once. */
import { z } from 'zod';
import { checks } from '../diagnosis/checks.ts';
import { kinds } from '../diagnosis/cluster.ts';
import type { Probe } from '../diagnosis/diagnosis.ts';
import type { Service, Services } from '../diagnosis/service.ts';
import { listSlices, merged } from './endpoints.ts';
import { clusterOf, cutOff, listedOnce, Metadata, maybe, namespaceOf, several, words } from './kubernetes.ts';
import { reader } from './reader.ts';

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
const readService = reader(ServiceRow);

function serviceOf(item: unknown): Service {
  const { metadata, spec } = readService(item);
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

const listServices = listedOnce(kinds.services, serviceOf);

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
