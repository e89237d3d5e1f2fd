/** A report in each state in which somebody may read it. */
import type { Changes, Check, Finding, Report } from '../../../src/diagnosis/diagnosis.ts';
import { asOne } from '../../../src/diagnosis/triage.ts';
import { now, report } from './world.ts';

const check = (name: string, more: Partial<Check> = {}): Check => ({
  name,
  verdict: 'healthy',
  repeat: `kubectl get ${name}`,
  tookMs: 40,
  ...more,
});

export const healthy: Report = {
  ...report,
  verdict: 'healthy',
  findings: [],
  checks: [check('executions'), check('locks on executions')],
  ruledOut: ['No session holds locks on executions.'],
};

/** Worth a word, and no reason to call it ill. */
export const noted: Report = {
  ...healthy,
  findings: [
    {
      rule: 'pooler.vulnerable',
      level: 'info',
      check: 'executions',
      subject: 'pgbouncer',
      summary: 'PgBouncer says it is 1.18.0.',
    },
  ],
};

export const first: Report = {
  ...report,
  checks: report.checks.map((one) => (one.verdict === 'unknown' ? { ...one, why: 'still looking', tookMs: 0 } : one)),
  pending: ['locks on executions'],
  tookMs: 4_001,
};

const crashing: Finding = {
  rule: 'pod.out-of-memory',
  level: 'critical',
  check: 'pods',
  subject: 'deployment/api',
  summary: '7 of 9 pods, such as api-5f7c-x2x: killed for memory 6 times, the last 4 min ago.',
  observed: '6 kills, limit 512 MiB',
  threshold: 'critical from 3 within 1 h',
  cause: 'out-of-memory',
  evidence: ['api-5f7c-x2x: killed for memory 6 times', 'api-5f7c-y8q: killed for memory 5 times'],
  repeat: 'kubectl get pods -n production -l app=api',
  offers: [
    {
      remedy: 'raise-limit',
      label: 'Raise the memory limit of deployment/api',
      about: { kind: 'deployment', namespace: 'production', name: 'api' },
    },
  ],
};

/** All parts at once: what was found, in part seen, not allowed, ruled out, seen. */
export const crowded: Report = {
  ...report,
  issueType: 'api-gateway-502',
  title: 'The gateway answers 502',
  paragraph: 'API Gateway 502 Errors',
  findings: [
    crashing,
    {
      ...crashing,
      rule: 'node.pressure',
      level: 'warning',
      subject: 'node-3',
      summary: 'It is short of memory.',
      evidence: [],
      offers: [],
    },
  ],
  checks: [
    check('pods', { verdict: 'suspect' }),
    check('gateway logs', { verdict: 'unknown', why: '2 of 9 pods gave no log.', gaps: ['2 of 9 pods gave no log.'] }),
    check('nodes', {
      verdict: 'unknown',
      why: 'the account may not list nodes',
      grant: 'list nodes',
    }),
    check('services'),
    check('endpoint slices'),
  ],
  ruledOut: ['No rollout within the last hour.', 'All services have endpoints.'],
  steps: ['Check if pods are healthy', 'Restart unhealthy pods: `kubectl delete pod <pod>`'],
};

export const changes: Changes = {
  since: now - 600_000,
  list: [
    { kind: 'new', rule: 'executions.locked', subject: 'pid 4321', is: 'critical, 3 waiting, held for 2 min' },
    { kind: 'same', rule: 'executions.stalled', subject: 'executions', was: 'warning, 12', is: 'warning, 9' },
    { kind: 'unseen', rule: 'pod.crash-loop', subject: 'deployment/api', was: 'critical, 6 restarts' },
    { kind: 'gone', rule: 'executions.stuck', subject: 'executions', was: 'critical, 37 of 41 running' },
  ],
};

export const triaged: Report = asOne(
  [healthy, { ...report, issueType: 'workflow-stuck' }, crowded].map((one, n) => ({
    ...one,
    title: ['High memory', one.title, one.title][n] ?? one.title,
  })),
);
