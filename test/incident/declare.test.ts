import { expect, it } from '@jest/globals';
import { decideDeclaration } from '../../src/incident/decide.ts';
import { alike } from '../../src/incident/declare.ts';
import type { Declare, Incident } from '../../src/incident/incident.ts';
import { begin, ben, declared, give, minutes, policy, start } from './story.ts';

const declareWith = (more: Partial<Declare>, open: Incident[] = []) =>
  decideDeclaration(
    { kind: 'declare', severity: 'p1', title: 'checkout returns 502', ...more },
    { id: 'inc2', number: 13, by: ben, open, now: start, policy },
  );

it.each([
  ['checkout returns 502', 'checkout 502', true],
  ['checkout returns 502', '502 on payments', false],
  ['checkout returns 502', '', true],
  ['', 'checkout returns 502', true],
  ['Checkout, 502!', 'checkout returns 502', true],
  ['checkout returns 502', 'login page is blank', false],
  ['checkout returns 502', 'workflow executions are stuck', false],
  ['a b c d', 'login page is blank', true],
  ['a checkout', 'a login page', false],
  ['api api api down', 'api slow since noon', true],
  ['zahlung fällt aus', 'Ausfall Zahlung', true],
  ['सेवा बंद', 'login page is blank', false],
  ['सेवा बंद', 'भुगतान सेवा', true],
  ['payments slow', 'checkout slow today again', true],
  ['payments slow today', 'checkout slow now', false],
])('"%s" and "%s" alike: %s', (a, b, same) => {
  expect(alike(a, b)).toBe(same);
});

it('shows the open incident instead of declaring it twice', () => {
  const { incident } = begin('p1', 'checkout returns 502');

  const second = declared('p1', 'checkout 502', [incident]);

  const { id, number, severity, title, home } = incident;
  expect(second).toEqual({
    ok: false,
    refusal: { code: 'looks-declared', incident: { id, number, severity, title, home }, declaredAt: start },
  });
});

it('still finds it after exactly ten minutes', () => {
  const { incident } = begin('p1', 'checkout returns 502');

  const second = declared('p1', 'checkout 502', [{ ...incident, declaredAt: start - minutes(10) }]);

  expect(second).toMatchObject({ refusal: { code: 'looks-declared' } });
});

it('finds the one that is alike among others', () => {
  const { incident } = begin('p1', 'checkout returns 502');

  const second = declared('p1', 'checkout 502', [{ ...incident, id: 'login', title: 'login page is blank' }, incident]);

  expect(second).toMatchObject({ refusal: { incident: { id: 'inc' } } });
});

it('declares all the same when the person saw the open one and wants another', () => {
  const { incident } = begin('p1', 'checkout returns 502');

  const second = declareWith({ anyway: true }, [incident]);

  expect(second.ok && second.entries[0]).toEqual({ kind: 'declared', severity: 'p1', title: 'checkout returns 502' });
});

it('begins open, unacknowledged, without a home, and invites who declared it together with the on-call', () => {
  const decision = declareWith({});

  expect(decision.ok && decision.next).toMatchObject({
    id: 'inc2',
    number: 13,
    version: 1,
    severity: 'p1',
    severitySetAt: start,
    title: 'checkout returns 502',
    phase: 'open',
    declaredBy: ben,
    declaredAt: start,
    acknowledgements: 0,
    roles: {},
    update: { count: 0, at: start },
    resolved: { run: 0 },
    escalations: 0,
    home: { kind: 'none' },
    channelLate: false,
    progress: {},
    done: {},
    touched: {},
  });
  expect(decision.ok && decision.next).not.toHaveProperty('issueType');
  expect(decision.ok && decision.effects.slice(0, 4)).toEqual([
    { kind: 'announce' },
    { kind: 'open-channel' },
    { kind: 'card' },
    { kind: 'invite', people: [ben], onCall: true },
  ]);
  expect(decision.ok && decision.paid.map(({ key }) => key)).toEqual(['page:1.0']);
  expect(decision).toMatchObject({ reason: 'declared' });
});

it('keeps the words as they were typed, and looks at once when it is told the issue type', () => {
  const decision = declareWith({ issueType: 'high-memory', details: 'all of it' });

  expect(decision.ok && decision.entries[0]).toEqual({
    kind: 'declared',
    severity: 'p1',
    title: 'checkout returns 502',
    issueType: 'high-memory',
    details: 'all of it',
  });
  expect(decision).toMatchObject({ next: { issueType: 'high-memory' } });
  expect(decision.ok && decision.effects[4]).toEqual({ kind: 'investigate', issueType: 'high-memory' });
});

it('is not declared with an issue type that the runbook does not have', () => {
  const known = policy.issueTypes.map(({ id }) => id);

  expect(declareWith({ issueType: 'gremlins' })).toEqual({
    ok: false,
    refusal: { code: 'unknown-issue-type', issueType: 'gremlins', known },
  });
});

it.each([
  ['another severity', { severity: 'p2' as const }],
  ['declared more than ten minutes ago', { declaredAt: start - minutes(10) - 1 }],
  ['about something else', { title: 'login page is blank' }],
])('declares beside one of %s', (_name, difference) => {
  const { incident } = begin('p1', 'checkout returns 502');

  const second = declared('p1', 'checkout 502', [{ ...incident, ...difference }]);

  expect(second.ok).toBe(true);
});

it('pages, announces, opens a channel and asks for nothing when a P1 comes without words', () => {
  const decision = declared('p1', '');

  expect(decision.ok && decision.effects.map(({ kind }) => kind)).toEqual([
    'announce',
    'open-channel',
    'card',
    'invite',
    'triage',
    'page',
    'post',
    'redraw',
    'redraw',
  ]);
});

it('starts to look at once when the issue type is known, and later when it is chosen', () => {
  const story = begin('p1', '');

  give(story, { kind: 'issue-type', issueType: 'workflow-stuck' });

  expect(story.effects.map(({ what }) => what)).toContainEqual({ kind: 'investigate', issueType: 'workflow-stuck' });
  expect(story.incident.title).toBe('Workflow Execution Stuck');
});

it('refuses an issue type that the runbook does not have, and names those it has', () => {
  const story = begin('p1', '');

  give(story, { kind: 'issue-type', issueType: 'gremlins' });

  expect(story.refusals).toEqual([
    { code: 'unknown-issue-type', issueType: 'gremlins', known: policy.issueTypes.map(({ id }) => id) },
  ]);
});
