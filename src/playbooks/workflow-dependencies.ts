/** Rules on what the engine needs: services that answer, endpoints behind them, a network and names. */
import type { Finding } from '../diagnosis/diagnosis.ts';
import type { Reached } from '../diagnosis/reached.ts';
import { limitOf } from '../diagnosis/thresholds.ts';
import { hours } from '../diagnosis/times.ts';
import { count, duration, oneLine } from '../diagnosis/words.ts';
import type { Instant } from '../incident/incident.ts';
import type { IssueType } from '../incident/policy.ts';
import { type DependenciesSeen, dependencies } from '../probes/dependencies.ts';
import { services } from '../probes/engine-services.ts';
import { clusterDns, type Dns, type EgressPolicy, egressPolicies, type PoliciesSeen } from '../probes/network.ts';

const changedWithinMs = hours(24);
const fromHere = 'asked from where the bot runs';

const timesOf = ({ steps }: Reached): string =>
  steps.length === 0 ? 'nothing before it' : steps.map(({ step, ms }) => `${step} ${ms} ms`).join(', ');
const tookMs = ({ steps }: Reached): number => steps.reduce((sum, { ms }) => sum + ms, 0);

const about = (reached: Reached) => ({
  check: services.name,
  subject: oneLine(reached.service, 100),
  cause: 'dependency' as const,
  repeat: `curl -sv -o /dev/null -m 8 '${reached.isFromLog ? `telnet://${reached.service}` : reached.service}'`,
});

export function answering(reached: Reached[], issueType: IssueType): Finding[] {
  const slow = limitOf(issueType, 'slowAfter');
  return reached.flatMap((one): Finding[] => {
    if (one.failed) return [unreachable(one, one.failed)];
    const { status = 200 } = one;
    if (status >= 500)
      return [
        {
          ...about(one),
          rule: 'dependency.failing',
          level: 'warning',
          summary: `It answers with ${status} (${timesOf(one)}; ${fromHere}).`,
          observed: `HTTP ${status}`,
          threshold: 'below 500',
        },
      ];
    if (tookMs(one) >= slow)
      return [
        {
          ...about(one),
          rule: 'dependency.slow',
          level: 'warning',
          summary: `It answers, but took ${tookMs(one)} ms (${timesOf(one)}; ${fromHere}).`,
          observed: `${tookMs(one)} ms`,
          threshold: `below ${slow} ms`,
        },
      ];
    return [];
  });
}

const unreachable = (one: Reached, { step, why, ms }: NonNullable<Reached['failed']>): Finding => ({
  ...about(one),
  rule: 'dependency.unreachable',
  level: 'critical',
  summary: `It was not reached: at ${step} after ${ms} ms, ${why} (${timesOf(one)}; ${fromHere}).`,
  observed: `${step}: ${why}`,
  threshold: 'DNS, TCP, TLS and HTTP within 2 s each',
});

/** A service of the cluster that nothing stands behind; those outside are no more than named. */
export function behind({ inside, outside }: DependenciesSeen): Finding[] {
  return [
    ...inside.flatMap((one): Finding[] => {
      const { name, namespace, mentions, isThere, isSelecting, ready, all } = one;
      const said = {
        level: 'critical' as const,
        check: dependencies.name,
        subject: `${name}.${namespace}.svc`,
        cause: 'dependency' as const,
        repeat: `kubectl get endpointslices -n ${namespace} -l kubernetes.io/service-name=${name}`,
        about: { kind: 'service', namespace, name },
      };
      if (!isThere)
        return [
          {
            ...said,
            rule: 'dependency.no-service',
            level: 'warning',
            summary: `There is no service ${name} in ${namespace}, which ${count(mentions, 'line')} of trouble in the engine's log name.`,
            observed: 'no service',
          },
        ];
      if (!isSelecting || ready > 0) return [];
      return [
        {
          ...said,
          rule: 'dependency.no-endpoints',
          summary: `It has 0 ready endpoints (of ${all}), and ${count(mentions, 'line')} of trouble in the engine's log name it: run the checks of that service.`,
          observed: `0 of ${all} ready`,
          threshold: 'at least 1',
        },
      ];
    }),
    ...outside.slice(0, 3).map(
      ({ name, mentions }): Finding => ({
        rule: 'dependency.outside',
        level: 'info',
        check: dependencies.name,
        subject: name,
        summary: `It lies outside the cluster; ${count(mentions, 'line')} of trouble in the engine's log name it.`,
      }),
    ),
  ];
}

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

/** Sentences on what it is not. */
export function reachedAll(reached: Reached[]): string[] {
  const asked = reached.filter(({ isFromLog }) => !isFromLog);
  if (asked.length === 0 || reached.some(({ failed, status = 0 }) => failed || status >= 500)) return [];
  return [
    `The ${count(asked.length, 'service')} that the runbook names answered, the slowest in ${Math.max(...asked.map(tookMs))} ms, ${fromHere}.`,
  ];
}

export const policiesUnchanged = ({ policies, gaps }: PoliciesSeen, now: Instant): string[] =>
  gaps.length > 0 || policyChanged(policies, now).length > 0
    ? []
    : ['No network policy that limits the engine was changed within a day.'];

export const dnsReady = ({ pods, ready }: Dns): string[] =>
  pods > 0 && ready === pods ? [`All ${count(pods, 'pod')} that answer names in the cluster are ready.`] : [];
