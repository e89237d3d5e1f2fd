/** What is owed, when, and whom it asks: the list that timers and `/incident duties` go by. */
import { describe, expect, it } from '@jest/globals';
import { chores } from '../../src/incident/aftermath.ts';
import { dutiesFor } from '../../src/incident/clocks.ts';
import { begin, ben, give, hear, hour, minutes, policy, type Story, start, wait } from './story.ts';

it('lists all that is owed, the soonest first, with whom it asks', () => {
  const story = begin('p2');
  wait(story, minutes(10));
  give(story, { kind: 'acknowledge' }, { by: ben });
  story.incident = { ...story.incident, home: { kind: 'none' }, channelLate: false };

  const duties = dutiesFor(story.incident, policy);

  const who = [{ person: ben }];
  expect(duties).toEqual([
    { kind: 'channel', key: 'channel:1', dueAt: start + minutes(1), page: [], who: [] },
    { kind: 'lead', key: 'lead:1.0', dueAt: start + minutes(20), page: [], who: [...who, { level: 'on-call' }] },
    { kind: 'update', key: 'update:1.0', dueAt: start + hour, page: [], who },
    { kind: 'resolution', key: 'resolution:p2.0', dueAt: start + 2 * hour, page: [], who },
  ]);
});

describe('the ladder', () => {
  it('lists its steps that are still to come and the first repetition, with whom each asks', () => {
    const story = begin('p1');
    wait(story, minutes(6));

    const steps = dutiesFor(story.incident, policy).filter(({ kind }) => kind === 'page');

    expect(steps).toEqual([
      { kind: 'page', key: 'page:1.3', dueAt: start + minutes(10), page: ['second-level'], who: [] },
      { kind: 'page', key: 'page:1.4', dueAt: start + minutes(15), page: ['team-lead'], who: [] },
      { kind: 'page', key: 'page:1.5', dueAt: start + minutes(25), page: ['team-lead', 'second-level'], who: [] },
    ]);
    wait(story, minutes(34));
    expect(dutiesFor(story.incident, policy).filter(({ kind }) => kind === 'page')).toMatchObject([
      { key: 'page:1.7', dueAt: start + minutes(45) },
    ]);
  });

  it('lists whom a step mentions', () => {
    const story = begin('p3');

    expect(dutiesFor(story.incident, policy).find(({ key }) => key === 'page:1.1')).toMatchObject({
      page: [],
      who: [{ level: 'on-call' }],
    });
  });
});

it('lets every clock run on when it is mitigated', () => {
  const story = begin('p1');
  const before = dutiesFor(story.incident, policy);

  give(story, { kind: 'mitigate' });

  expect(dutiesFor(story.incident, policy)).toEqual(before);
});

it('owes nothing of the aftermath while it runs again', () => {
  const story = begin('p1');
  give(story, { kind: 'resolve' });
  give(story, { kind: 'reopen', reason: 'it is back' });

  const kinds = dutiesFor(story.incident, policy).map(({ kind }) => kind);

  expect(kinds.filter((kind) => chores.some((chore) => chore === kind))).toEqual([]);
});

describe('how far a reminder has come', () => {
  it('is kept of the run it belongs to: earlier ones do not come back', () => {
    const story = begin('p1');
    give(story, { kind: 'acknowledge' });
    wait(story, minutes(30));
    give(story, { kind: 'update', text: 'looking' });
    wait(story, minutes(30));

    expect(story.incident.progress.update).toEqual({ run: '2', fired: 1 });
    expect(story.incident.progress.resolution).toEqual({ run: 'p1', fired: 3 });
  });

  it('is kept of every severity that had its marks, for it may come back', () => {
    const story = begin('p1');
    wait(story, minutes(30));
    give(story, { kind: 'severity', severity: 'p2' });
    wait(story, 2 * hour);

    expect(story.incident.progress.resolution).toEqual({ run: 'p2', fired: 1, earlier: { p1: 1 } });
  });
});

describe('a reminder', () => {
  it('counts from the last update where that is later than the reopening', () => {
    const story = begin('p1');
    give(story, { kind: 'acknowledge' });
    give(story, { kind: 'resolve' });
    give(story, { kind: 'reopen', reason: 'it is back' });
    wait(story, minutes(10));

    give(story, { kind: 'update', text: 'looking' });

    expect(dutiesFor(story.incident, policy).find(({ kind }) => kind === 'update')).toMatchObject({
      dueAt: start + minutes(40),
    });
  });

  it('goes to the lead, else to who acknowledged, else to the on-call', () => {
    const story = begin('p1');
    const who = () => dutiesFor(story.incident, policy).find(({ kind }) => kind === 'update')?.who;

    const before = who();
    give(story, { kind: 'acknowledge' }, { by: ben });
    const acknowledged = who();
    give(story, { kind: 'lead' });

    expect([before, acknowledged, who()]).toEqual([
      [{ level: 'on-call' }],
      [{ person: ben }],
      [{ person: story.incident.lead }],
    ]);
  });
});

const owedOf = ({ incident }: Story, kind: 'confirm' | 'channel') =>
  dutiesFor(incident, policy).filter((duty) => duty.kind === kind);

it('waits for a page to be confirmed while it is requested or taken, and no longer', () => {
  const story = begin('p1');
  const duty = { kind: 'confirm', key: 'confirm:inc:1.0', dueAt: start + 30_000, page: [], who: [{ fallback: true }] };

  expect(owedOf(story, 'confirm')).toEqual([duty]);
  hear(story, { kind: 'page-accepted', page: 'inc:1.0', request: 'r1' });
  expect(owedOf(story, 'confirm')).toEqual([duty]);
  hear(story, { kind: 'page-confirmed', page: 'inc:1.0' });
  expect(owedOf(story, 'confirm')).toEqual([]);
});

it('waits a minute for the channel, until it stands, cannot be, or is needed no more', () => {
  const [opened, impossible, over] = [begin('p1'), begin('p1'), begin('p1')];
  expect(owedOf(opened, 'channel')).toMatchObject([{ key: 'channel:1', dueAt: start + minutes(1) }]);

  hear(opened, { kind: 'channel-opened', channel: 'C0INC', name: 'inc-12' });
  hear(impossible, { kind: 'channel-impossible', why: 'restricted' });
  give(over, { kind: 'cancel' });

  expect([opened, impossible, over].map((story) => owedOf(story, 'channel'))).toEqual([[], [], []]);
});
