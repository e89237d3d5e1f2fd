/** What comes back from the world: where the incident lives now, what a look has found, what could not be sent. */
import { describe, expect, it } from '@jest/globals';
import { begin, dana, give, hear, minutes, type Order, redrawn, saying, wait } from './story.ts';

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
      next: { channelLate: true, home: { kind: 'none' } },
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
