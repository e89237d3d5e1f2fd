/** Services of the cluster that the engine's log names in lines of trouble: are there any ready endpoints behind them? */
import { z } from 'zod';
import { type Cluster, kinds } from '../diagnosis/cluster.ts';
import type { Probe } from '../diagnosis/diagnosis.ts';
import { listSlices, merged } from './endpoints.ts';
import { engineLogsOf } from './engine-logs.ts';
import { serviceOf } from './engine-services.ts';
import { clusterOf, leftOut, maybe, namespaceOf, whyNot } from './kubernetes.ts';

const mostServices = 5;

const Service = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ type: maybe(z.string()), selector: maybe(z.record(z.string(), z.string())) }),
});

export interface Dependency {
  namespace: string;
  name: string;
  /** lines of trouble that name it */
  mentions: number;
  /** there is such a service */
  isThere: boolean;
  /** it leads to pods that it selects; else its addresses are nobody's fault that could be seen here */
  isSelecting: boolean;
  ready: number;
  all: number;
}

export interface DependenciesSeen {
  inside: Dependency[];
  /** named, but not of this cluster */
  outside: { name: string; mentions: number }[];
  gaps: string[];
}

export const dependencies: Probe<DependenciesSeen> = {
  name: 'services that the engine complains of',
  timeoutMs: 14_000,
  targets: ['label'],
  rights: [
    { kind: kinds.pods, verbs: ['list'] },
    { kind: kinds.pods, verbs: ['get'], subresource: 'log' },
    { kind: kinds.services, verbs: ['list'] },
    { kind: kinds.slices, verbs: ['list'] },
  ],
  async look(surroundings) {
    const cluster = clusterOf(surroundings);
    const namespace = namespaceOf(surroundings.issueType);
    const { pods, unread } = await engineLogsOf(surroundings);
    const named = Map.groupBy(
      pods.flatMap(({ hosts }) => hosts),
      ({ name }) => name,
    );
    const hosts = [...named].map(([name, same]) => ({
      name,
      mentions: same.reduce((sum, { count }) => sum + count, 0),
      service: serviceOf({ name }, namespace),
    }));
    const inCluster = hosts
      .flatMap(({ mentions, service }) => (service ? [{ ...service, mentions }] : []))
      .toSorted((a, b) => b.mentions - a.mentions);
    const asked = inCluster.slice(0, mostServices);
    const looks = await Promise.allSettled(asked.map((one) => lookAt(cluster, one)));
    return {
      inside: looks.flatMap((look) => (look.status === 'fulfilled' ? [look.value] : [])),
      outside: hosts.filter(({ service }) => !service).map(({ name, mentions }) => ({ name, mentions })),
      gaps: [
        ...unread.map((why) => `what the engine complains of was not all read: ${why}`),
        ...leftOut('services that the log names', inCluster.length, asked.length),
        ...looks.flatMap((look, n) =>
          look.status === 'rejected' ? [`service ${asked[n]?.name} was not seen: ${whyNot(look.reason)}`] : [],
        ),
      ],
    };
  },
  gaps: ({ gaps }) => gaps,
  repeat: (issueType) => `kubectl get endpointslices -n ${namespaceOf(issueType)} -L kubernetes.io/service-name`,
};

async function lookAt(
  cluster: Cluster,
  { name, namespace, mentions }: { name: string; namespace: string; mentions: number },
): Promise<Dependency> {
  const [{ rows: found }, { rows: slices }] = await Promise.all([
    cluster.list({
      kind: kinds.services,
      namespace,
      fields: `metadata.name=${name}`,
      parse: (item) => Service.parse(item),
    }),
    listSlices(cluster, namespace, `kubernetes.io/service-name=${name}`),
  ]);
  const [service] = found;
  const endpoints = merged(slices);
  return {
    name,
    namespace,
    mentions,
    isThere: service !== undefined,
    isSelecting: service?.spec.type !== 'ExternalName' && Object.keys(service?.spec.selector ?? {}).length > 0,
    ready: endpoints.filter(({ isReady }) => isReady).length,
    all: endpoints.length,
  };
}
