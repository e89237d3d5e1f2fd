import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { BadConfiguration } from '../../src/errors.ts';
import { defaultReminders, reminderKinds, severities } from '../../src/incident/policy.ts';
import { known } from '../../src/playbooks/known.ts';
import { parseDuration, writeDuration } from '../../src/runbook/duration.ts';
import { loadPolicy } from '../../src/runbook/load.ts';

const shipped = readFileSync('runbook.yaml', 'utf8');
const lineOf = (text: string, part: string): number => text.split('\n').findIndex((line) => line.includes(part)) + 1;

function faults(text: string): string[] {
  try {
    loadPolicy(text, 'runbook.yaml', known);
    return [];
  } catch (error) {
    if (error instanceof BadConfiguration) return error.faults;
    throw error;
  }
}

it('takes the runbook that is shipped', () => {
  expect(faults(shipped)).toEqual([]);
});

it.each<[string, string, string, boolean]>([
  ['a step of the ladder', '{ at: 2m, mention: [on-call] }', '{ at: 3m, mention: [on-call] }', true],
  ['how long a page may take', '\nfallback:', '\nconfirm-within: 40s\n\nfallback:', true],
  ['who is asked when a page fails', 'fallback:\n  slack: []', 'fallback:\n  slack: [U0ANA]', false],
])('the fingerprint, by which what was timed is judged, tells of %s: %j → %j', (_, from, to, tells) => {
  const [before, after] = [shipped, shipped.replace(from, to)].map((text) => loadPolicy(text, 'runbook.yaml'));

  expect(shipped).toContain(from);
  expect(before?.fingerprint === after?.fingerprint).toBe(!tells);
});

it('is shipped with the default times of every reminder', () => {
  const { reminders } = loadPolicy(shipped, 'runbook.yaml');

  for (const kind of reminderKinds)
    for (const severity of severities)
      expect({ kind, severity, ...reminders[kind][severity] }).toEqual({
        kind,
        severity,
        ...Object(defaultReminders[kind])[severity],
      });
});

it('keeps the default times of a reminder that the file leaves out', () => {
  const { reminders } = loadPolicy(shipped.replace(/^ {2}post-mortem:.*$/m, ''), 'runbook.yaml');

  expect(reminders['post-mortem'].p1).toEqual(defaultReminders['post-mortem'].p1);
});

it('says ten mistakes at once, each with its place', () => {
  const mistakes: [string, string, RegExp][] = [
    ['title: Critical', 'titel: Critical', /titel: this key is not known here. Did you mean "title"\?/],
    ['resolution: 1h\n', 'resolution: 1 hour\n', /"1 hour" is not a duration/],
    ['- { at: 2m, mention: [on-call] }', '- { at: 2m, mention: [on-cal] }', /ladder\.p1\.steps\.1\.mention\.0/],
    [
      '- { at: 20m, page: [second-level] }',
      '- { at: 1m, page: [second-level] }',
      /steps must stand in the order of their times/,
    ],
    ['  lead: {', '  leed: {', /reminders\.leed/],
    [
      'pager: [{ type: team, name: cloudflow }]',
      'pager: [{ type: teem, name: cloudflow }]',
      /levels\.on-call\.pager\.0\.type/,
    ],
    ['fallback:\n  slack: []', 'fallback:\n  slack: ["@dana"]', /fallback\.slack\.0: is not a Slack id/],
    ['- { id: scribe, title: Scribe }', '- { id: operations, title: Scribe }', /two roles have the same id/],
    ['criticalCount: 10', 'criticalCount: many', /criticalCount: must be a whole number, 1 or more/],
    ['    symptoms: [OOMKilled pods, Slow response times]', '    symptoms: []', /issue-types\.2\.symptoms/],
  ];
  const broken = mistakes.reduce((text, [from, to]) => text.replace(from, to), shipped);

  const found = faults(broken);

  const unsaid = mistakes.filter(([, , sentence]) => !found.some((fault) => sentence.test(fault)));
  expect(unsaid).toEqual([]);
  expect(found.length).toBeGreaterThanOrEqual(10);
  expect(found.find((fault) => fault.includes('titel'))).toMatch(
    new RegExp(`^runbook.yaml:${lineOf(broken, 'titel')}:5 `),
  );
  expect(found.find((fault) => fault.includes('1 hour'))).toMatch(
    new RegExp(`^runbook.yaml:${lineOf(broken, '1 hour')}:17 `),
  );
});

it.each([
  [
    'a page that would reach no one',
    (text: string) => text.replace('pager: [{ type: team, name: cloudflow }]', 'pager: []'),
    /on-call: is paged by the ladder/,
  ],
  [
    'a key that stands twice',
    (text: string) => text.replace('title: Incident Response Runbook', 'title: one\ntitle: two'),
    /Map keys must be unique/,
  ],
  ['broken YAML', () => 'title: [', /runbook.yaml:1:/],
  ['an empty file', () => '', /the file/],
  [
    'a webhook without TLS',
    (text: string) => text.replace('fallback:', 'fallback:\n  webhook: http://example.com/x'),
    /must be https/,
  ],
  [
    'two issue types of one id',
    (text: string) => text.replace('id: high-memory', 'id: workflow-stuck'),
    /two issue types have the same id/,
  ],
])('refuses %s', (_name, change, sentence) => {
  const found = faults(change(shipped));

  expect(found.join('\n')).toMatch(sentence);
});

it('takes a webhook on this machine', () => {
  expect(faults(shipped.replace('fallback:', 'fallback:\n  webhook: http://127.0.0.1:9/x'))).toEqual([]);
});

it('never fails in another way, whatever the file holds', () => {
  const value = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.array(fc.string(), { maxLength: 3 }));
  const keys = [...shipped.matchAll(/^( *)([a-z0-9-]+):/gm)].map(([, , key = '']) => key);
  fc.assert(
    fc.property(fc.constantFrom(...keys), value, (key, put) => {
      faults(shipped.replace(new RegExp(`^( *)${key}:.*$`, 'm'), `$1${key}: ${JSON.stringify(put)}`));
    }),
  );
  fc.assert(fc.property(fc.string(), (text) => void faults(text)));
});

describe('durations', () => {
  it.each([
    ['30s', 30_000],
    ['15m', 900_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    ['0m', 0],
    ['1 hour', undefined],
    ['15', undefined],
    ['m', undefined],
    ['', undefined],
    ['-5m', undefined],
    ['5m1h', undefined],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it('are read as they were written', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), (seconds) =>
        expect(parseDuration(writeDuration(seconds * 1_000))).toBe(seconds * 1_000),
      ),
    );
  });
});

/** Every line of the runbook that its users have, in their order. */
const theirs = [
  'Service completely down',
  'Data loss occurring',
  'Security breach',
  'Major feature unavailable',
  'Significant performance degradation',
  'Affecting >10% of users',
  'Minor feature issues',
  'Workaround available',
  'Users receiving 502 Bad Gateway',
  'Increased error rate in monitoring',
  'kubectl logs -l app=kong -n production --tail=100',
  'kubectl get pods -n production',
  'kubectl describe pod <pod-name>',
  'Check if pods are healthy',
  'Verify service endpoints: `kubectl get endpoints`',
  'Check resource limits - pods may be OOMKilled',
  'Restart unhealthy pods: `kubectl delete pod <pod>`',
  '"Connection refused" or timeout errors',
  'Increased latency',
  'kubectl exec -it pgbouncer-0 -- psql -p 6432 pgbouncer -c "SHOW POOLS"',
  'kubectl exec -it postgres-0 -- psql -c "SELECT count(*) FROM pg_stat_activity"',
  'Check if connection limit reached',
  'Verify PgBouncer is running',
  "Check for long-running queries: `SELECT * FROM pg_stat_activity WHERE state != 'idle'`",
  'Kill stuck queries if necessary',
  'OOMKilled pods',
  'Slow response times',
  'kubectl top pods -n production',
  'kubectl exec -it <pod> -- cat /proc/meminfo',
  'Increase memory limits if justified',
  'Check for memory leaks in application code',
  'Scale horizontally if needed',
  'Executions in "running" state for too long',
  'No progress in step execution',
  'kubectl logs -l app=workflow-engine --tail=200',
  "kubectl exec -it postgres-0 -- psql -c \"SELECT * FROM executions WHERE status = 'running' AND started_at < NOW() - INTERVAL '1 hour'\"",
  'Check if external service is responding',
  'Verify network connectivity',
  'Cancel stuck executions if necessary',
  'Restart workflow engine pod',
  'Page on-call engineer immediately',
  'Page on-call within 15 minutes',
  'Create ticket, notify team lead',
];

it('carries every line of the runbook that its users have', () => {
  const texts = new Set<unknown>();
  const collect = (value: unknown): void => {
    if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) collect(one);
    else texts.add(value);
  };
  collect(parse(shipped));

  expect(theirs.filter((line) => !texts.has(line))).toEqual([]);
});
