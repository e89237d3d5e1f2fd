/** What falls due: what the ladder says of itself, what reminders say of their lateness, and what is paid with it. */
import { describe, expect, it } from '@jest/globals';
import { decide } from '../../src/incident/decide.ts';
import { nextPageAfter } from '../../src/incident/due.ts';
import type { Ladder } from '../../src/incident/policy.ts';
import {
  begin,
  ben,
  day,
  give,
  hear,
  hour,
  minutes,
  policy,
  redrawn,
  type Said,
  type Story,
  saying,
  sleepThrough,
  start,
  wait,
} from './story.ts';

const of = <T extends { kind: string }, K extends T['kind']>(said: Said<T>[], kind: K) =>
  said.map(({ what }) => what).filter((what): what is Extract<T, { kind: K }> => what.kind === kind);

const paidFor = ({ paid }: Story, kind: string) =>
  paid.map(({ what }) => what).filter(({ key }) => key.startsWith(`${kind}:`));

describe('the ladder', () => {
  it('says of each step whom it asks, and when somebody is paged next', () => {
    const story = begin('p1');

    wait(story, minutes(15));

    const common = { kind: 'ladder', lateMs: 0, missed: 0 };
    expect(of(story.entries, 'ladder')).toEqual([
      { ...common, step: 0, page: ['on-call'], mention: [], breach: false, nextPageInMs: minutes(5) },
      { ...common, step: 1, page: [], mention: ['on-call'], breach: false, nextPageInMs: minutes(3) },
      { ...common, step: 2, page: ['on-call'], mention: [], breach: true, nextPageInMs: minutes(5) },
      { ...common, step: 3, page: ['second-level'], mention: [], breach: false, nextPageInMs: minutes(5) },
      { ...common, step: 4, page: ['team-lead'], mention: [], breach: false, nextPageInMs: minutes(10) },
    ]);
  });

  it('says once that the response time is over, and not with every repetition', () => {
    const story = begin('p1');

    wait(story, hour);

    expect(of(story.entries, 'ladder').flatMap(({ step, breach }) => (breach ? [step] : []))).toEqual([2]);
  });

  it('asks the pager for nothing with a step that only mentions', () => {
    const story = begin('p2');
    wait(story, minutes(5) - 1);
    const before = story.effects.length;

    wait(story, 1);

    expect(story.effects.slice(before).map(({ what }) => what)).toMatchObject([
      saying('ladder', { level: 'on-call' }),
      ...redrawn,
    ]);
  });

  it('names everybody it mentioned where steps come together', () => {
    const story = begin('p3');

    sleepThrough(story, hour);

    expect(paidFor(story, 'page').at(-1)?.outcome).toBe('mentioned on-call, team-lead');
  });

  it('counts the next page from now when it is late itself', () => {
    const story = begin('p1');

    sleepThrough(story, minutes(4));

    expect(of(story.entries, 'ladder')[1]).toMatchObject({ nextPageInMs: minutes(1), lateMs: minutes(2), missed: 0 });
  });

  it('promises no page where the severity never pages', () => {
    const story = begin('p3');

    expect(of(story.entries, 'ladder')[0]).not.toHaveProperty('nextPageInMs');
  });

  it('pages, then says so to those who are paged, then draws the card again', () => {
    const story = begin('p1');

    expect(story.effects.map(({ what }) => what).slice(5)).toMatchObject([
      { kind: 'page', page: 'inc:1.0' },
      saying('ladder', { level: 'on-call' }),
      ...redrawn,
    ]);
  });

  it('leaves out who is paged where steps come together that mention them', () => {
    const story = begin('p2');

    sleepThrough(story, minutes(16));

    expect(of(story.entries, 'ladder')[1]).toMatchObject({
      page: ['on-call'],
      mention: ['team-lead'],
      breach: true,
      missed: 2,
      lateMs: minutes(11),
    });
    expect(paidFor(story, 'page').at(-1)?.outcome).toBe('paged on-call; mentioned team-lead');
  });

  it('keeps what each step did, and how late it was', () => {
    const story = begin('p1');
    wait(story, minutes(2));

    sleepThrough(story, minutes(14));

    expect(paidFor(story, 'page')).toEqual([
      { key: 'page:1.0', outcome: 'paged on-call', lateMs: 0 },
      { key: 'page:1.1', outcome: 'mentioned on-call', lateMs: 0 },
      ...[11, 6, 1].map((late, n) => ({
        key: `page:1.${n + 2}`,
        outcome: 'paged on-call, second-level, team-lead',
        lateMs: minutes(late),
      })),
    ]);
  });

  it('opens no page with a step that only mentions', () => {
    const story = begin('p2');

    wait(story, minutes(9));

    expect(story.incident.pages).toEqual([]);
    expect(story.incident.ladder).toEqual({ run: 1, startedAt: start, next: 2 });
  });

  it('reaches as high as it paged, and never comes down again', () => {
    const story = begin('p1');
    wait(story, minutes(1));
    expect(story.incident.ladder.reached).toBe('on-call');
    give(story, { kind: 'escalate' });
    give(story, { kind: 'escalate' });

    wait(story, minutes(9));

    expect(story.incident.ladder.reached).toBe('team-lead');
  });

  it('takes the repetition at its very instant, and not a moment before', () => {
    const story = begin('p1');
    wait(story, minutes(25) - 1);
    const before = story.incident.ladder.next;

    wait(story, 1);

    expect([before, story.incident.ladder.next]).toEqual([5, 6]);
  });
});

describe('the next page after a step', () => {
  const mention = { page: [], mention: ['on-call' as const], breach: false };
  const page = { page: ['on-call' as const], mention: [], breach: false };
  const ladderOf = (steps: Ladder['steps'], repeated: Pick<Ladder['repeat'], 'page' | 'mention'>): Ladder => ({
    steps,
    repeat: { every: 10, ...repeated },
  });

  it.each([
    [
      'the step after it',
      ladderOf(
        [
          { at: 0, ...mention },
          { at: 3, ...page },
        ],
        mention,
      ),
      0,
      3,
    ],
    [
      'a later step',
      ladderOf(
        [
          { at: 0, ...mention },
          { at: 3, ...mention },
          { at: 5, ...page },
        ],
        mention,
      ),
      0,
      5,
    ],
    [
      'the repetition',
      ladderOf(
        [
          { at: 0, ...page },
          { at: 3, ...mention },
        ],
        page,
      ),
      0,
      13,
    ],
    [
      'the next repetition',
      ladderOf(
        [
          { at: 0, ...page },
          { at: 3, ...page },
        ],
        page,
      ),
      4,
      43,
    ],
    [
      'none',
      ladderOf(
        [
          { at: 0, ...page },
          { at: 3, ...mention },
        ],
        mention,
      ),
      0,
      undefined,
    ],
    ['none, for ever', ladderOf([{ at: 0, ...page }], mention), 7, undefined],
  ])('is %s', (_name, ladder, step, at) => {
    expect(nextPageAfter(ladder, step)).toBe(at);
  });
});

describe('a reminder', () => {
  it('says which occurrence it is, of how many, and that the last one is overdue', () => {
    const story = begin('p1');
    give(story, { kind: 'acknowledge' });

    wait(story, hour);

    const resolution = of(story.entries, 'reminder').filter(({ duty }) => duty === 'resolution');
    const common = { kind: 'reminder', duty: 'resolution', of: 3, lateMs: 0, missed: 0 };
    expect(resolution).toEqual([
      { ...common, occurrence: 0, dueAt: start + minutes(30), overdue: false },
      { ...common, occurrence: 1, dueAt: start + minutes(48), overdue: false },
      { ...common, occurrence: 2, dueAt: start + hour, overdue: true },
    ]);
  });

  it('has no number of occurrences where it comes for ever', () => {
    const story = begin('p1');
    give(story, { kind: 'acknowledge' });

    wait(story, minutes(30));

    const update = of(story.entries, 'reminder').find(({ duty }) => duty === 'update');
    expect(update).toStrictEqual({
      kind: 'reminder',
      duty: 'update',
      occurrence: 0,
      dueAt: start + minutes(30),
      overdue: true,
      lateMs: 0,
      missed: 0,
    });
  });

  it('that was missed speaks for the earlier ones, and is paid once', () => {
    const story = begin('p1');
    give(story, { kind: 'acknowledge' });
    give(story, { kind: 'lead' });
    give(story, { kind: 'resolve' });

    sleepThrough(story, 20 * hour);

    const report = of(story.entries, 'reminder').filter(({ duty }) => duty === 'report');
    expect(report).toEqual([
      {
        kind: 'reminder',
        duty: 'report',
        occurrence: 1,
        dueAt: start + 12 * hour,
        overdue: false,
        lateMs: 8 * hour,
        missed: 1,
      },
    ]);
    expect(paidFor(story, 'report')).toEqual([{ key: 'report:1.0', outcome: 'reminded', lateMs: 8 * hour }]);
  });

  it('of the lead comes again after an acknowledgement was taken back and given anew', () => {
    const story = begin('p1');
    give(story, { kind: 'acknowledge' });
    wait(story, minutes(2));
    give(story, { kind: 'unack' });

    give(story, { kind: 'acknowledge' }, { by: ben });
    wait(story, minutes(2));

    expect(paidFor(story, 'lead').map(({ key }) => key)).toEqual(['lead:1.0', 'lead:2.0']);
  });

  it('of the update counts from the reopening, under a key of its own', () => {
    const story = begin('p1');
    give(story, { kind: 'acknowledge' });
    wait(story, minutes(31));
    give(story, { kind: 'resolve' });
    wait(story, minutes(9));

    give(story, { kind: 'reopen', reason: 'it is back' });
    wait(story, minutes(30));

    expect(story.paid.filter(({ what }) => what.key.startsWith('update:'))).toEqual([
      { at: 30, what: { key: 'update:1.0', outcome: 'reminded', lateMs: 0 } },
      { at: 70, what: { key: 'update:2.0', outcome: 'reminded', lateMs: 0 } },
    ]);
  });

  it.each([
    ['at that very moment', minutes(30), ['30', '48', '60']],
    ['before', minutes(31), ['48', '60']],
    ['all before, but for the last', 3 * hour, ['180']],
  ])('of the target is not said of what passed under another severity: %s', (_name, at, said) => {
    const story = begin('p3');
    give(story, { kind: 'acknowledge' });
    wait(story, at);

    give(story, { kind: 'severity', severity: 'p1' });
    wait(story, hour);

    const resolution = story.entries.filter(({ what }) => what.kind === 'reminder' && what.duty === 'resolution');
    expect(resolution.map((one) => `${one.at}`)).toEqual(said);
  });

  it('of the ticket goes on after the resolve, and ends with a false alarm', () => {
    const resolved = begin('p3');
    give(resolved, { kind: 'resolve' });
    const cancelled = begin('p3');
    give(cancelled, { kind: 'cancel' });
    for (const story of [resolved, cancelled]) wait(story, 2 * day);

    const keys = [resolved, cancelled].map((story) => paidFor(story, 'ticket').map(({ key }) => key));
    expect(keys).toEqual([['ticket:1.0', 'ticket:1.1', 'ticket:1.2'], ['ticket:1.0']]);
  });
});

describe('a page without confirmation', () => {
  it('is paid when the second route is taken, and marks no page that is confirmed', () => {
    const story = begin('p1');
    give(story, { kind: 'escalate' });
    hear(story, { kind: 'page-confirmed', page: 'inc:1.0' });

    wait(story, minutes(0.5));

    expect(paidFor(story, 'confirm')).toEqual([{ key: 'confirm:inc:e1', outcome: 'took the second route', lateMs: 0 }]);
    expect(story.incident.pages.map(({ rerouted }) => rerouted)).toEqual([false, true]);
    expect(story.effects.slice(-3).map(({ what }) => what)).toMatchObject([
      saying('page-unconfirmed', { fallback: true }),
      ...redrawn,
    ]);
  });
});

it('says in the thread that it lives there, where no channel came in time', () => {
  const story = begin('p1');
  hear(story, { kind: 'announced', channel: 'C0OPS', ts: '1.1' });
  wait(story, minutes(1) - 1);
  const before = story.effects.length;

  wait(story, 1);

  expect(story.effects.slice(before).map(({ what }) => what)).toMatchObject([saying('channel-late'), ...redrawn]);
});

it('answers that there was nothing to do when nothing is due', () => {
  const { incident } = begin('p1');

  const decision = decide(incident, { command: { kind: 'duties-due' }, actor: 'responder' }, { now: start, policy });

  expect(decision).toMatchObject({ ok: true, entries: [], effects: [], paid: [] });
});
