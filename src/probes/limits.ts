/** Disruption budgets and resource quotas of the namespace. */
import { z } from 'zod';
import { checks } from '../diagnosis/checks.ts';
import { kinds } from '../diagnosis/cluster.ts';
import type { Probe } from '../diagnosis/diagnosis.ts';
import type { Budget, Limits, Quota } from '../diagnosis/limits.ts';
import { clusterOf, cutOff, listedOnce, Metadata, namespaceOf, words } from './kubernetes.ts';

const BudgetRow = z.object({
  metadata: Metadata,
  status: z.object({ disruptionsAllowed: z.number().default(0), expectedPods: z.number().default(0) }),
});

const QuotaRow = z.object({ metadata: Metadata, status: z.object({ hard: words, used: words }) });

function budgetOf(item: unknown): Budget {
  const { metadata, status } = BudgetRow.parse(item);
  const { name, namespace, uid } = metadata;
  return { name, namespace, uid, allowed: status.disruptionsAllowed, expected: status.expectedPods };
}

function quotaOf(item: unknown): Quota {
  const { metadata, status } = QuotaRow.parse(item);
  return { name: metadata.name, namespace: metadata.namespace, ...status };
}

const listBudgets = listedOnce(kinds.budgets, budgetOf);
const listQuotas = listedOnce(kinds.quotas, quotaOf);

export const limits: Probe<Limits> = {
  name: checks.limits,
  timeoutMs: 8_000,
  async look(surroundings) {
    const cluster = clusterOf(surroundings);
    const namespace = namespaceOf(surroundings.issueType);
    const [budgets, quotas] = await Promise.all([listBudgets(cluster, namespace), listQuotas(cluster, namespace)]);
    return {
      budgets: budgets.rows,
      quotas: quotas.rows,
      gaps: [
        ...cutOff('disruption budgets', budgets.isCut, budgets.rows.length),
        ...cutOff('quotas', quotas.isCut, quotas.rows.length),
      ],
    };
  },
  gaps: ({ gaps }) => gaps,
  repeat: (issueType) => `kubectl get pdb,resourcequota -n ${namespaceOf(issueType)}`,
  rights: [
    { kind: kinds.budgets, verbs: ['list'] },
    { kind: kinds.quotas, verbs: ['list'] },
  ],
};
