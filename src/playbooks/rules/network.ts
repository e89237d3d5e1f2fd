/** What may cut the workflow engine off: a network policy that was changed, names that nobody answers (W6). */
import type { Finding } from '../../diagnosis/diagnosis.ts';
import { count, duration } from '../../diagnosis/words.ts';
import type { Instant } from '../../incident/incident.ts';
import { hours } from '../../incident/times.ts';
import { clusterDns, type Dns, type EgressPolicy, egressPolicies, type PoliciesSeen } from '../../probes/network.ts';

const changedWithinMs = hours(24);

export function policyChanged(policies: EgressPolicy[], now: Instant): Finding[] {
  return policies
    .filter(({ changedAt }) => now - changedAt <= changedWithinMs)
    .map(({ namespace, name, changedAt, pods, rules }) => ({
      rule: 'network.policy-changed',
      level: 'warning',
      check: egressPolicies.name,
      subject: name,
      summary: `This network policy limits where ${count(pods, 'pod')} of the engine may connect to (${count(rules, 'rule')} for egress), and was changed ${duration(now - changedAt)} ago.`,
      observed: `changed ${duration(now - changedAt)} ago`,
      threshold: `within ${duration(changedWithinMs)}`,
      repeat: `kubectl describe networkpolicy ${name} -n ${namespace}`,
      cause: 'dependency',
      about: { kind: 'networkpolicy', namespace, name },
    }));
}

export const policiesUnchanged = ({ policies, gaps }: PoliciesSeen, now: Instant): string[] =>
  gaps.length > 0 || policyChanged(policies, now).length > 0
    ? []
    : ['No network policy that limits the engine was changed within a day.'];

export function dnsDown({ pods, ready }: Dns): Finding[] {
  if (pods === 0 || ready === pods) return [];
  return [
    {
      rule: 'dns.not-ready',
      level: 'warning',
      check: clusterDns.name,
      subject: 'kube-dns',
      summary: `${ready} of ${count(pods, 'pod')} that answer names in the cluster are ready.`,
      observed: `${ready} of ${pods} ready`,
      threshold: 'all ready',
      repeat: 'kubectl get pods -n kube-system -l k8s-app=kube-dns',
      cause: 'dependency',
    },
  ];
}

export const dnsReady = ({ pods, ready }: Dns): string[] =>
  pods > 0 && ready === pods ? [`All ${count(pods, 'pod')} that answer names in the cluster are ready.`] : [];
