/** How an incident ends, begins again, and what is ticked off, waived or put off on the way. */
import { expect, it } from '@jest/globals';
import { ana, begin, ben, day, give, hear, hour, minutes, redrawn, saying, start, told, wait } from './story.ts';

const topic = { kind: 'topic' };

it('resolves with a summary, by whom and after how long, and closes what was paged', () => {
  const story = begin('p1');
  wait(story, minutes(4));

  const decision = give(story, { kind: 'resolve', summary: 'rolled back' }, { by: ben });

  expect(story.incident.resolved).toEqual({ run: 1, at: start + minutes(4), by: ben, summary: 'rolled back' });
  expect(decision.ok && decision.entries[0]).toEqual({
    kind: 'resolved',
    afterMs: minutes(4),
    summary: 'rolled back',
  });
  expect(decision.ok && decision.effects.slice(0, 5)).toMatchObject([
    saying('resolved'),
    ...redrawn,
    { kind: 'close-page', page: 'inc:1.0' },
    topic,
  ]);
});

it('resolves without a summary', () => {
  const story = begin('p1');

  give(story, { kind: 'resolve' });

  expect(story.incident.resolved).toEqual({ run: 1, at: start, by: ana });
});

it('says who resolved it and when to the second person', () => {
  const story = begin('p1');
  wait(story, minutes(4));
  give(story, { kind: 'resolve' }, { by: ben });
  wait(story, minutes(1));

  give(story, { kind: 'resolve' });

  expect(story.refusals).toEqual([{ code: 'already', what: 'resolved', by: ben, at: start + minutes(4) }]);
});

it('mentions lead and on-call when it is reopened, and the ladder of an acknowledged incident stays ended', () => {
  const story = begin('p1');
  give(story, { kind: 'acknowledge' });
  give(story, { kind: 'lead' }, { by: ben });
  give(story, { kind: 'resolve' });
  const { ladder } = story.incident;
  wait(story, minutes(0.5));

  const decision = give(story, { kind: 'reopen', reason: 'it is back' });

  expect(story.incident).toMatchObject({ phase: 'open', reopenedAt: start + minutes(0.5), ladder });
  expect(decision).toMatchObject({
    entries: [{ kind: 'reopened', reason: 'it is back' }],
    effects: [saying('reopened', { person: ben }, { level: 'on-call' }), ...redrawn, topic],
  });
});

it('starts the ladder again when an incident is reopened that nobody had acknowledged', () => {
  const story = begin('p1');
  give(story, { kind: 'resolve' });
  wait(story, minutes(3));

  give(story, { kind: 'reopen', reason: 'it is back' });

  expect(story.incident.ladder).toMatchObject({ run: 2, startedAt: start + minutes(3) });
  expect(story.incident.pages.at(-1)).toMatchObject({ key: 'inc:2.0', state: 'requested' });
});

it('has no end any more when a closed incident is reopened', () => {
  const story = begin('p1');
  give(story, { kind: 'resolve' });
  for (const duty of ['status-page', 'affected-users', 'report', 'post-mortem'] as const)
    give(story, { kind: 'waive', duty, reason: 'a drill' });
  wait(story, hour);
  const decision = give(story, { kind: 'close' });
  expect(story.incident).toMatchObject({ phase: 'closed', endedAt: start + hour });
  expect(decision).toMatchObject({ entries: [{ kind: 'closed' }], effects: [saying('closed'), ...redrawn, topic] });

  give(story, { kind: 'reopen', reason: 'it is back' });

  expect(story.incident).not.toHaveProperty('endedAt');
});

it.each([
  ['a reason', { kind: 'cancel' as const, reason: 'a test alert' }, { kind: 'cancelled', reason: 'a test alert' }],
  ['no reason', { kind: 'cancel' as const }, { kind: 'cancelled' }],
])('ends as a false alarm with %s', (_name, order, entry) => {
  const story = begin('p1');
  wait(story, minutes(1));

  const decision = give(story, order);

  expect(story.incident).toMatchObject({ phase: 'cancelled', endedAt: start + minutes(1) });
  expect(decision.ok && decision.entries).toEqual([entry]);
  expect(decision.ok && decision.effects).toMatchObject([
    saying('cancelled'),
    ...redrawn,
    { kind: 'close-page', page: 'inc:1.0' },
    topic,
  ]);
});

it('closes no alert at the pager a second time', () => {
  const story = begin('p1');
  give(story, { kind: 'resolve' });
  give(story, { kind: 'reopen', reason: 'it is back' });

  const decision = give(story, { kind: 'cancel' });

  expect(decision.ok && decision.effects.filter(({ kind }) => kind === 'close-page')).toEqual([
    { kind: 'close-page', page: 'inc:2.0' },
  ]);
});

it('says who ticked a duty off and when, and says it to the second person', () => {
  const story = begin('p1');
  give(story, { kind: 'resolve' });
  const done = { by: ben, at: start, how: 'done' };

  const decision = give(story, { kind: 'done', duty: 'status-page' }, { by: ben });
  wait(story, minutes(1));
  give(story, { kind: 'done', duty: 'status-page' });
  give(story, { kind: 'waive', duty: 'status-page', reason: 'internal only' });

  expect(decision).toMatchObject({
    next: { done: { 'status-page': done } },
    entries: [{ kind: 'ticked', duty: 'status-page', done }],
    effects: [saying('ticked'), ...redrawn],
  });
  const already = { code: 'already', what: 'done', by: ben, at: start };
  expect(story.refusals).toEqual([already, already]);
});

it('ticks nothing off that is not owed', () => {
  const story = begin('p1');

  give(story, { kind: 'done', duty: 'report' });
  give(story, { kind: 'waive', duty: 'post-mortem', reason: 'no need' });

  expect(story.refusals).toEqual([
    { code: 'not-owed', duty: 'report' },
    { code: 'not-owed', duty: 'post-mortem' },
  ]);
  expect(story.incident.done).toEqual({});
});

it('waives what is met by acting on the incident, with a reason', () => {
  const story = begin('p1');

  give(story, { kind: 'waive', duty: 'update', reason: 'in the war room' });
  wait(story, 2 * hour);

  expect(told(story, 'reminder', 'update')).toEqual([]);
});

it('keeps several duties apart when they are ticked off', () => {
  const story = begin('p3');

  give(story, { kind: 'done', duty: 'ticket' });
  give(story, { kind: 'waive', duty: 'update', reason: 'small' }, { by: ben });

  expect(story.incident.done).toEqual({
    ticket: { by: ana, at: start, how: 'done' },
    update: { by: ben, at: start, how: 'waived', reason: 'small' },
  });
});

it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('does not put a duty off by %s milliseconds', (ms) => {
  const story = begin('p1');

  give(story, { kind: 'snooze', duty: 'update', for: ms });

  expect(story.refusals).toEqual([{ code: 'bad-duration' }]);
});

it('puts nothing off that is not owed', () => {
  const story = begin('p1');

  give(story, { kind: 'snooze', duty: 'report', for: 1 });

  expect(story.refusals).toEqual([{ code: 'not-owed', duty: 'report' }]);
});

it('says until when a duty is put off, and puts no other one off', () => {
  const story = begin('p1');
  wait(story, minutes(10));

  const decision = give(story, { kind: 'snooze', duty: 'update', for: minutes(50) });
  give(story, { kind: 'snooze', duty: 'resolution', for: minutes(25) });
  wait(story, minutes(50));

  const untilMs = start + hour;
  expect(decision).toMatchObject({
    entries: [{ kind: 'snoozed', duty: 'update', untilMs }],
    effects: [saying('snoozed'), ...redrawn],
    reason: 'snoozed',
  });
  expect(told(story, 'reminder', 'update')).toEqual(['60 on-call']);
  expect(told(story, 'reminder', 'resolution').slice(0, 1)).toEqual(['35 on-call']);
});

it('counts a snooze from what was said before it, not from the beginning', () => {
  const story = begin('p1');
  give(story, { kind: 'acknowledge' });
  wait(story, minutes(30));

  give(story, { kind: 'snooze', duty: 'resolution', for: minutes(20) });
  wait(story, day);

  expect(told(story, 'reminder', 'resolution').map((line) => line.split(' ')[0])).toEqual(['30', '50', '60']);
});

it('lets the bot itself give no command of a person', () => {
  const story = begin('p1');

  expect(() => hear(story, { kind: 'resolve' })).toThrow('only a person may give');
  expect(() => hear(story, { kind: 'escalate' })).toThrow('only a person may give');
});
