/** Incidents, entries and reports for the views: one plain set for the goldens, and arbitrary hostile ones. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { changeKinds, type Report } from '../../../src/diagnosis/diagnosis.ts';
import { dutiesFor } from '../../../src/incident/clocks.ts';
import type { Direct } from '../../../src/incident/direct.ts';
import type { Entry } from '../../../src/incident/entry.ts';
import type { Incident, Refusal } from '../../../src/incident/incident.ts';
import { levels, type Person, reminderKinds, severities } from '../../../src/incident/policy.ts';
import { loadPolicy } from '../../../src/runbook/load.ts';
import { foreign } from '../../../src/slack/views/blocks.ts';
import type { People, Scene } from '../../../src/slack/views/message.ts';

export const policy = loadPolicy(readFileSync('runbook.yaml', 'utf8'), 'runbook.yaml');
export const now = 1_772_420_400_000;
export const ana: Person = { slack: 'U0ANA' };
export const dana: Person = { pager: 'dana@example.com', name: 'Dana' };

const person = (one: Person): string => ('slack' in one ? `<@${one.slack}>` : foreign(one.name));
export const people: People = {
  person,
  audience: (all) => all.map((one) => ('person' in one ? person(one.person) : '<@U0ONCALL>')).join(' '),
  absent: [],
};

export const incident: Incident = {
  id: 'abc',
  number: 12,
  version: 3,
  severity: 'p1',
  severitySetAt: now,
  title: 'checkout returns 502',
  issueType: 'api-gateway-502',
  phase: 'open',
  declaredBy: ana,
  declaredAt: now,
  ladder: { run: 1, startedAt: now, next: 1, reached: 'on-call' },
  acknowledgements: 0,
  roles: {},
  update: { count: 0, at: now },
  resolved: { run: 0 },
  escalations: 0,
  pages: [{ key: 'abc:1.0', levels: ['on-call'], at: now, state: 'accepted', rerouted: false }],
  home: { kind: 'channel', channel: 'C0INC', name: 'inc-12-checkout-returns-502', card: '1.0' },
  channelLate: false,
  announcement: { channel: 'C0OPS', ts: '2.0' },
  progress: {},
  done: {},
  touched: {},
};

export const sceneOf = (one: Incident): Scene => ({
  incident: one,
  policy,
  now: now + 60_000,
  people,
  duties: dutiesFor(one, policy),
});

export const report: Report = {
  issueType: 'workflow-stuck',
  title: 'Workflow executions stuck',
  paragraph: 'Workflow Execution Stuck',
  verdict: 'suspect',
  findings: [
    {
      rule: 'executions.stuck',
      level: 'critical',
      check: 'executions',
      subject: 'executions',
      summary: '37 executions running for longer than 1 h, the oldest for 5 h 19 min.',
      observed: '37',
      threshold: 'critical from 10',
      evidence: ['invoice-export: 30', 'oldest ids: exec-37'],
    },
  ],
  checks: [
    { name: 'executions', verdict: 'suspect', repeat: 'select 1', tookMs: 4 },
    {
      name: 'locks on executions',
      verdict: 'unknown',
      why: 'cannot see other sessions',
      repeat: 'select 2',
      tookMs: 2,
    },
  ],
  ruledOut: [],
  steps: ['Check if external service is responding'],
  pending: [],
  at: now,
  tookMs: 7,
};

/** What people, logs and alerts may hold. */
export const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '<!channel> everybody',
    '<!here|here> <@U0VICTIM> <!subteam^S0ALL>',
    '<https://evil.example|click here>',
    '&lt;!channel&gt;',
    '```<!everyone>```',
    '*_~`> bold',
    '\u202Etxet sdrawkcab\u200B\u0000\u001b[31mred',
    '😀'.repeat(3_000),
    'x'.repeat(10_000),
    '&'.repeat(5_000),
    `${'<'.repeat(4_000)}!channel>`,
  ),
);

const someone = fc.oneof(fc.constant(ana), fc.record({ pager: hostile, name: hostile }));
const levelList = fc.uniqueArray(fc.constantFrom(...levels));
const duty = fc.constantFrom(...reminderKinds);
const ms = fc.integer({ min: -1, max: 10 ** 9 });
const via = fc.constantFrom('slack' as const, 'pager' as const);
const severity = fc.constantFrom(...severities);
const kind = <K extends Entry['kind']>(name: K) => fc.constant(name);

const aPage = fc.record({
  key: hostile,
  levels: levelList,
  at: ms,
  state: fc.constantFrom('requested' as const, 'accepted' as const, 'confirmed' as const, 'failed' as const),
  why: hostile,
  rerouted: fc.boolean(),
});

export const aDirect: fc.Arbitrary<Direct> = fc.record({
  id: hostile,
  severity,
  title: hostile,
  by: someone,
  at: fc.constant(now),
  recorded: fc.boolean(),
  tell: levelList,
  page: aPage,
});

export const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc.record({ kind: kind('declared'), severity, title: hostile, details: hostile }),
  fc.record({ kind: kind('acknowledged'), by: someone, via, afterMs: ms }),
  fc.record({ kind: kind('joined'), by: someone, via }),
  fc.record({ kind: kind('unacknowledged'), by: someone }),
  fc.record({ kind: kind('lead'), to: someone, from: someone }),
  fc.record({ kind: kind('role'), role: hostile, to: someone }),
  fc.record({ kind: kind('severity'), from: severity, to: severity }),
  fc.record({ kind: kind('issue-type'), issueType: hostile }),
  fc.record({ kind: kind('title'), from: hostile, to: hostile }),
  fc.record({ kind: kind('update'), text: hostile }),
  fc.record({ kind: kind('escalated'), to: levelList }),
  fc.constantFrom<Entry>({ kind: 'mitigated' }, { kind: 'closed' }, { kind: 'announced' }),
  fc.record({ kind: kind('resolved'), summary: hostile, afterMs: ms }),
  fc.record({ kind: kind('reopened'), reason: hostile }),
  fc.record({ kind: kind('cancelled'), reason: hostile }),
  fc.record({ kind: kind('diagnosis-asked'), issueType: hostile }),
  fc.record({
    kind: kind('ticked'),
    duty,
    done: fc.record({ by: someone, at: ms, how: fc.constantFrom('done' as const, 'waived' as const), reason: hostile }),
  }),
  fc.record({ kind: kind('snoozed'), duty, untilMs: ms }),
  fc.record({
    kind: kind('ladder'),
    step: fc.nat(9),
    page: levelList,
    mention: levelList,
    breach: fc.boolean(),
    nextPageInMs: ms,
    lateMs: ms,
    missed: fc.nat(9),
  }),
  fc.record({
    kind: kind('reminder'),
    duty,
    occurrence: fc.nat(9),
    of: fc.integer({ min: 1, max: 5 }),
    dueAt: ms,
    overdue: fc.boolean(),
    lateMs: ms,
    missed: fc.nat(9),
  }),
  fc.record({ kind: kind('page-accepted'), page: hostile }),
  fc.record({ kind: kind('page-confirmed'), page: hostile, levels: levelList }),
  fc.record({ kind: kind('page-unconfirmed'), page: hostile, levels: levelList, why: hostile }),
  fc.record({ kind: kind('channel-late'), why: hostile }),
  fc.record({ kind: kind('done-directly'), announced: fc.boolean(), page: aPage, lateMs: ms }),
  fc.record({
    kind: kind('report'),
    report: hostile,
    issueType: hostile,
    verdict: fc.constantFrom('healthy' as const, 'unknown' as const),
  }),
  fc.record({ kind: kind('manual-steps'), issueType: fc.constantFrom('high-memory', 'gone') }),
  fc.record({ kind: kind('undeliverable'), what: hostile, why: hostile }),
);

export const anIncident: fc.Arbitrary<Incident> = fc
  .record({
    severity,
    title: hostile,
    issueType: fc.constantFrom('workflow-stuck', 'gone'),
    phase: fc.constantFrom(
      'open' as const,
      'mitigated' as const,
      'resolved' as const,
      'closed' as const,
      'cancelled' as const,
    ),
    declaredBy: someone,
    lead: someone,
    acknowledged: fc.record({ by: someone, at: fc.constant(now), via }),
    roles: fc.dictionary(fc.constantFrom('scribe', 'gone'), someone),
    update: fc.record({ count: fc.nat(3), at: fc.constant(now), text: hostile, by: someone }),
    resolved: fc.record({ run: fc.constant(1), at: fc.constant(now), by: someone, summary: hostile }),
    pages: fc.array(
      fc.record({
        key: hostile,
        levels: levelList,
        at: fc.constant(now),
        state: fc.constantFrom('requested' as const, 'failed' as const, 'confirmed' as const),
        rerouted: fc.boolean(),
        why: hostile,
      }),
      { maxLength: 3 },
    ),
  })
  .chain((fields) =>
    fc.constantFrom(
      { ...incident, ...fields },
      { ...incident, title: fields.title, phase: fields.phase },
      { ...incident, title: '', home: { kind: 'none' as const } },
    ),
  );

const finding = fc.record({
  rule: hostile,
  level: fc.constantFrom('critical' as const, 'warning' as const, 'info' as const),
  check: hostile,
  subject: hostile,
  summary: hostile,
  observed: hostile,
  threshold: hostile,
  evidence: fc.array(hostile, { maxLength: 20 }),
  repeat: hostile,
  offers: fc.array(
    fc.record({
      remedy: hostile,
      label: hostile,
      about: fc.record({ kind: hostile, namespace: hostile, name: hostile }),
    }),
    { maxLength: 6 },
  ),
});

const verdict = fc.constantFrom('healthy' as const, 'suspect' as const, 'unknown' as const);

const aSuggestion = fc.record({ issueType: hostile, title: hostile, verdict, summary: hostile });

const aChange = fc.record({
  kind: fc.constantFrom(...changeKinds),
  rule: hostile,
  subject: hostile,
  was: hostile,
  is: hostile,
});

export const aReport: fc.Arbitrary<Report> = fc.record({
  issueType: hostile,
  title: hostile,
  paragraph: hostile,
  verdict: fc.constantFrom('healthy' as const, 'suspect' as const, 'unknown' as const),
  findings: fc.array(finding, { maxLength: 20 }),
  checks: fc.array(
    fc.record({
      name: hostile,
      verdict: fc.constantFrom('healthy' as const, 'unknown' as const),
      why: hostile,
      grant: hostile,
      gaps: fc.array(hostile, { maxLength: 4 }),
      repeat: hostile,
      tookMs: fc.nat(9),
    }),
    { maxLength: 20 },
  ),
  ruledOut: fc.array(hostile, { maxLength: 20 }),
  steps: fc.array(hostile, { maxLength: 20 }),
  pending: fc.array(hostile, { maxLength: 20 }),
  suggestions: fc.array(aSuggestion, { maxLength: 10 }),
  changes: fc.record({ since: fc.constant(now), list: fc.array(aChange, { maxLength: 20 }) }),
  at: fc.constant(now),
  tookMs: fc.nat(9),
});

export const aRefusal: fc.Arbitrary<Refusal> = fc.oneof(
  fc.record({
    code: fc.constant('looks-declared' as const),
    incident: fc.record({
      id: fc.constant('abc'),
      number: fc.nat(99),
      severity,
      title: hostile,
      home: fc.constant({ kind: 'none' as const }),
    }),
    declaredAt: fc.constant(now),
  }),
  fc.record({
    code: fc.constant('overtaken' as const),
    by: someone,
    at: fc.constant(now),
    what: fc.constantFrom('escalate' as const, 'resolve' as const),
  }),
  fc.record({
    code: fc.constant('already' as const),
    what: fc.constantFrom('acknowledged' as const, 'lead' as const),
    by: someone,
    at: fc.constant(now),
  }),
  fc.record({
    code: fc.constant('not-now' as const),
    phase: fc.constantFrom('open' as const, 'closed' as const),
    command: fc.constant('escalate' as const),
  }),
  fc.record({ code: fc.constant('still-owed' as const), duties: fc.uniqueArray(duty) }),
  fc.record({ code: fc.constant('unknown-role' as const), role: hostile, known: fc.array(hostile) }),
  fc.record({ code: fc.constant('unknown-issue-type' as const), issueType: hostile, known: fc.array(hostile) }),
  fc.constantFrom<Refusal>(
    { code: 'not-acknowledged' },
    { code: 'bad-duration' },
    { code: 'no-such-incident' },
    { code: 'empty', field: 'title' },
  ),
);
