/** Workflow execution stuck: which executions run too long, what holds them, and how the engine and what it needs are. */
import type { Finding, Offer, Surroundings } from '../diagnosis/diagnosis.ts';
import { playbook, whenSeen } from '../diagnosis/playbook.ts';
import { percent } from '../diagnosis/quantity.ts';
import { restingOn } from '../diagnosis/rests-on.ts';
import { withRestarts } from '../diagnosis/rules/restart-offers.ts';
import { ruledOutOfCluster } from '../diagnosis/rules/ruled-out.ts';
import { besideScope, judgeScope, narrowed } from '../diagnosis/rules/scope.ts';
import type { ClusterEvidence } from '../diagnosis/rules/shared.ts';
import { limitOf } from '../diagnosis/thresholds.ts';
import { minutes, seconds } from '../diagnosis/times.ts';
import { count, duration, oneLine } from '../diagnosis/words.ts';
import type { IssueType } from '../incident/policy.ts';
import { clusterProbes } from '../probes/cluster.ts';
import { dependencies } from '../probes/dependencies.ts';
import { engineLogs } from '../probes/engine-logs.ts';
import { services } from '../probes/engine-services.ts';
import { engineUse } from '../probes/engine-use.ts';
import { executionLocks, type Holder } from '../probes/execution-locks.ts';
import { type Executions, executions } from '../probes/executions.ts';
import { leases } from '../probes/leases.ts';
import { clusterDns, egressPolicies } from '../probes/network.ts';
import { scopeOfLabel } from './rules/scope.ts';
import {
  answering,
  behind,
  dnsDown,
  dnsReady,
  policiesUnchanged,
  policyChanged,
  reachedAll,
} from './workflow-dependencies.ts';
import { complaining, leasesRenewed, replicas, silent, staleLease, working } from './workflow-engine.ts';

const oneWorkflowShare = 0.8;
const oneWorkflowAtLeast = 5;
/** what a busy table shows at any moment: others wait for less, and a writer may rest for a little */
const waitAtLeastMs = seconds(1);
const crowdAtLeast = 5;
const restsAtLeastMs = minutes(1);

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
  rules: (evidence, surroundings) => {
    const { executions, locks, use, logs, services, dependencies, policies, dns, leases } = evidence;
    const { issueType, now } = surroundings;
    return withoutWrongOffers([
      ...whenSeen(executions, (seen) => [...stuck(seen, issueType), ...oneWorkflow(seen), ...stalled(seen, issueType)]),
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
      ...ofEngine(evidence, surroundings),
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

/** W1: what is judged of every pod, of those of the engine. */
function ofEngine(evidence: ClusterEvidence, surroundings: Surroundings): Finding[] {
  const scope = scopeOfLabel(evidence.pods);
  return [
    ...withRestarts(
      judgeScope(evidence, scope, surroundings),
      whenSeen(evidence.pods, ({ all }) => all.filter(scope.isPod)),
    ),
    ...besideScope(evidence, scope, surroundings),
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

const nobodyInTheWay = (holders: Holder[], issueType: IssueType): string[] =>
  holders.some(({ blocked }) => blocked > 0) || locked(holders, issueType).length > 0
    ? []
    : ['No session is in the way of others at the executions.'];

export function stuck(seen: Executions, issueType: IssueType): Finding[] {
  if (seen.stuck === 0) return [];
  const criticalCount = limitOf(issueType, 'criticalCount');
  const criticalAge = limitOf(issueType, 'criticalAge');
  const oldest = seen.oldestMs ?? 0;
  const [top] = seen.byWorkflow;
  const most = top ? `; ${top.stuck} of ${seen.stuck} in workflow ${oneLine(top.workflow, 60)}` : '';
  return [
    {
      rule: 'executions.stuck',
      level: seen.stuck >= criticalCount || oldest > criticalAge ? 'critical' : 'warning',
      check: executions.name,
      subject: 'executions',
      summary: `${count(seen.stuck, 'execution')} running for longer than ${duration(limitOf(issueType, 'stuckAfter'))}, the oldest for ${duration(oldest)}${most}.`,
      observed: `${seen.stuck} of ${seen.running} running, oldest ${duration(oldest)}`,
      threshold: `warning from 1, critical from ${criticalCount} or beyond ${duration(criticalAge)}`,
      evidence: [
        ...seen.byWorkflow.map(({ workflow, stuck }) => `${oneLine(workflow)}: ${stuck}`),
        ...seen.sample.map(
          ({ id, workflow, runningMs }) => `${oneLine(id)} (${oneLine(workflow)}) for ${duration(runningMs)}`,
        ),
      ],
      repeat: executions.repeat(issueType),
      offers: [cancel(issueType)],
    },
  ];
}

const cancel = ({ targets: { namespace = '', table = 'executions' } }: IssueType): Offer => ({
  remedy: 'cancel-executions',
  label: 'Cancel the stuck executions',
  about: { kind: 'table', namespace, name: table },
});

export function oneWorkflow({ stuck, byWorkflow: [top] }: Executions): Finding[] {
  if (!top || stuck < oneWorkflowAtLeast || top.stuck <= stuck * oneWorkflowShare) return [];
  return [
    {
      rule: 'executions.one-workflow',
      level: 'warning',
      check: executions.name,
      subject: oneLine(top.workflow),
      summary: `${top.stuck} of ${stuck} stuck executions are of one workflow: look at its last deployment and its input first.`,
      observed: percent(top.stuck, stuck),
      threshold: `more than ${oneWorkflowShare * 100} %`,
    },
  ];
}

/** Only where the runbook names the column that tells; where it could not be read, that is a gap. */
export function stalled({ running, finished }: Executions, issueType: IssueType): Finding[] {
  if (!finished?.ok || running === 0 || finished.data > 0) return [];
  const within = duration(limitOf(issueType, 'stalledAfter'));
  return [
    {
      rule: 'executions.stalled',
      level: 'warning',
      check: executions.name,
      subject: 'executions',
      summary: `No execution has finished within ${within}, while ${running} ${running === 1 ? 'is' : 'are'} running.`,
      observed: '0 finished',
      threshold: `none within ${within}`,
    },
  ];
}

/** Of a chain only its end is named: whoever waits as well goes on by itself once that is gone. */
export function locked(holders: Holder[], issueType: IssueType): Finding[] {
  const limits = limitsOf(issueType);
  return holders.flatMap((holder) => {
    const level = holder.isWaiting ? undefined : levelOf(holder, limits);
    return level === undefined ? [] : [lockedBy(holder, level, limits)];
  });
}

const limitsOf = (issueType: IssueType) => ({
  warning: limitOf(issueType, 'blockedWarning'),
  critical: limitOf(issueType, 'blockedCritical'),
});
type Limits = ReturnType<typeof limitsOf>;

function levelOf(holder: Holder, { warning, critical }: Limits): 'warning' | 'critical' | undefined {
  const { blocked, longestWaitMs, isExclusive, heldMs, state } = holder;
  const isCrowd = blocked >= crowdAtLeast && longestWaitMs >= waitAtLeastMs;
  if (isCrowd || longestWaitMs >= critical) return 'critical';
  const keepsReadersOut = isExclusive && heldMs >= waitAtLeastMs;
  const rests = state.startsWith('idle in transaction') && heldMs >= restsAtLeastMs;
  return longestWaitMs >= warning || keepsReadersOut || rests ? 'warning' : undefined;
}

const lockedBy = (
  { pid, application, state, heldMs, blocked, longestWaitMs, isExclusive }: Holder,
  level: 'warning' | 'critical',
  { warning, critical }: Limits,
): Finding => ({
  rule: 'executions.locked',
  level,
  check: executionLocks.name,
  subject: `pid ${pid}`,
  summary: [
    `Session ${pid} (${oneLine(application, 80)}, ${state}) has held ${isExclusive ? 'the whole table of' : 'locks on'} executions for ${duration(heldMs)}`,
    blocked > 0
      ? `${count(blocked, 'session')} waiting behind it, the longest for ${duration(longestWaitMs)}.`
      : 'nobody is waiting for it yet.',
  ].join('; '),
  observed: `${blocked} waiting, held for ${duration(heldMs)}`,
  threshold: `warning from a wait of ${duration(warning)} or idle in transaction for ${duration(restsAtLeastMs)}, critical from ${duration(critical)} or ${crowdAtLeast} waiting`,
});
