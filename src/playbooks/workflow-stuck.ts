/** Workflow execution stuck, its half in the database: which executions run too long, and what holds them. */
import type { Finding } from '../diagnosis/diagnosis.ts';
import { playbook, whenSeen } from '../diagnosis/playbook.ts';
import { count, duration } from '../diagnosis/words.ts';
import type { IssueType } from '../incident/policy.ts';
import { type Executions, executionLocks, executions, type Holder } from '../probes/executions.ts';

const oneWorkflowShare = 0.8;
const oneWorkflowAtLeast = 5;

export const workflowStuck = playbook({
  issueType: 'workflow-stuck',
  title: 'Workflow executions stuck',
  probes: { executions, locks: executionLocks },
  rules: ({ executions, locks }, { issueType }) => [
    ...whenSeen(executions, (seen) => [...stuck(seen, issueType), ...oneWorkflow(seen)]),
    ...whenSeen(locks, locked),
  ],
});

export function stuck(seen: Executions, issueType: IssueType): Finding[] {
  if (seen.stuck === 0) return [];
  const { stuckAfter = 3_600_000, criticalCount = 10, criticalAge = 10_800_000 } = issueType.thresholds;
  const oldest = seen.oldestMs ?? 0;
  const critical = seen.stuck >= criticalCount || oldest > criticalAge;
  const [top] = seen.byWorkflow;
  const most = top && seen.stuck > 1 ? ` ${top.stuck} of ${seen.stuck} in workflow ${top.workflow}.` : '';
  return [
    {
      rule: 'executions.stuck',
      level: critical ? 'critical' : 'warning',
      check: executions.name,
      subject: 'executions',
      summary: `${count(seen.stuck, 'execution')} running for longer than ${duration(stuckAfter)}, the oldest for ${duration(oldest)}.${most}`,
      observed: `${seen.stuck}, oldest ${duration(oldest)}`,
      threshold: `critical from ${criticalCount} or ${duration(criticalAge)}`,
      evidence: [
        ...seen.byWorkflow.map(({ workflow, stuck: n }) => `${workflow}: ${n}`),
        `oldest ids: ${seen.sample.join(', ')}`,
      ],
      repeat: executions.repeat(issueType),
    },
  ];
}

export function oneWorkflow(seen: Executions): Finding[] {
  const [top] = seen.byWorkflow;
  if (!top || seen.stuck < oneWorkflowAtLeast || top.stuck <= seen.stuck * oneWorkflowShare) return [];
  return [
    {
      rule: 'executions.one-workflow',
      level: 'warning',
      check: executions.name,
      subject: top.workflow,
      summary: `${top.stuck} of ${seen.stuck} stuck executions are of one workflow: look at its last deployment and its input first.`,
      observed: `${Math.round((100 * top.stuck) / seen.stuck)} %`,
      threshold: `more than ${oneWorkflowShare * 100} %`,
    },
  ];
}

export function locked(holders: Holder[]): Finding[] {
  return holders
    .filter(
      ({ blocked, heldMs, state }) => blocked > 0 || (state.startsWith('idle in transaction') && heldMs >= 60_000),
    )
    .map(({ pid, application, state, heldMs, blocked }) => ({
      rule: 'executions.locked',
      level: blocked > 0 ? 'critical' : 'warning',
      check: executionLocks.name,
      subject: `pid ${pid}`,
      summary: `Session ${pid} (${application}, ${state}) has held locks on the executions for ${duration(heldMs)}; ${count(blocked, 'session')} waiting for it.`,
      observed: `${blocked} waiting`,
      threshold: 'any waiting, or idle in transaction for 1 min',
    }));
}
