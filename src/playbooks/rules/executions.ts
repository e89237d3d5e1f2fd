/** Executions that run for too long, that are of one workflow, or that no longer finish. */
import type { Finding, Offer } from '../../diagnosis/diagnosis.ts';
import { percent } from '../../diagnosis/quantity.ts';
import { limitOf } from '../../diagnosis/thresholds.ts';
import { count, duration, oneLine } from '../../diagnosis/words.ts';
import type { IssueType } from '../../incident/policy.ts';
import { type Executions, executions, runningStatus } from '../../probes/executions.ts';

const oneWorkflowShare = 0.8;
const oneWorkflowAtLeast = 5;

export function stuck(seen: Executions, issueType: IssueType): Finding[] {
  if (seen.stuck === 0) return [];
  const criticalCount = limitOf(issueType, 'criticalCount');
  const criticalAge = limitOf(issueType, 'criticalAge');
  const sample = seen.oldest.ok ? seen.oldest.data : [];
  // those counted may have ended before they were looked at
  const oldest = sample[0]?.runningMs;
  const [top] = seen.byWorkflow;
  const most = top ? `; ${top.stuck} of ${seen.stuck} in workflow ${oneLine(top.workflow, 60)}` : '';
  return [
    {
      rule: 'executions.stuck',
      level: seen.stuck >= criticalCount || (oldest ?? 0) > criticalAge ? 'critical' : 'warning',
      check: executions.name,
      subject: 'executions',
      summary: `${count(seen.stuck, 'execution')} running for longer than ${duration(limitOf(issueType, 'stuckAfter'))}${oldest === undefined ? '' : `, the oldest for ${duration(oldest)}`}${most}.`,
      observed: `${seen.stuck} of ${seen.running} running${oldest === undefined ? '' : `, oldest ${duration(oldest)}`}`,
      threshold: `warning from 1, critical from ${criticalCount} or beyond ${duration(criticalAge)}`,
      evidence: [
        ...seen.byWorkflow.map(({ workflow, stuck }) => `${oneLine(workflow)}: ${stuck}`),
        ...sample.map(
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

/** Nobody may be at work; or the runbook has another word for it than the table. */
export function noneRunning({ statuses = [] }: Executions, issueType: IssueType): Finding[] {
  if (statuses.length === 0) return [];
  const word = oneLine(runningStatus(issueType), 40);
  const alike = statuses.find((one) => one.toLowerCase() === word.toLowerCase());
  const known = statuses.slice(0, 5).map((one) => oneLine(one, 40));
  return [
    {
      rule: 'executions.none-running',
      level: alike === undefined ? 'info' : 'warning',
      check: executions.name,
      subject: 'executions',
      summary: `No execution has the status "${word}"; the newest have: ${known.join(', ')}. ${alike === undefined ? 'If one of these is meant, set' : 'Nothing was judged of those that run: set'} \`running\` in runbook.yaml.`,
      observed: '0 running',
      threshold: 'the word of the table, to the letter',
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
