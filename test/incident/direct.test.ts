/** A declaration without the database: whom it pages, and how what was done for it joins the incident. */
import { describe, expect, it } from '@jest/globals';
import { beginDirect } from '../../src/incident/direct.ts';
import type { Page } from '../../src/incident/incident.ts';
import type { Severity } from '../../src/incident/policy.ts';
import { ana, begin, ben, dana, give, hear, minutes, policy, redrawn, saying, start, told, wait } from './story.ts';

const announcement = { channel: 'C0OPS', ts: '7.7' };
const page = (more: Partial<Page> = {}): Page => ({
  key: 'inc:1.0',
  levels: ['on-call'],
  at: start,
  state: 'confirmed',
  rerouted: false,
  ...more,
});
const done = (more: { page?: Page; announcement?: typeof announcement; acknowledgedBy?: typeof dana } = {}) => ({
  kind: 'done-directly' as const,
  ...more,
});

describe('what is done directly', () => {
  it.each<[Severity, string | undefined, string[]]>([
    ['p1', 'inc:1.0', ['on-call']],
    ['p2', 'inc:1.2', ['on-call']],
    ['p3', undefined, ['team-lead']],
  ])('a %s pages under the key %s, and tells %s', (severity, key, tell) => {
    const command = { severity, title: 'checkout returns 502' };

    const direct = beginDirect({ id: 'inc', by: ana, at: start, command }, policy);

    expect(direct).toMatchObject({ id: 'inc', title: command.title, by: ana, at: start, recorded: false, tell });
    expect(direct.page?.key).toBe(key);
    expect(direct.page?.levels ?? ['on-call']).toEqual(['on-call']);
  });
});

describe('what was done directly', () => {
  it('is said once in the channel, with how late it was recorded', () => {
    const story = begin('p1');
    story.now += 73_000;

    hear(story, done({ page: page(), announcement }));

    const late = story.entries.filter(({ what }) => what.kind === 'done-directly');
    expect(late.map(({ what }) => what)).toMatchObject([{ announced: true, page: page(), lateMs: 73_000 }]);
    const posts = story.effects.filter(({ what }) => what.kind === 'post' && what.entry.kind === 'done-directly');
    expect(posts).toHaveLength(1);
  });

  it('says of what was not done that it was not', () => {
    const story = begin('p1');

    const decision = hear(story, done());

    expect(decision.ok && decision.entries).toStrictEqual([{ kind: 'done-directly', announced: false, lateMs: 0 }]);
    expect(decision).toMatchObject({
      effects: [saying('done-directly'), ...redrawn],
      reason: 'declared without the database',
    });
  });

  it('asks the pager for nothing where it knows already that the page arrived', () => {
    const story = begin('p1');

    const decision = hear(story, done({ page: page({ request: 'r1' }) }));

    expect(decision).toMatchObject({ effects: [saying('done-directly'), ...redrawn] });
  });

  it.each<[Severity, string]>([
    ['p1', 'inc:1.0'],
    ['p2', 'inc:1.2'],
  ])('leaves other pages of a %s as they are', (severity, key) => {
    const story = begin(severity);
    give(story, { kind: 'escalate' });

    hear(story, done({ page: page({ key }) }));

    const states = story.incident.pages.map((one) => [one.key, one.state]);
    expect(Object.fromEntries(states)).toEqual({ [key]: 'confirmed', 'inc:e1': 'requested' });
  });

  it('leaves an announcement that the incident has already as it is', () => {
    const story = begin('p1');
    hear(story, { kind: 'announced', channel: 'C0OPS', ts: '1.1' });

    hear(story, done({ announcement }));

    expect(story.incident.announcement).toEqual({ channel: 'C0OPS', ts: '1.1' });
  });

  it('gives the channel its time from when it was recorded, for none could be opened before', () => {
    const story = begin('p1');
    story.now += minutes(10);

    hear(story, done({ announcement }));

    expect(told(story, 'channel-late')).toEqual([]);
    wait(story, policy.channelWithin);
    expect(story.incident.home).toMatchObject({ kind: 'thread', ts: announcement.ts });
  });

  it('makes the announcement’s thread the home where it is known already that there is no channel', () => {
    const story = begin('p1');
    hear(story, { kind: 'channel-impossible', why: 'not allowed' });

    hear(story, done({ announcement }));

    expect(story.incident.home).toEqual({ kind: 'thread', ...announcement });
  });

  it.each<[string, Partial<Page>, Page['state'], string[]]>([
    ['confirmed', { state: 'confirmed' }, 'confirmed', []],
    ['taken', { state: 'accepted', request: 'r1' }, 'accepted', ['r1']],
    ['taken, by a pager that cannot be asked', { state: 'accepted' }, 'accepted', []],
    ['refused', { state: 'failed', why: 'no', rerouted: true }, 'failed', []],
  ])('shows a page that was %s as it is', (_, how, state, asked) => {
    const story = begin('p1');

    hear(story, done({ page: page(how) }));

    expect(story.incident.pages).toEqual([page(how)]);
    expect(story.incident.pages[0]?.state).toBe(state);
    const requests = story.effects.flatMap(({ what }) => (what.kind === 'confirm-page' ? what.request : []));
    expect(requests).toEqual(asked);
  });

  it('knows less than the incident where its page has come further meanwhile', () => {
    const story = begin('p1');
    hear(story, { kind: 'page-accepted', page: 'inc:1.0', request: 'r2' });
    hear(story, { kind: 'page-confirmed', page: 'inc:1.0' });

    hear(story, done({ page: page({ state: 'failed', why: 'no' }) }));

    expect(story.incident.pages).toMatchObject([{ state: 'confirmed', request: 'r2' }]);
  });

  it('adds a page that no step has sent yet, and its step does not add it again', () => {
    const story = begin('p2');

    hear(story, done({ page: page({ key: 'inc:1.2' }) }));
    wait(story, minutes(10));

    expect(story.incident.pages.map(({ key }) => key)).toEqual(['inc:1.2']);
  });

  it('is acknowledged with whoever answered the page at the pager', () => {
    const story = begin('p1');
    story.now += minutes(6);

    hear(story, done({ page: page(), acknowledgedBy: dana }));

    expect(story.incident.acknowledged).toMatchObject({ by: dana, via: 'pager', at: story.now });
    expect(story.entries.map(({ what }) => what)).toContainEqual(
      expect.objectContaining({ kind: 'done-directly', acknowledgedBy: dana }),
    );
    expect(told(story, 'ladder')).toHaveLength(1);
    expect(told(story, 'acknowledged')).toHaveLength(1);
  });

  it('is covered by an acknowledgement that came first', () => {
    const story = begin('p2');
    give(story, { kind: 'acknowledge' }, { by: ben });

    hear(story, done({ page: page({ key: 'inc:1.2' }) }));

    const ended = story.effects.flatMap(({ what }) => (what.kind === 'acknowledge-page' ? [what] : []));
    expect(ended).toEqual([{ kind: 'acknowledge-page', page: 'inc:1.2', by: ben }]);
    expect(story.timeline.at(-1)?.body).toEqual({ kind: 'joined', by: ben, via: 'slack' });
    expect(story.incident.acknowledged).toMatchObject({ by: ben, via: 'slack' });
  });

  it('is covered by the end of the incident', () => {
    const story = begin('p2');
    give(story, { kind: 'resolve' }, { by: ben });

    hear(story, done({ page: page({ key: 'inc:1.2' }), acknowledgedBy: dana }));

    const ended = story.effects.flatMap(({ what }) => (what.kind === 'close-page' ? [what.page] : []));
    expect(ended).toEqual(['inc:1.2']);
    expect(story.incident.acknowledged).toBeUndefined();
  });
});
