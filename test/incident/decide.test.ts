import { expect, it } from '@jest/globals';
import { decide } from '../../src/incident/decide.ts';
import { ana, begin, ben, give, hear, hour, minutes, policy, start, told, wait } from './story.ts';

it('tells the second person who acknowledged first', () => {
  const story = begin('p1');
  give(story, { kind: 'acknowledge' }, { by: ben });

  give(story, { kind: 'acknowledge' }, { by: ana });

  expect(story.refusals).toMatchObject([{ code: 'already', what: 'acknowledged', by: ben }]);
});

it('lets two people who press the same escalate climb one step', () => {
  const story = begin('p1');
  const drawnFor = story.incident.version;

  give(story, { kind: 'escalate' }, { by: ana, drawnFor });
  give(story, { kind: 'escalate' }, { by: ben, drawnFor });

  expect(story.incident.escalations).toBe(1);
  expect(story.refusals).toMatchObject([{ code: 'overtaken', what: 'escalate', by: ana }]);
});

it('climbs a second step when the button was drawn after the first', () => {
  const story = begin('p1');
  give(story, { kind: 'escalate' }, { drawnFor: story.incident.version });

  give(story, { kind: 'escalate' }, { by: ben, drawnFor: story.incident.version });

  expect(story.incident.escalations).toBe(2);
});

it('refuses a resolve that was drawn before the incident was resolved and reopened', () => {
  const story = begin('p1');
  const drawnFor = story.incident.version;
  give(story, { kind: 'resolve' });
  give(story, { kind: 'reopen', reason: 'it is back' });

  give(story, { kind: 'resolve' }, { by: ben, drawnFor });

  expect(story.incident.phase).toBe('open');
  expect(story.refusals).toMatchObject([{ code: 'overtaken', what: 'resolve', by: ana }]);
});

it.each([
  ['escalate', { kind: 'escalate' as const }],
  ['acknowledge', { kind: 'acknowledge' as const }],
  ['update', { kind: 'update' as const, text: 'still here' }],
  ['cancel', { kind: 'cancel' as const }],
])('refuses %s on an incident that is closed', (command, order) => {
  const story = begin('p3');
  give(story, { kind: 'cancel' });

  give(story, order);

  expect(story.refusals).toEqual([{ code: 'not-now', phase: 'cancelled', command }]);
});

it('closes only when nothing is owed any more, and says what is', () => {
  const story = begin('p3');
  give(story, { kind: 'acknowledge' });
  give(story, { kind: 'resolve' });

  give(story, { kind: 'close' });
  expect(story.refusals).toEqual([
    { code: 'still-owed', duties: ['ticket', 'status-page', 'affected-users', 'report'] },
  ]);

  for (const duty of ['ticket', 'status-page', 'affected-users', 'report'] as const)
    give(story, { kind: 'done', duty });
  give(story, { kind: 'close' });
  expect(story.incident.phase).toBe('closed');
});

it('does not tick off what is met by acting on the incident itself', () => {
  const story = begin('p1');

  give(story, { kind: 'done', duty: 'resolution' });

  expect(story.refusals).toEqual([{ code: 'not-owed', duty: 'resolution' }]);
});

it.each([
  ['reopen without a reason', { kind: 'reopen' as const, reason: ' ' }, 'reason'],
  ['waive without a reason', { kind: 'waive' as const, duty: 'report' as const, reason: ' ' }, 'reason'],
])('refuses to %s', (_name, order, field) => {
  const story = begin('p1');
  give(story, { kind: 'resolve' });

  give(story, order);

  expect(story.refusals).toEqual([{ code: 'empty', field }]);
});

it('closes every alert at the pager with a false alarm, and owes nothing any more', () => {
  const story = begin('p1');
  wait(story, minutes(10));

  give(story, { kind: 'cancel', reason: 'a test alert' });
  const said = story.effects.length;
  wait(story, 24 * hour);

  expect(story.effects.filter(({ what }) => what.kind === 'close-page')).toHaveLength(3);
  expect(story.effects).toHaveLength(said);
});

it('hands the lead over, and tells whom it was handed to', () => {
  const story = begin('p1');
  give(story, { kind: 'lead' });

  give(story, { kind: 'lead', to: ben });

  expect(story.incident.lead).toEqual(ben);
  expect(told(story, 'lead')).toEqual(['0 ', '0 U0BEN']);
});

it('lives in the announcement thread when no channel stands after a minute, and moves when it comes', () => {
  const story = begin('p1');
  hear(story, { kind: 'announced', channel: 'C0OPS', ts: '1.1' });

  wait(story, minutes(1));
  expect(story.incident.home).toEqual({ kind: 'thread', channel: 'C0OPS', ts: '1.1' });

  hear(story, { kind: 'channel-opened', channel: 'C0INC', name: 'inc-12' });
  expect(story.incident.home).toEqual({ kind: 'channel', channel: 'C0INC', name: 'inc-12' });
  expect(story.effects.filter(({ what }) => what.kind === 'card')).toHaveLength(2);
});

it('takes the thread as soon as it is announced when the channel is impossible', () => {
  const story = begin('p1');
  hear(story, { kind: 'channel-impossible', why: 'restricted_action' });
  expect(story.incident.home.kind).toBe('none');

  hear(story, { kind: 'announced', channel: 'C0OPS', ts: '1.1' });

  expect(story.incident.home.kind).toBe('thread');
});

it('remembers every policy that it was decided under, the latest last, and each once', () => {
  const { incident } = begin('p1');
  const order = { command: { kind: 'join' as const }, actor: ana };
  const under = (before: string[] | undefined, fingerprint: string) => {
    const { decidedUnder: _, ...rest } = incident;
    const i = before ? { ...rest, decidedUnder: before } : rest;
    const decision = decide(i, order, { now: start, policy: { ...policy, fingerprint } });
    return decision.ok && decision.next.decidedUnder;
  };

  expect(incident.decidedUnder).toEqual([policy.fingerprint]);
  expect(under(['old'], 'new')).toEqual(['old', 'new']);
  expect(under(['old', 'new'], 'old')).toEqual(['new', 'old']);
  // a row of a release that did not remember
  expect(under(undefined, 'new')).toEqual(['not known', 'new']);
});
