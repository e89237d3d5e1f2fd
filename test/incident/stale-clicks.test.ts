/** Buttons live for years: whatever is pressed, however late and in whatever order, is legal now or clearly refused. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Command, Declare, Incident, Phase } from '../../src/incident/incident.ts';
import { severities } from '../../src/incident/policy.ts';
import { ana, begin, ben, give, minute, type Story, wait } from './story.ts';

type Order = Exclude<Command, Declare>;

/** Everything that a button asks for, as it stands on cards, ladder posts and reminders. */
const buttons: Order[] = [
  { kind: 'acknowledge' },
  { kind: 'lead' },
  { kind: 'escalate' },
  { kind: 'mitigate' },
  { kind: 'resolve' },
  { kind: 'issue-type', issueType: 'high-memory' },
  { kind: 'issue-type', issueType: 'workflow-stuck' },
  { kind: 'diagnose', issueType: 'workflow-stuck' },
  { kind: 'done', duty: 'status-page' },
  { kind: 'snooze', duty: 'update', for: minute },
];
const typed: fc.Arbitrary<Order> = fc.oneof(
  fc.constantFrom<Order>(
    ...buttons,
    { kind: 'unack' },
    { kind: 'reopen', reason: 'again' },
    { kind: 'close' },
    { kind: 'cancel' },
  ),
  fc.record({ kind: fc.constant('severity' as const), severity: fc.constantFrom(...severities) }),
);
const person = fc.constantFrom(ana, ben);

type Happening =
  | { kind: 'typed'; command: Order; by: typeof ana }
  | { kind: 'pressed'; command: Order; by: typeof ana; age: number }
  | { kind: 'wait'; ms: number };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constant('typed' as const), command: typed, by: person }),
  fc.record({
    kind: fc.constant('pressed' as const),
    command: fc.constantFrom(...buttons),
    by: person,
    age: fc.nat(12),
  }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(40 * minute) }),
);

const order: Phase[] = ['open', 'mitigated', 'resolved', 'closed', 'cancelled'];
const rank = ({ phase }: Incident): number => order.indexOf(phase);

/** Pressed on the drawing of `then`, what a person who saw that would not have meant. */
function wrongs(then: Incident, before: Incident, after: Incident, command: Order): string[] {
  return [
    ...(rank(after) < rank(before) ? ['the phase went back'] : []),
    ...(command.kind === 'lead' && before.lead !== then.lead && after !== before ? ['a lead was taken unseen'] : []),
    ...(command.kind === 'issue-type' && before.issueType !== then.issueType && after !== before
      ? ['a type was changed unseen']
      : []),
    ...(command.kind === 'escalate' && before.escalations > then.escalations && after !== before
      ? ['climbed two steps for one sight']
      : []),
    ...(before.acknowledged && after.acknowledged !== before.acknowledged ? ['somebody else acknowledged it'] : []),
    ...(before.severity !== after.severity ? ['the severity changed'] : []),
  ];
}

function press(
  story: Story,
  drawings: Incident[],
  { command, by, age }: Extract<Happening, { kind: 'pressed' }>,
): string[] {
  const then = drawings.at(-1 - age) ?? story.incident;
  const before = story.incident;
  const decision = give(story, command, { by, drawnFor: then.version });
  if (decision.ok) return wrongs(then, before, story.incident, command);
  return story.incident === before ? [] : ['a refusal changed it'];
}

it('row 12: late, stale and out-of-order clicks are legal or refused, and nothing that was done goes back', () => {
  fc.assert(
    fc.property(fc.constantFrom(...severities), fc.array(happening, { maxLength: 40 }), (severity, happenings) => {
      const story = begin(severity);
      const drawings = [story.incident];

      const seen = happenings.flatMap((one) => {
        if (one.kind === 'pressed') return press(story, drawings, one);
        if (one.kind === 'wait') wait(story, one.ms);
        else give(story, one.command, { by: one.by });
        drawings.push(story.incident);
        return [];
      });

      expect(seen).toEqual([]);
    }),
    { numRuns: fc.readConfigureGlobal().numRuns ?? 1_000 },
  );
});

it.each<[string, Order, Order, string]>([
  ['the lead of somebody who took it', { kind: 'lead' }, { kind: 'lead' }, 'overtaken'],
  [
    'the type that somebody chose',
    { kind: 'issue-type', issueType: 'high-memory' },
    { kind: 'issue-type', issueType: 'workflow-stuck' },
    'overtaken',
  ],
  ['a step that somebody has climbed', { kind: 'escalate' }, { kind: 'escalate' }, 'overtaken'],
  ['an incident that is resolved', { kind: 'resolve' }, { kind: 'escalate' }, 'not-now'],
])('row 12: a button drawn before does not take %s', (_, first, second, code) => {
  const story = begin('p1');
  const { version } = story.incident;
  give(story, first, { by: ana });

  const decision = give(story, second, { by: ben, drawnFor: version });

  expect(decision).toMatchObject({ ok: false, refusal: { code } });
});

it('row 12: an old card acknowledges the incident as it is now, after a raised severity and after an unack too', () => {
  const story = begin('p3');
  const { version } = story.incident;
  give(story, { kind: 'severity', severity: 'p1' });
  give(story, { kind: 'acknowledge' }, { by: ana });
  give(story, { kind: 'unack' }, { by: ana });

  give(story, { kind: 'acknowledge' }, { by: ben, drawnFor: version });

  expect(story.incident).toMatchObject({ severity: 'p1', acknowledged: { by: ben } });
});
