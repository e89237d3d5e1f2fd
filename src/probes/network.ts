/** What may cut the workflow engine off: network policies with egress that select its pods, and the cluster's DNS. */
import { z } from 'zod';
import { kinds } from '../diagnosis/cluster.ts';
import type { Probe } from '../diagnosis/diagnosis.ts';
import { isOver, isReady } from '../diagnosis/pod.ts';
import type { Instant } from '../incident/incident.ts';
import { labelOf } from './engine-logs.ts';
import { clusterOf, cutOff, listedOnce, maybe, namespaceOf, several, time, words } from './kubernetes.ts';
import { listPods } from './pods.ts';

const Expression = z.object({
  key: z.string(),
  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
  values: several(z.string()),
});
const Selector = maybe(z.object({ matchLabels: words, matchExpressions: several(Expression) }));
type Selector = z.infer<typeof Selector>;

const Policy = z.object({
  metadata: z.object({
    name: z.string(),
    creationTimestamp: time,
    managedFields: several(z.object({ time: maybe(time) })),
  }),
  spec: z.object({
    podSelector: Selector,
    policyTypes: maybe(z.array(z.string())),
    egress: maybe(z.array(z.unknown())),
  }),
});

export interface EgressPolicy {
  namespace: string;
  name: string;
  /** made, or last changed */
  changedAt: Instant;
  rules: number;
  pods: number;
}

export interface PoliciesSeen {
  policies: EgressPolicy[];
  gaps: string[];
}

const listPolicies = listedOnce(kinds.networkPolicies, (item) => Policy.parse(item));

export const egressPolicies: Probe<PoliciesSeen> = {
  name: 'network policies of the workflow engine',
  timeoutMs: 8_000,
  targets: ['label'],
  rights: [
    { kind: kinds.pods, verbs: ['list'] },
    { kind: kinds.networkPolicies, verbs: ['list'] },
  ],
  async look(surroundings) {
    const cluster = clusterOf(surroundings);
    const namespace = namespaceOf(surroundings.issueType);
    const label = labelOf(surroundings.issueType);
    const [pods, policies] = await Promise.all([listPods(cluster, namespace, label), listPolicies(cluster, namespace)]);
    const labels = pods.rows.filter((pod) => !isOver(pod)).map(({ labels }) => labels);
    const limiting = policies.rows
      .filter(hasEgress)
      .map(({ metadata, spec }) => ({
        namespace,
        name: metadata.name,
        changedAt: Math.max(metadata.creationTimestamp, ...metadata.managedFields.map(({ time }) => time ?? 0)),
        rules: spec.egress?.length ?? 0,
        pods: labels.filter((own) => isSelected(spec.podSelector, own)).length,
      }))
      .filter(({ pods }) => pods > 0);
    return {
      policies: limiting,
      gaps: [
        ...(labels.length > 0 ? [] : [`no pod carries ${label}: which policies limit the engine was not seen`]),
        ...cutOff('pods', pods.isCut, pods.rows.length),
        ...cutOff('network policies', policies.isCut, policies.rows.length),
      ],
    };
  },
  gaps: ({ gaps }) => gaps,
  repeat: (issueType) => `kubectl describe networkpolicy -n ${namespaceOf(issueType)}`,
};

/** Where the types are left out, egress is meant if there are rules for it. */
const hasEgress = ({ spec: { policyTypes, egress } }: z.infer<typeof Policy>): boolean =>
  policyTypes?.includes('Egress') ?? egress !== undefined;

/** An empty selector means every pod. */
const isSelected = (selector: Selector, labels: Record<string, string>): boolean =>
  Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
  (selector?.matchExpressions ?? []).every(({ key, operator, values }) => {
    const value = labels[key];
    if (operator === 'Exists') return value !== undefined;
    if (operator === 'DoesNotExist') return value === undefined;
    const isIn = value !== undefined && values.includes(value);
    return operator === 'In' ? isIn : !isIn;
  });

export interface Dns {
  pods: number;
  ready: number;
}

const system = 'kube-system';
const dnsLabel = 'k8s-app=kube-dns';

export const clusterDns: Probe<Dns> = {
  name: 'DNS of the cluster',
  timeoutMs: 8_000,
  rights: [{ kind: kinds.pods, verbs: ['list'], namespace: system }],
  async look(surroundings) {
    const { rows } = await listPods(clusterOf(surroundings), system, dnsLabel);
    const pods = rows.filter((pod) => !isOver(pod));
    const ready = pods.filter(isReady);
    return { pods: pods.length, ready: ready.length };
  },
  gaps: ({ pods }) =>
    pods === 0 ? [`no pod in ${system} carries ${dnsLabel}: who answers names there was not seen`] : [],
  repeat: () => `kubectl get pods -n ${system} -l ${dnsLabel}`,
};
