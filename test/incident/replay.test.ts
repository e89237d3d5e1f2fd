/** A timeline played again makes the incident that made it, and the duties it owed. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dutiesFor } from '../../src/incident/clocks.ts';
import type { Entry, EntryKind } from '../../src/incident/entry.ts';
import { type Kept, lasting, type Proof, prove } from '../../src/incident/proof.ts';
import { type Replayed, replay } from '../../src/incident/replay.ts';
import { life, play } from './random-life.ts';
import { ana, begin, ben, dana, give, hear, minute, minutes, policy, type Story, sleepThrough, wait } from './story.ts';

const again = ({ timeline }: Story): Replayed => replay({ id: 'inc', number: 12, timeline }, policy);

function proofOf(story: Story): Proof {
  const replayed = again(story);
  if (!replayed.ok) return { faults: [replayed.why], missed: [], late: [] };
  return prove(replayed, [...story.duties.values()], { now: story.now, policy });
}

/** A P1 that runs for an hour, acknowledged after three minutes. */
function lived(): Story {
  const story = begin('p1');
  wait(story, minutes(3));
  give(story, { kind: 'acknowledge' }, { by: ben });
  wait(story, minutes(57));
  return story;
}

function change(story: Story, key: string, to: Partial<Kept> | undefined): void {
  const row = story.duties.get(key);
  if (!row) throw new Error(`there is no duty ${key}`);
  story.duties.delete(key);
  if (to) story.duties.set(key, { ...row, ...to });
}

describe('any life', () => {
  it('is re-derived without a fault, whether its duties were met in time or late', () => {
    fc.assert(
      fc.property(life, fc.boolean(), ([severity, happenings], sleepy) => {
        const story = begin(severity);
        for (const each of happenings)
          if (each.kind === 'wait' && sleepy) sleepThrough(story, each.ms);
          else play(story, each);

        expect(proofOf(story).faults).toEqual([]);
        expect(sleepy ? [] : proofOf(story).late).toEqual([]);
      }),
      { numRuns: fc.readConfigureGlobal().numRuns ?? 300 },
    );
  });

  it('is re-derived to the same state, as far as a clock depends on it', () => {
    fc.assert(
      fc.property(life, ([severity, happenings]) => {
        const story = begin(severity);
        for (const each of happenings) play(story, each);

        const replayed = again(story);

        expect(replayed).toMatchObject({ ok: true });
        expect(replayed.ok && dutiesFor(replayed.incident, policy)).toEqual(dutiesFor(story.incident, policy));
      }),
    );
  });

  it('loses none of its duties unnoticed, whichever row is taken away', () => {
    fc.assert(
      fc.property(life, fc.nat(), ([severity, happenings], nth) => {
        const story = begin(severity);
        for (const each of happenings) play(story, each);
        const key = [...story.duties.keys()][nth % story.duties.size] ?? '';
        story.duties.delete(key);

        expect(proofOf(story).faults).toEqual([`duty ${key} is missing`]);
      }),
    );
  });
});

describe('duties that are not as the timeline makes them', () => {
  it.each<[string, string, Partial<Kept> | undefined, string]>([
    ['an owed one is gone', 'update:3.0', undefined, 'duty update:3.0 is missing'],
    ['a paid one is gone', 'page:1.1', undefined, 'duty page:1.1 is missing'],
    ['a cancelled one is gone', 'page:1.4', undefined, 'duty page:1.4 is missing'],
    [
      'an owed one was cancelled',
      'update:3.0',
      { state: 'cancelled' },
      'duty update:3.0 is cancelled by its row, and owed by the timeline',
    ],
    [
      'a paid one was never done',
      'page:1.0',
      { state: 'owed' },
      'duty page:1.0 is owed by its row, and paid by the timeline',
    ],
  ])('%s', (_, key, to, sentence) => {
    const story = lived();
    give(story, { kind: 'update', text: 'still looking' });
    give(story, { kind: 'update', text: 'found it' });

    change(story, key, to);

    expect(proofOf(story).faults).toEqual([sentence]);
  });

  it('one is due ten minutes later than it should be', () => {
    const story = lived();
    const { dueAt = 0 } = story.duties.get('update:1.2') ?? {};

    change(story, 'update:1.2', { dueAt: dueAt + minutes(10) });

    expect(proofOf(story).faults).toEqual(['duty update:1.2 is due 10 min later by its row than by the timeline']);
  });

  it('one fired at another time than the timeline says', () => {
    const story = lived();
    const { firedAt } = story.duties.get('page:1.1') ?? {};

    change(story, 'page:1.1', { firedAt: (firedAt ?? 0) - 40_000 });

    expect(proofOf(story).faults).toEqual(['duty page:1.1 fired 40 s earlier by its row than by the timeline']);
  });

  it('one was due at another time than the timeline says', () => {
    const story = lived();
    const { dueAt = 0 } = story.duties.get('page:1.1') ?? {};

    change(story, 'page:1.1', { dueAt: dueAt + minutes(3) });

    expect(proofOf(story).faults).toEqual(['duty page:1.1 was due 3 min later by its row than by the timeline']);
  });

  it('one is a whole second apart, which is the same time', () => {
    const story = lived();
    const { dueAt = 0 } = story.duties.get('update:1.2') ?? {};

    change(story, 'update:1.2', { dueAt: dueAt + 1_000 });

    expect(proofOf(story).faults).toEqual([]);
  });

  it('one is there that nothing owes', () => {
    const story = lived();

    story.duties.set('page:9.9', { key: 'page:9.9', dueAt: story.now, state: 'paid', firedAt: story.now });

    expect(proofOf(story).faults).toEqual(['duty page:9.9 was never owed, and has a row']);
  });

  it('one is due for longer than half a minute, and was not done', () => {
    const story = lived();
    story.now += 30 * minute + 30_000;
    expect(proofOf(story)).toEqual({ faults: [], missed: [], late: [] });

    story.now += minutes(3);

    expect(proofOf(story)).toEqual({
      faults: [],
      missed: ['duty update:1.2 has been due for 4 min, and was not done'],
      late: [],
    });
  });

  it('those that fired late are no fault, and are said', () => {
    const story = begin('p1');
    sleepThrough(story, minutes(4));

    expect(proofOf(story)).toEqual({
      faults: [],
      missed: [],
      late: [
        'duty page:1.1 fired 2 min late',
        'duty confirm:inc:1.0 fired 4 min late',
        'duty channel:1 fired 3 min late',
      ],
    });
  });
});

it('what is done after half a minute exactly is not late', () => {
  const story = begin('p1');
  wait(story, minutes(2) - 1);

  sleepThrough(story, 30_001);

  expect(story.paid.at(-1)?.what).toMatchObject({ key: 'page:1.1', lateMs: 30_000 });
  expect(proofOf(story).late).toEqual([]);
});

it.each([
  [119_000, '119 s'],
  [120_000, '2 min'],
  [7_199_000, '120 min'],
  [7_200_000, '2 h'],
  [10_800_000, '3 h'],
])('%d ms last %s', (ms, words) => {
  expect(lasting(ms)).toBe(words);
});

it('what a command made overdue by itself is not late', () => {
  const story = begin('p2');
  wait(story, minutes(40));

  give(story, { kind: 'severity', severity: 'p1' });

  expect(story.entries.at(-1)?.what).toMatchObject({ kind: 'reminder', duty: 'update', lateMs: minutes(10) });
  expect(proofOf(story)).toEqual({ faults: [], missed: [], late: [] });
});

describe('a timeline that does not follow from itself', () => {
  const told = (...entries: Entry[]): Story => {
    const story = begin('p1');
    for (const body of entries)
      story.timeline.push({ seq: story.timeline.length + 1, at: story.now, actor: ana, body });
    return story;
  };

  it('is empty', () => {
    expect(replay({ id: 'inc', number: 12, timeline: [] }, policy)).toMatchObject({
      is: 'contrary',
      why: 'the timeline is empty',
    });
  });

  it('does not begin with a declaration', () => {
    const story = begin('p1');
    story.timeline.shift();

    expect(again(story)).toMatchObject({ ok: false, is: 'contrary', why: 'row 2 ("ladder") is no declaration' });
  });

  it('lacks the page that the declaration made due', () => {
    const story = begin('p1');
    story.timeline.pop();

    expect(again(story)).toMatchObject({ is: 'contrary', seq: 2, why: '"ladder" is missing at the end' });
  });

  it('has an acknowledgement where the page should stand', () => {
    const story = begin('p1');
    give(story, { kind: 'acknowledge' });
    story.timeline.splice(1, 1);

    expect(again(story)).toMatchObject({
      is: 'contrary',
      seq: 3,
      why: 'row 3 ("acknowledged") stands where the rows before it make it "ladder"',
    });
  });

  it('has a second acknowledgement at the pager, though no page was left to be acknowledged', () => {
    const acknowledged: Entry = { kind: 'acknowledged', by: dana, via: 'pager', afterMs: 0 };

    expect(again(told(acknowledged, { kind: 'joined', by: ben, via: 'pager' }))).toMatchObject({
      is: 'contrary',
      why: 'row 4 ("joined") stands where the rows before it make it nothing',
    });
  });

  /** With the first row of a kind as somebody else wrote it. */
  function forged(story: Story, kind: EntryKind, more: Record<string, unknown>): number {
    const row = story.timeline.find(({ body }) => body.kind === kind);
    if (!row) throw new Error(`there is no ${kind}`);
    const body: Entry = JSON.parse(JSON.stringify({ ...row.body, ...more }));
    story.timeline = story.timeline.map((one) => (one === row ? { ...row, body } : one));
    return row.seq;
  }

  it.each<EntryKind>(['ladder', 'reminder', 'page-unconfirmed', 'channel-late', 'done-directly'])(
    'has a %s with something in it that does not follow',
    (kind) => {
      const story = begin('p1');
      hear(story, { kind: 'done-directly' });
      wait(story, minutes(30));

      const seq = forged(story, kind, { more: true });

      expect(again(story)).toMatchObject({ ok: false, is: 'contrary', seq });
    },
  );

  it.each<[string, Record<string, unknown>]>([
    ['words for a list', { mention: '' }],
    ['a list for a number', { lateMs: [] }],
    ['nothing for a list', { mention: null }],
  ])('has a page with %s', (_, more) => {
    const story = begin('p1');

    const seq = forged(story, 'ladder', more);

    expect(again(story)).toMatchObject({ ok: false, is: 'contrary', seq });
  });

  it('has a page at another time than the declaration that made it due', () => {
    const story = begin('p1');
    story.timeline = story.timeline.map((row) => (row.seq === 2 ? { ...row, at: row.at + 1 } : row));

    expect(again(story)).toMatchObject({ ok: false, is: 'contrary', seq: 2 });
  });

  it('says that a page was late by less than it was', () => {
    const story = begin('p1');
    sleepThrough(story, minutes(4));
    story.timeline = story.timeline.map((row) =>
      row.body.kind === 'ladder' && row.body.lateMs > 0 ? { ...row, body: { ...row.body, lateMs: 0 } } : row,
    );

    expect(again(story)).toMatchObject({ ok: false, is: 'contrary', seq: 3 });
  });

  it('has something that could not have been done then', () => {
    expect(again(told({ kind: 'unacknowledged', by: ana }))).toMatchObject({
      is: 'contrary',
      why: 'row 3 ("unacknowledged") cannot have happened after the rows before it',
    });
  });

  it('speaks of something that only a newer release knows: that is unknown, and not wrong', () => {
    const story = begin('p1');
    const newer: Entry = JSON.parse('{"kind": "handed-over"}');
    story.timeline.push({ seq: 3, at: story.now, actor: ana, body: newer });

    expect(again(story)).toMatchObject({
      is: 'unknown',
      seq: 3,
      why: 'row 3 says "handed-over", which this release does not know',
    });
  });
});

it('news without a reason is still news, and no duty that fell due', () => {
  const story = begin('p1');
  hear(story, { kind: 'page-failed', page: 'inc:1.0', why: '' });
  hear(story, { kind: 'channel-impossible', why: '' });

  expect(story.duties.get('confirm:inc:1.0')?.state).toBe('cancelled');
  expect(story.duties.get('channel:1')?.state).toBe('cancelled');
  expect(proofOf(story).faults).toEqual([]);
});

it('the second acknowledgement of the same person is told too: it ends the wait for that page', () => {
  const story = begin('p1');
  hear(story, { kind: 'acknowledged-at-pager', page: 'inc:1.0', by: dana });
  give(story, { kind: 'escalate' });

  hear(story, { kind: 'acknowledged-at-pager', page: 'inc:e1', by: dana });

  expect(story.timeline.at(-1)?.body).toEqual({ kind: 'joined', by: dana, via: 'pager' });
  expect(story.duties.get('confirm:inc:e1')?.state).toBe('cancelled');
  expect(proofOf(story).faults).toEqual([]);
});
