/** Workflow execution stuck, its half in the database: which executions run too long, and what holds them. */
import type { Finding } from '../diagnosis/diagnosis.ts';
import { playbook, whenSeen } from '../diagnosis/playbook.ts';
import { count, duration, oneLine } from '../diagnosis/words.ts';
import type { IssueType } from '../incident/policy.ts';
import { executionLocks, type Holder } from '../probes/execution-locks.ts';
import { type Executions, executions, stalledAfterMs, stuckAfterMs } from '../probes/executions.ts';

const oneWorkflowShare = 0.8;
const oneWorkflowAtLeast = 5;
/** what a busy table shows at any moment: others wait for less, and a writer may rest for a little */
const waitAtLeastMs = 1_000;
const restsAtLeastMs = 60_000;

export const workflowStuck = playbook({
  issueType: 'workflow-stuck',
  title: 'Workflow executions stuck',
  probes: { executions, locks: executionLocks },
  rules: ({ executions, locks }, { issueType }) => [
    ...whenSeen(executions, (seen) => [...stuck(seen, issueType), ...oneWorkflow(seen), ...stalled(seen, issueType)]),
    ...whenSeen(locks, locked),
  ],
});

export function stuck(seen: Executions, issueType: IssueType): Finding[] {
  if (seen.stuck === 0) return [];
  const { criticalCount = 10, criticalAge = 10_800_000 } = issueType.thresholds;
  const oldest = seen.oldestMs ?? 0;
  const [top] = seen.byWorkflow;
  const most = top ? `; ${top.stuck} of ${seen.stuck} in workflow ${oneLine(top.workflow, 60)}` : '';
  return [
    {
      rule: 'executions.stuck',
      level: seen.stuck >= criticalCount || oldest > criticalAge ? 'critical' : 'warning',
      check: executions.name,
      subject: 'executions',
      summary: `${count(seen.stuck, 'execution')} running for longer than ${duration(stuckAfterMs(issueType))}, the oldest for ${duration(oldest)}${most}.`,
      observed: `${seen.stuck} of ${seen.running} running, oldest ${duration(oldest)}`,
      threshold: `warning from 1, critical from ${criticalCount} or beyond ${duration(criticalAge)}`,
      evidence: [
        ...seen.byWorkflow.map(({ workflow, stuck }) => `${oneLine(workflow)}: ${stuck}`),
        ...seen.sample.map(
          ({ id, workflow, runningMs }) => `${oneLine(id)} (${oneLine(workflow)}) for ${duration(runningMs)}`,
        ),
      ],
      repeat: executions.repeat(issueType),
    },
  ];
}

export function oneWorkflow({ stuck, byWorkflow: [top] }: Executions): Finding[] {
  if (!top || stuck < oneWorkflowAtLeast || top.stuck <= stuck * oneWorkflowShare) return [];
  return [
    {
      rule: 'executions.one-workflow',
      level: 'warning',
      check: executions.name,
      subject: oneLine(top.workflow),
      summary: `${top.stuck} of ${stuck} stuck executions are of one workflow: look at its last deployment and its input first.`,
      observed: `${Math.floor((100 * top.stuck) / stuck)} %`,
      threshold: `more than ${oneWorkflowShare * 100} %`,
    },
  ];
}

/** Only where the runbook names the column that tells; where it could not be read, that is said. */
export function stalled({ running, finished }: Executions, issueType: IssueType): Finding[] {
  if (!finished) return [];
  const within = duration(stalledAfterMs(issueType));
  const about = { check: executions.name, subject: 'executions' };
  if (!finished.ok) {
    const summary = `Whether any execution has finished within ${within} was not seen: ${finished.why}.`;
    return [{ ...about, rule: 'executions.progress-unseen', level: 'info', summary }];
  }
  if (running === 0 || finished.data > 0) return [];
  return [
    {
      ...about,
      rule: 'executions.stalled',
      level: 'warning',
      summary: `No execution has finished within ${within}, while ${running} ${running === 1 ? 'is' : 'are'} running.`,
      observed: '0 finished',
      threshold: `none within ${within}`,
    },
  ];
}

/** Of a chain only its end is named: whoever waits as well goes on by itself once that is gone. */
export function locked(holders: Holder[]): Finding[] {
  return holders
    .filter((holder) => !holder.isWaiting && isInTheWay(holder))
    .map(({ pid, application, state, heldMs, blocked, longestWaitMs, isExclusive }) => ({
      rule: 'executions.locked',
      level: blocked > 0 ? 'critical' : 'warning',
      check: executionLocks.name,
      subject: `pid ${pid}`,
      summary: [
        `Session ${pid} (${oneLine(application, 80)}, ${state}) has held ${isExclusive ? 'the whole table of' : 'locks on'} executions for ${duration(heldMs)}`,
        blocked > 0
          ? `${count(blocked, 'session')} waiting behind it, the longest for ${duration(longestWaitMs)}.`
          : 'nobody is waiting for it yet.',
      ].join('; '),
      observed: `${blocked} waiting, held for ${duration(heldMs)}`,
      threshold: `anybody waiting for ${duration(waitAtLeastMs)}, or idle in transaction for ${duration(restsAtLeastMs)}`,
    }));
}

function isInTheWay({ blocked, longestWaitMs, isExclusive, heldMs, state }: Holder): boolean {
  if (blocked > 0) return longestWaitMs >= waitAtLeastMs;
  if (isExclusive) return heldMs >= waitAtLeastMs;
  return state.startsWith('idle in transaction') && heldMs >= restsAtLeastMs;
}
