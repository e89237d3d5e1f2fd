/** Which pods of a namespace an issue is about: those of the runbook's label, or those that it names. */
import { checks } from '../../diagnosis/checks.ts';
import type { Finding, Seen } from '../../diagnosis/diagnosis.ts';
import { whenSeen } from '../../diagnosis/playbook.ts';
import type { Pods } from '../../diagnosis/pod.ts';
import type { Scope } from '../../diagnosis/rules/scope.ts';
import { titleOf, type Workloads } from '../../diagnosis/workload.ts';
import type { IssueType } from '../../incident/policy.ts';

export function scopeOfLabel(pods: Seen<Pods>): Scope {
  const uids = new Set(whenSeen(pods, ({ targets }) => targets.map(({ uid }) => uid)));
  const names = whenSeen(pods, ({ label }) => label?.split('=').slice(1) ?? []);
  return { isPod: ({ uid }) => uids.has(uid), isWorkload: ({ name }) => names.includes(name) };
}

/** Pods of a stateful set carry its name and a number; one of another kind is known by the pod alone. */
export function scopeOfNames(names: string[]): Scope {
  const sets = new Set(names.map(setOf));
  const isSet = (kind: string, name: string): boolean => kind === 'statefulset' && sets.has(name);
  return {
    isPod: ({ name, owner }) => names.includes(name) || (owner !== undefined && isSet(owner.kind, owner.name)),
    isWorkload: ({ kind, name }) => isSet(kind, name),
  };
}

const setOf = (pod: string): string => pod.replace(/-\d+$/, '');

export const poolerAndDatabase = ({ targets }: IssueType): string[] =>
  [targets['pooler'], targets['database']].filter((name) => name !== undefined);

/** Where a set is that should have made it, the set's own finding tells that it did not. */
export function namesNobody(
  names: string[],
  { pods, workloads }: { pods: Seen<Pods>; workloads: Seen<Workloads> },
): Finding[] {
  if (!pods.ok || !workloads.ok || pods.data.gaps.length + workloads.data.gaps.length > 0) return [];
  const { all, namespace } = pods.data;
  const missing = names.filter((name) => !all.some((pod) => pod.name === name));
  return missing.flatMap((name) => {
    const set = workloads.data.all.find((one) => one.kind === 'statefulset' && one.name === setOf(name));
    if (set && set.desired > 0) return [];
    const why = set ? `${titleOf(set)} is scaled to 0` : 'check the names and the namespace in the runbook';
    return [
      {
        rule: 'pods.none',
        level: 'warning',
        check: checks.pods,
        restsOn: [checks.workloads],
        subject: name,
        summary: `There is no pod ${name} in ${namespace}: ${why}.`,
        observed: '0 pods',
        threshold: 'one',
        repeat: `kubectl get pod ${name} -n ${namespace}`,
      },
    ];
  });
}
