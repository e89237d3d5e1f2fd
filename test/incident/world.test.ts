/** What comes back from the world: where the incident lives now, what a look has found, what could not be sent. */
import { describe, expect, it } from '@jest/globals';
import { chores } from '../../src/incident/aftermath.ts';
import { dutiesFor } from '../../src/incident/clocks.ts';
import {
  ana,
  begin,
  ben,
  dana,
  give,
  hear,
  minutes,
  type Order,
  policy,
  redrawn,
  type Story,
  saying,
  wait,
} from './story.ts';

const topic = { kind: 'topic' };
const [card, announcement] = redrawn;
const announced = { kind: 'announced' as const, channel: 'C0OPS', ts: '1.1' };
const opened = { kind: 'channel-opened' as const, channel: 'C0INC', name: 'inc-12' };

describe('where the incident lives', () => {
  it('draws card and announcement again once it is announced, and waits for its channel', () => {
    const story = begin('p1');

    const decision = hear(story, announced);

    expect(decision).toMatchObject({ entries: [{ kind: 'announced' }], effects: redrawn });
    expect(story.incident).toMatchObject({ home: { kind: 'none' }, announcement: { channel: 'C0OPS', ts: '1.1' } });
  });

  it('sets the topic and links the announcement when its channel opens, and tells the pager of every open alert', () => {
    const story = begin('p1');
    wait(story, minutes(5));

    const decision = hear(story, opened);

    expect(story.incident.home).toEqual({ kind: 'channel', channel: 'C0INC', name: 'inc-12' });
    expect(decision).toMatchObject({
      entries: [{ kind: 'channel-opened', channel: 'C0INC', name: 'inc-12' }],
      effects: [topic, announcement, { kind: 'note-page', page: 'inc:1.0' }, { kind: 'note-page', page: 'inc:1.2' }],
    });
  });

  it('does not write to the pager about alerts that are closed', () => {
    const story = begin('p1');
    give(story, { kind: 'resolve' });

    const decision = hear(story, opened);

    expect(decision).toMatchObject({ effects: [topic, announcement] });
  });

  it('says why there is no channel, and waits for the announcement to live below it', () => {
    const story = begin('p1');

    const decision = hear(story, { kind: 'channel-impossible', why: 'restricted_action' });

    expect(decision).toMatchObject({
      next: { channelLate: true, channelImpossible: true, home: { kind: 'none' } },
      entries: [{ kind: 'channel-late', why: 'restricted_action' }],
      effects: [saying('channel-late')],
    });
  });

  it('lives in the thread at once when the channel is impossible and the announcement stands', () => {
    const story = begin('p1');
    hear(story, announced);

    const decision = hear(story, { kind: 'channel-impossible', why: 'restricted_action' });

    expect(story.incident.home).toEqual({ kind: 'thread', channel: 'C0OPS', ts: '1.1' });
    expect(decision).toMatchObject({ effects: [saying('channel-late'), ...redrawn] });
  });

  it('stays in its channel when it is said afterwards that there can be none', () => {
    const story = begin('p1');
    hear(story, announced);
    hear(story, opened);

    hear(story, { kind: 'channel-impossible', why: 'too late' });

    expect(story.incident.home).toMatchObject({ kind: 'channel', channel: 'C0INC' });
  });

  it('says once that the channel is late, and looks no more', () => {
    const story = begin('p1');

    wait(story, minutes(3));

    const late = story.entries.filter(({ what }) => what.kind === 'channel-late');
    expect(late).toEqual([{ at: 1, what: { kind: 'channel-late', why: '' } }]);
    expect(story.paid).toContainEqual({ at: 1, what: { key: 'channel:1', outcome: 'moved to the thread', lateMs: 0 } });
  });

  it('keeps the card of its home, and draws it again at once', () => {
    const story = begin('p1');
    hear(story, opened);

    const decision = hear(story, { kind: 'card-posted', channel: 'C0INC', ts: '2.2' });

    expect(story.incident.home).toEqual({ kind: 'channel', channel: 'C0INC', name: 'inc-12', card: '2.2' });
    expect(decision).toMatchObject({ entries: [], effects: [{ kind: 'pin' }, card], reason: 'card posted' });
  });

  it('pins no card in a thread, which is no channel of its own', () => {
    const story = begin('p1');
    hear(story, announced);
    hear(story, { kind: 'channel-impossible', why: 'restricted_action' });

    const decision = hear(story, { kind: 'card-posted', channel: 'C0OPS', ts: '2.2' });

    expect(story.incident.home).toEqual({ kind: 'thread', channel: 'C0OPS', ts: '1.1', card: '2.2' });
    expect(decision).toMatchObject({ effects: [card] });
  });

  it.each([
    ['another channel than its own', true],
    ['a channel while it has no home', false],
  ])('takes no notice of a card in %s', (_name, isOpen) => {
    const story = begin('p1');
    if (isOpen) hear(story, opened);
    const { home } = story.incident;

    const decision = hear(story, { kind: 'card-posted', channel: 'C0OPS', ts: '2.2' });

    expect(story.incident.home).toEqual(home);
    expect(decision).toMatchObject({ ok: true, entries: [], effects: [] });
  });
});

describe('when its channel is lost', () => {
  const lost = { kind: 'channel-lost' as const, channel: 'C0INC', why: 'archived' };

  function living(): Story {
    const story = begin('p1');
    hear(story, announced);
    hear(story, opened);
    wait(story, minutes(1));
    return story;
  }

  it('gets another while it runs, in which it says so, with everybody who has a part in it', () => {
    const story = living();
    give(story, { kind: 'acknowledge' }, { by: ben });
    give(story, { kind: 'role', role: 'scribe', to: dana });

    const decision = hear(story, lost);

    expect(decision.ok && decision.effects).toMatchObject([
      { kind: 'open-channel' },
      { kind: 'invite', people: [ana, ben, dana], onCall: true },
      { kind: 'card' },
      saying('channel-lost'),
      announcement,
    ]);
    expect(decision).toMatchObject({
      entries: [lost],
      reason: 'archived',
      next: { home: { kind: 'none' }, channelLate: false, channelLost: { times: 1, at: story.now } },
    });
  });

  it('invites who declared it and who leads it where nobody has acknowledged it yet', () => {
    const story = living();
    give(story, { kind: 'lead', to: ben });

    const decision = hear(story, lost);

    expect(decision.ok && decision.effects).toContainEqual({ kind: 'invite', people: [ana, ben], onCall: true });
  });

  it('has as long for the next one as for the first, under a key of its own, however often it is lost', () => {
    const story = living();
    hear(story, lost);
    hear(story, opened);
    wait(story, minutes(1));

    hear(story, lost);

    const duty = dutiesFor(story.incident, policy).find(({ kind }) => kind === 'channel');
    expect(duty).toMatchObject({ key: 'channel:3', dueAt: story.now + policy.channelWithin });
  });

  it('lives in the announcement’s thread once it is resolved, and asks for no other channel', () => {
    const story = living();
    give(story, { kind: 'resolve' });

    const decision = hear(story, lost);

    expect(story.incident.home).toEqual({ kind: 'thread', channel: 'C0OPS', ts: '1.1' });
    expect(decision).toMatchObject({ effects: [{ kind: 'card' }, saying('channel-lost'), announcement] });
  });

  const closed = (story: Story) => {
    give(story, { kind: 'resolve' });
    for (const duty of chores) give(story, { kind: 'done', duty });
    give(story, { kind: 'close' });
  };

  it.each<[string, (story: Story) => unknown, string]>([
    ['it is closed', closed, 'C0INC'],
    ['it was a false alarm', (story) => give(story, { kind: 'cancel' }), 'C0INC'],
    ['it lives in another one', () => undefined, 'C0OLD'],
    ['it lives in a thread there', (story) => [give(story, { kind: 'resolve' }), hear(story, lost)], 'C0OPS'],
  ])('takes no notice where %s', (_name, happen, channel) => {
    const story = living();
    happen(story);
    const { home } = story.incident;

    const decision = hear(story, { ...lost, channel });

    expect(story.incident.home).toEqual(home);
    expect(decision).toMatchObject({ entries: [], effects: [], reason: 'not its channel any more' });
  });
});

describe('a report', () => {
  const ready = { kind: 'report-ready' as const, report: 'r1', verdict: 'suspect' as const };
  const below = { kind: 'post', thread: true };

  it('by every playbook is about no issue type', () => {
    const decision = hear(begin('p1'), ready);

    expect(decision.ok && decision.entries).toStrictEqual([{ kind: 'report', report: 'r1', verdict: 'suspect' }]);
    expect(decision).toMatchObject({ effects: [below] });
  });

  it('says that it is the first, while something is still looked at', () => {
    const decision = hear(begin('p1'), { ...ready, isFirst: true });

    expect(decision).toMatchObject({ entries: [{ kind: 'report', isFirst: true }] });
  });

  it('that is known already is drawn into its message, and its evidence is put beside it', () => {
    const decision = hear(begin('p1'), { ...ready, isKnown: true, hasEvidence: true });

    expect(decision).toMatchObject({
      effects: [below, { kind: 'redraw-report', report: 'r1' }, { kind: 'attach', report: 'r1' }],
    });
  });

  it('says on its message, and nowhere else, that its evidence could not be put beside it', () => {
    const decision = hear(begin('p1'), { kind: 'not-attached', report: 'r1', why: 'too large' });

    expect(decision).toMatchObject({
      entries: [],
      effects: [{ kind: 'redraw-report', report: 'r1', note: 'too large' }],
      reason: 'too large',
    });
  });
});

it.each([
  [
    { kind: 'report-ready' as const, report: 'r1', issueType: 'high-memory', verdict: 'unknown' as const },
    { kind: 'report', report: 'r1', issueType: 'high-memory', verdict: 'unknown' },
  ],
  [
    { kind: 'no-playbook' as const, issueType: 'high-memory' },
    { kind: 'manual-steps', issueType: 'high-memory' },
  ],
  [
    { kind: 'undeliverable' as const, what: 'the topic', why: 'not allowed' },
    { kind: 'undeliverable', what: 'the topic', why: 'not allowed' },
  ],
])('says %j below the card, and pings nobody', (news, entry) => {
  const story = begin('p1');

  const decision = hear(story, news);

  expect(decision).toMatchObject({ entries: [entry], effects: [{ kind: 'post', entry, pings: [], thread: true }] });
});

const elsewhereOf = (news: Order): Order =>
  'page' in news && typeof news.page === 'string' && news.kind !== 'done-directly'
    ? { ...news, page: 'another:1.0' }
    : news;

it.each<Order>([
  { kind: 'duties-due' },
  announced,
  opened,
  { kind: 'channel-impossible', why: 'restricted_action' },
  { kind: 'card-posted', channel: 'C0INC', ts: '2.2' },
  { kind: 'page-accepted', page: 'inc:1.0' },
  { kind: 'page-confirmed', page: 'inc:1.0' },
  { kind: 'page-failed', page: 'inc:1.0', why: 'no key' },
  { kind: 'acknowledged-at-pager', page: 'inc:1.0', by: dana },
  { kind: 'undeliverable', what: 'the topic', why: 'not allowed' },
])('gives a reason for what it changes, at first and when it is said again: %j', (news) => {
  const story = begin('p1');

  const decisions = [hear(story, news), hear(story, news)];
  const elsewhere = hear(begin('p1'), elsewhereOf(news));

  for (const decision of [...decisions, elsewhere]) expect(decision.ok && decision.reason).toMatch(/./);
});
