import { expect, it } from '@jest/globals';
import { alike } from '../../src/incident/declare.ts';
import { begin, declared, give, minutes, policy, start } from './story.ts';

it.each([
  ['checkout returns 502', 'checkout 502', true],
  ['checkout returns 502', '502 on payments', false],
  ['checkout returns 502', '', true],
  ['', 'checkout returns 502', true],
  ['Checkout, 502!', 'checkout returns 502', true],
  ['checkout returns 502', 'login page is blank', false],
  ['checkout returns 502', 'workflow executions are stuck', false],
])('"%s" and "%s" alike: %s', (a, b, same) => {
  expect(alike(a, b)).toBe(same);
});

it('shows the open incident instead of declaring it twice', () => {
  const { incident } = begin('p1', 'checkout returns 502');

  const second = declared('p1', 'checkout 502', [incident]);

  expect(second).toMatchObject({ ok: false, refusal: { code: 'looks-declared', incident: { number: 12 } } });
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
