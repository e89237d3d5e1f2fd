/** Nothing carries the label that the runbook names: a wrong name, or nothing there (C1). */
import { checks } from '../checks.ts';
import type { Finding } from '../diagnosis.ts';
import type { Pods } from '../pod.ts';
import { titleOf, type Workload } from '../workload.ts';

/** `owners`: workloads that the label is expected to belong to; none where they were not seen. */
export function noPods({ targets, label, namespace, gaps }: Pods, owners: Workload[]): Finding[] {
  if (targets.length > 0 || gaps.length > 0) return [];
  const meant = owners.find(({ name }) => name === label?.split('=')[1]);
  const isOff = meant?.desired === 0;
  const why = isOff ? ` ${titleOf(meant)} is scaled to 0.` : ' Check the label, the namespace and the scale.';
  return [
    {
      rule: 'pods.none',
      level: isOff ? 'info' : 'critical',
      check: checks.pods,
      subject: label ?? namespace,
      summary: `No pod ${label === undefined ? 'is' : `carries ${label}`} in ${namespace}.${why}`,
      observed: '0 pods',
      threshold: 'critical at 0, unless scaled to 0',
      repeat: `kubectl get pods -n ${namespace}${label === undefined ? '' : ` -l ${label}`}`,
    },
  ];
}
