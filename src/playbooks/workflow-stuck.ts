/** Workflow execution stuck: which executions run too long, what holds them, and how the engine and what it needs are. */
import type { Finding, Surroundings } from '../diagnosis/diagnosis.ts';
import { playbook, whenSeen } from '../diagnosis/playbook.ts';
import { restingOn } from '../diagnosis/rests-on.ts';
import { withRestarts } from '../diagnosis/rules/restart-offers.ts';
import { ruledOutOfCluster } from '../diagnosis/rules/ruled-out.ts';
import { besideScope, judgeScope, narrowed } from '../diagnosis/rules/scope.ts';
import type { ClusterEvidence } from '../diagnosis/rules/shared.ts';
import type { IssueType } from '../incident/policy.ts';
import { clusterProbes } from '../probes/cluster.ts';
import { dependencies } from '../probes/dependencies.ts';
import { engineLogs } from '../probes/engine-logs.ts';
import { services } from '../probes/engine-services.ts';
import { engineUse } from '../probes/engine-use.ts';
import { executionLocks } from '../probes/execution-locks.ts';
import { type Executions, executions } from '../probes/executions.ts';
import { leases } from '../probes/leases.ts';
import { clusterDns, egressPolicies } from '../probes/network.ts';
import { behind } from './rules/dependencies.ts';
import { complaining } from './rules/engine-complaints.ts';
import { working } from './rules/engine-cpu.ts';
import { replicas } from './rules/engine-replicas.ts';
import { silent } from './rules/engine-silence.ts';
import { locked, nobodyInTheWay } from './rules/execution-locks.ts';
import { noneRunning, oneWorkflow, stalled, stuck } from './rules/executions.ts';
import { leasesRenewed, staleLease } from './rules/leases.ts';
import { dnsDown, dnsReady, policiesUnchanged, policyChanged } from './rules/network.ts';
import { answering, reachedAll } from './rules/reached.ts';
import { scopeOfLabel } from './rules/scope.ts';

export const workflowStuck = playbook({
  issueType: 'workflow-stuck',
  title: 'Workflow executions stuck',
  probes: {
    executions,
    locks: executionLocks,
    use: engineUse,
    logs: engineLogs,
    services,
    dependencies,
    policies: egressPolicies,
    dns: clusterDns,
    leases,
    ...clusterProbes,
  },
  async rules(evidence, surroundings) {
    const { executions, locks, use, logs, services, dependencies, policies, dns, leases } = evidence;
    const { issueType, now } = surroundings;
    return withoutWrongOffers([
      ...whenSeen(executions, (seen) => ofExecutions(seen, issueType)),
      ...whenSeen(locks, (holders) => locked(holders, issueType)),
      ...whenSeen(services, ({ reached }) => answering(reached, issueType)),
      ...whenSeen(dependencies, behind),
      ...whenSeen(policies, (seen) => policyChanged(seen.policies, now)),
      ...whenSeen(dns, dnsDown),
      ...whenSeen(leases, (seen) => staleLease(seen.leases, now)),
      ...whenSeen(logs, (seen) => [
        ...silent(seen, now, executions.ok ? executions.data.running : undefined),
        ...complaining(seen, now),
        ...replicas(seen, now),
        ...restingOn(
          [engineLogs.name],
          whenSeen(use, ({ containers }) => working(containers, seen)),
        ),
      ]),
      ...(await ofEngine(evidence, surroundings)),
    ]);
  },
  ruledOut: ({ locks, services, policies, dns, leases, ...cluster }, surroundings) => [
    ...whenSeen(locks, (holders) => nobodyInTheWay(holders, surroundings.issueType)),
    ...whenSeen(services, ({ reached }) => reachedAll(reached)),
    ...whenSeen(policies, (seen) => policiesUnchanged(seen, surroundings.now)),
    ...whenSeen(dns, dnsReady),
    ...whenSeen(leases, (seen) => leasesRenewed(seen, surroundings.now)),
    ...ruledOutOfCluster(narrowed(cluster, scopeOfLabel(cluster.pods)), surroundings),
  ],
});

const ofExecutions = (seen: Executions, issueType: IssueType): Finding[] => [
  ...stuck(seen, issueType),
  ...noneRunning(seen, issueType),
  ...oneWorkflow(seen),
  ...stalled(seen, issueType),
];

/** W1: what is judged of every pod, of those of the engine. */
async function ofEngine(evidence: ClusterEvidence, surroundings: Surroundings): Promise<Finding[]> {
  const scope = scopeOfLabel(evidence.pods);
  return [
    ...withRestarts(
      await judgeScope(evidence, scope, surroundings),
      whenSeen(evidence.pods, ({ all }) => all.filter(scope.isPod)),
    ),
    ...(await besideScope(evidence, scope, surroundings)),
  ];
}

/** What waits for locked rows or for a service waits again after a restart; what is locked cannot be cancelled either. */
function withoutWrongOffers(findings: Finding[]): Finding[] {
  const isLocked = findings.some(({ rule, level }) => rule === 'executions.locked' && level === 'critical');
  const isAway = findings.some(({ rule, level }) => rule.startsWith('dependency.') && level === 'critical');
  const wrong = new Set([...(isLocked || isAway ? ['restart-pod'] : []), ...(isLocked ? ['cancel-executions'] : [])]);
  return findings.map(({ offers, ...finding }) => {
    const fit = offers?.filter(({ remedy }) => !wrong.has(remedy)) ?? [];
    return fit.length > 0 ? { ...finding, offers: fit } : finding;
  });
}
