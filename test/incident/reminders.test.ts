import { expect, it } from '@jest/globals';
import type { Severity } from '../../src/incident/policy.ts';
import { ana, begin, ben, dana, day, give, hear, hour, minutes, sleepThrough, start, told, wait } from './story.ts';

it.each<[Severity, string]>([
  ['p1', '2 U0BEN+on-call'],
  ['p2', '10 U0BEN+on-call'],
  ['p3', '60 U0BEN+on-call'],
])('says once that nobody has the lead of a %s', (severity, mention) => {
  const story = begin(severity);
  give(story, { kind: 'acknowledge' }, { by: ben });

  wait(story, day);

  expect(told(story, 'reminder', 'lead')).toEqual([mention]);
});

it('tells the on-call too where only the pager knows who has acknowledged', () => {
  const story = begin('p1');
  hear(story, { kind: 'acknowledged-at-pager', page: 'inc:1.0', by: dana });

  wait(story, minutes(30));

  expect(told(story, 'reminder', 'update')).toEqual(['30 dana@example.com+on-call']);
});

it('keeps silent about the lead once somebody has it', () => {
  const story = begin('p1');
  give(story, { kind: 'acknowledge' });
  give(story, { kind: 'lead' });

  wait(story, hour);

  expect(told(story, 'reminder', 'lead')).toEqual([]);
});

it('owes an update every 30 minutes of a P1, counted from the last one', () => {
  const story = begin('p1');
  give(story, { kind: 'lead' });
  wait(story, minutes(20));

  give(story, { kind: 'update', text: 'failed over' });
  wait(story, minutes(65));

  expect(told(story, 'reminder', 'update')).toEqual(['50 U0ANA', '80 U0ANA']);
});

it('says 50, 80 and 100 % of the target, and tells the next level at the end', () => {
  const story = begin('p1');
  give(story, { kind: 'lead' });
  give(story, { kind: 'acknowledge' });

  wait(story, 3 * hour);

  expect(told(story, 'reminder', 'resolution')).toEqual(['30 U0ANA', '48 U0ANA', '60 U0ANA+second-level']);
});

it('says no mark of a target twice when a severity comes back', () => {
  const story = begin('p1');
  wait(story, hour + minutes(1));
  give(story, { kind: 'severity', severity: 'p2' });
  wait(story, hour);
  give(story, { kind: 'severity', severity: 'p1' });

  wait(story, minutes(5));

  const keys = story.paid.map(({ what }) => what.key).filter((key) => key.startsWith('resolution:'));
  expect(keys).toEqual(['resolution:p1.0', 'resolution:p1.1', 'resolution:p1.2', 'resolution:p2.0']);
});

it('counts the resolution on from the declaration after a reopen', () => {
  const story = begin('p1');
  give(story, { kind: 'acknowledge' });
  wait(story, minutes(40));
  give(story, { kind: 'resolve' });
  wait(story, minutes(5));

  give(story, { kind: 'reopen', reason: 'it is back' });
  wait(story, minutes(30));

  expect(told(story, 'reminder', 'resolution')).toEqual(['30 U0ANA', '48 U0ANA', '60 U0ANA+second-level']);
  expect(told(story, 'reopened')).toEqual(['45 on-call']);
});

it('stops the aftermath at a reopen; what was done stays done', () => {
  const story = begin('p1');
  give(story, { kind: 'acknowledge' });
  give(story, { kind: 'resolve' });
  give(story, { kind: 'done', duty: 'status-page' });
  give(story, { kind: 'reopen', reason: 'it is back' });
  wait(story, hour);
  const before = told(story, 'reminder', 'status-page').length;

  give(story, { kind: 'resolve' });
  wait(story, minutes(1));

  expect(told(story, 'reminder', 'status-page')).toHaveLength(before);
  expect(told(story, 'reminder', 'affected-users').at(-1)).toBe('60 U0ANA');
});

it('chases status page and users hourly, the report at 12, 20 and 24 hours and then daily', () => {
  const story = begin('p1');
  give(story, { kind: 'lead' });
  give(story, { kind: 'acknowledge' });
  give(story, { kind: 'resolve' });

  wait(story, 2 * day);

  expect(told(story, 'reminder', 'status-page')).toHaveLength(49);
  expect(told(story, 'reminder', 'affected-users').slice(0, 3)).toEqual(['0 U0ANA', '60 U0ANA', '120 U0ANA']);
  expect(told(story, 'reminder', 'report')).toEqual([12, 20, 24, 48].map((h) => `${h * 60} U0ANA`));
  expect(told(story, 'reminder', 'post-mortem')).toEqual([0, 24, 48].map((h) => `${h * 60} U0ANA`));
});

it('owes no post-mortem of a P3, but a ticket', () => {
  const story = begin('p3');
  give(story, { kind: 'acknowledge' });
  give(story, { kind: 'resolve' });

  wait(story, day);

  expect(told(story, 'reminder', 'post-mortem')).toEqual([]);
  expect(told(story, 'reminder', 'ticket').slice(0, 1)).toEqual(['0 on-call']);
});

it('moves the next occurrence and no later one', () => {
  const story = begin('p1');
  give(story, { kind: 'acknowledge' });
  give(story, { kind: 'resolve' });

  give(story, { kind: 'snooze', duty: 'post-mortem', for: minutes(90) });
  wait(story, 2 * day);

  expect(told(story, 'reminder', 'post-mortem')).toEqual(['0 U0ANA', '90 U0ANA', '2880 U0ANA']);
});

it('asks no more for what was waived, and keeps who and why', () => {
  const story = begin('p1');
  give(story, { kind: 'acknowledge' });
  give(story, { kind: 'resolve' });

  give(story, { kind: 'waive', duty: 'affected-users', reason: 'internal only' }, { by: ben });
  wait(story, day);

  expect(told(story, 'reminder', 'affected-users')).toHaveLength(1);
  expect(story.incident.done['affected-users']).toEqual({ by: ben, at: start, how: 'waived', reason: 'internal only' });
});

it('says the reminders of an outage of six hours once each, with how late', () => {
  const story = begin('p2');
  give(story, { kind: 'lead' }, { by: ana });
  give(story, { kind: 'acknowledge' });

  sleepThrough(story, 6 * hour);

  expect(told(story, 'reminder')).toEqual(['360 U0ANA', '360 U0ANA+second-level']);
  const late = story.entries.flatMap(({ what }) =>
    what.kind === 'reminder' ? [{ duty: what.duty, lateMs: what.lateMs, missed: what.missed }] : [],
  );
  expect(late).toEqual([
    { duty: 'update', lateMs: 5 * hour, missed: 5 },
    { duty: 'resolution', lateMs: 4 * hour, missed: 2 },
  ]);
});
