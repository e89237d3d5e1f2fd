/** The autoscalers of the namespace: how far they are, what they measure, what keeps them. */
import { z } from 'zod';
import type { Autoscaler, Autoscalers } from '../diagnosis/autoscaler.ts';
import { checks } from '../diagnosis/checks.ts';
import { kinds } from '../diagnosis/cluster.ts';
import type { Probe } from '../diagnosis/diagnosis.ts';
import { Conditioned, clusterOf, cutOff, listedOnce, Metadata, maybe, namespaceOf, several } from './kubernetes.ts';
import { reader } from './reader.ts';

const percent = maybe(z.number());
const Target = z.object({
  resource: maybe(z.object({ name: z.string(), target: z.object({ averageUtilization: percent }) })),
});
const Current = z.object({
  resource: maybe(z.object({ name: z.string(), current: z.object({ averageUtilization: percent }) })),
});

const Row = z.object({
  metadata: Metadata,
  spec: z.object({
    scaleTargetRef: z.object({ kind: z.string(), name: z.string() }),
    minReplicas: z.number().default(1),
    maxReplicas: z.number(),
    metrics: several(Target),
  }),
  status: z.object({
    currentReplicas: z.number().default(0),
    conditions: several(Conditioned),
    currentMetrics: several(Current),
  }),
});
const readRow = reader(Row);

function autoscalerOf(item: unknown): Autoscaler {
  const { metadata, spec, status } = readRow(item);
  const { name, namespace, uid } = metadata;
  const { kind, name: target } = spec.scaleTargetRef;
  return {
    name,
    namespace,
    uid,
    target: `${kind.toLowerCase()}/${target}`,
    min: spec.minReplicas,
    max: spec.maxReplicas,
    current: status.currentReplicas,
    conditions: status.conditions,
    uses: spec.metrics.flatMap(({ resource }) => {
      const now = status.currentMetrics.find((one) => one.resource?.name === resource?.name);
      const [is, wanted] = [now?.resource?.current.averageUtilization, resource?.target.averageUtilization];
      return resource && is !== undefined && wanted !== undefined
        ? [{ resource: resource.name, now: is, target: wanted }]
        : [];
    }),
  };
}

const listAutoscalers = listedOnce(kinds.autoscalers, autoscalerOf);

export const autoscalers: Probe<Autoscalers> = {
  name: checks.autoscalers,
  timeoutMs: 8_000,
  async look(surroundings) {
    const namespace = namespaceOf(surroundings.issueType);
    const { rows, isCut } = await listAutoscalers(clusterOf(surroundings), namespace);
    return { all: rows, gaps: cutOff('autoscalers', isCut, rows.length) };
  },
  gaps: ({ gaps }) => gaps,
  repeat: (issueType) => `kubectl get hpa -n ${namespaceOf(issueType)}`,
  rights: [{ kind: kinds.autoscalers, verbs: ['list'] }],
};
