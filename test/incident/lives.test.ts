/** Whole lives: every duty met from declare to closed, and every duty ignored for three days. */
import { describe, expect, it } from '@jest/globals';
import { owedReminder } from '../../src/incident/clocks.ts';
import { type ReminderKind, reminderKinds, type Severity } from '../../src/incident/policy.ts';
import { begin, ben, day, give, hour, minute, minutes, pages, policy, type Story, told, wait } from './story.ts';

const times = (from: number, every: number, until: number): number[] =>
  Array.from({ length: Math.floor((until - from) / every) + 1 }, (_, n) => from + n * every);

const minutesOf = (story: Story, kind: 'ladder' | 'reminder', duty?: string): number[] =>
  told(story, kind, duty).map((line) => Number(line.split(' ')[0]));

describe('every duty met', () => {
  it.each<[Severity, ReminderKind[]]>([
    ['p1', ['status-page', 'affected-users', 'report', 'post-mortem']],
    ['p2', ['status-page', 'affected-users', 'report', 'post-mortem']],
    ['p3', ['ticket', 'status-page', 'affected-users', 'report']],
  ])('a %s goes from declared to closed, and nothing is said that was not owed', (severity, chores) => {
    const story = begin(severity);
    wait(story, minutes(1));
    give(story, { kind: 'acknowledge' }, { by: ben });
    give(story, { kind: 'lead' }, { by: ben });
    wait(story, minutes(20));
    give(story, { kind: 'update', text: 'found it' }, { by: ben });
    give(story, { kind: 'mitigate' }, { by: ben });
    give(story, { kind: 'resolve', summary: 'rolled back' }, { by: ben });
    const said = told(story, 'reminder').length;

    for (const duty of chores) give(story, { kind: 'done', duty }, { by: ben });
    give(story, { kind: 'close' }, { by: ben });
    wait(story, 10 * day);

    expect(story.refusals).toEqual([]);
    expect(story.incident.phase).toBe('closed');
    expect(told(story, 'reminder')).toHaveLength(said);
    expect(reminderKinds.filter((kind) => owedReminder(story.incident, kind, policy))).toEqual([]);
    expect(story.incident.pages.every(({ state }) => state === 'closed')).toBe(true);
  });
});

describe('every duty ignored for three days', () => {
  const end = (3 * day) / minute;

  it('a P1: pages at 0, 5, 10, 15 and then every ten minutes; updates each half hour; the target once', () => {
    const story = begin('p1');

    wait(story, 3 * day);

    expect(minutesOf(story, 'ladder')).toEqual([0, 2, 5, ...times(10, 5, 15), ...times(25, 10, end)]);
    expect(pages(story).slice(0, 4)).toEqual(['0 on-call', '5 on-call', '10 second-level', '15 team-lead']);
    expect(
      new Set(
        pages(story)
          .slice(4)
          .map((line) => line.split(' ')[1]),
      ),
    ).toEqual(new Set(['second-level+team-lead']));
    expect(minutesOf(story, 'reminder', 'update')).toEqual(times(30, 30, end));
    expect(told(story, 'reminder', 'resolution')).toEqual(['30 on-call', '48 on-call', '60 on-call+team-lead']);
  });

  it('a P2: mentions, pages at 10, 20, 30 and then every half hour; updates hourly', () => {
    const story = begin('p2');

    wait(story, 3 * day);

    expect(minutesOf(story, 'ladder')).toEqual([0, 5, 10, 15, 20, 30, ...times(60, 30, end)]);
    expect(pages(story).slice(0, 4)).toEqual([
      '10 on-call',
      '20 second-level',
      '30 team-lead',
      '60 second-level+team-lead',
    ]);
    expect(minutesOf(story, 'reminder', 'update')).toEqual(times(60, 60, end));
    expect(minutesOf(story, 'reminder', 'resolution')).toEqual([120, 192, 240]);
  });

  it('a P3: never a page; the team lead at once, at an hour and daily; the ticket daily', () => {
    const story = begin('p3');

    wait(story, 3 * day);

    expect(pages(story)).toEqual([]);
    expect(told(story, 'ladder')).toEqual([
      '0 team-lead',
      '30 on-call',
      '50 on-call',
      '60 team-lead',
      ...times(1_500, 1_440, end).map((at) => `${at} team-lead`),
    ]);
    expect(minutesOf(story, 'reminder', 'ticket')).toEqual(times(0, 1_440, end));
    expect(minutesOf(story, 'reminder', 'resolution')).toEqual([720, 1_152, 1_440]);
  });

  it('after the resolve: status page and users hourly, report at 12, 20, 24 hours and daily, post-mortem daily', () => {
    const story = begin('p2');
    give(story, { kind: 'resolve' });

    wait(story, 3 * day);

    const hours = (kind: ReminderKind) => minutesOf(story, 'reminder', kind).map((at) => at / (hour / minute));
    expect(hours('status-page')).toEqual(times(0, 1, 72));
    expect(hours('affected-users')).toEqual(times(0, 1, 72));
    expect(hours('report')).toEqual([12, 20, 24, 48, 72]);
    expect(hours('post-mortem')).toEqual([0, 24, 48, 72]);
  });

  it.each<Severity>(['p1', 'p2', 'p3'])('a %s owes nothing twice', (severity) => {
    const story = begin(severity);

    wait(story, 3 * day);

    const keys = story.paid.map(({ what }) => what.key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(story.paid.every(({ what }) => what.lateMs === 0)).toBe(true);
  });
});
