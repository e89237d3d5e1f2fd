/** What becomes of a page: taken, confirmed, refused, acknowledged at the pager. */
import { describe, expect, it } from '@jest/globals';
import { decide } from '../../src/incident/decide.ts';
import type { Policy } from '../../src/incident/policy.ts';
import {
  ana,
  begin,
  ben,
  dana,
  give,
  hear,
  minutes,
  policy,
  redrawn,
  type Story,
  saying,
  start,
  wait,
} from './story.ts';

const stateOf = ({ incident }: Story, key: string): string | undefined =>
  incident.pages.find((page) => page.key === key)?.state;

const topic = { kind: 'topic' };

describe('what became of a page', () => {
  const page = 'inc:1.0';

  it('is asked for with the handle that the pager gave', () => {
    const story = begin('p1');

    const decision = hear(story, { kind: 'page-accepted', page, request: 'r1' });

    expect(story.incident.pages[0]).toMatchObject({ state: 'accepted', request: 'r1' });
    expect(decision).toMatchObject({
      entries: [{ kind: 'page-accepted', page }],
      effects: [{ kind: 'confirm-page', page, request: 'r1' }],
    });
  });

  it('is not asked for where the pager gave no handle', () => {
    const story = begin('p1');

    const decision = hear(story, { kind: 'page-accepted', page });

    expect(decision).toMatchObject({ effects: [] });
    expect(story.incident.pages[0]).toMatchObject({ state: 'accepted' });
    expect(story.incident.pages[0]).not.toHaveProperty('request');
  });

  it('is shown on the card when it is confirmed, with whom it reached', () => {
    const story = begin('p1');

    const decision = hear(story, { kind: 'page-confirmed', page });

    expect(stateOf(story, page)).toBe('confirmed');
    expect(decision).toMatchObject({
      entries: [{ kind: 'page-confirmed', page, levels: ['on-call'] }],
      effects: redrawn,
    });
  });

  it('reached nobody that we know of when the page is not ours', () => {
    const story = begin('p1');

    const decision = hear(story, { kind: 'page-confirmed', page: 'another:1.0' });

    expect(decision).toMatchObject({ entries: [{ kind: 'page-confirmed', levels: [] }] });
    expect(stateOf(story, page)).toBe('requested');
  });

  it.each(['accepted', 'confirmed'] as const)('stays acknowledged when it is %s late', (late) => {
    const story = begin('p1');
    give(story, { kind: 'acknowledge' });

    hear(story, { kind: `page-${late}`, page });

    expect(stateOf(story, page)).toBe('acknowledged');
  });

  it.each(['accepted', 'confirmed'] as const)('can still be %s after it was refused', (later) => {
    const story = begin('p1');
    hear(story, { kind: 'page-failed', page, why: 'busy' });

    hear(story, { kind: `page-${later}`, page });

    expect(stateOf(story, page)).toBe(later);
  });

  it('touches no other page', () => {
    const story = begin('p1');
    wait(story, minutes(5));

    hear(story, { kind: 'page-accepted', page, request: 'r1' });
    hear(story, { kind: 'page-confirmed', page: 'inc:1.2' });

    expect(story.incident.pages.map(({ state }) => state)).toEqual(['accepted', 'confirmed']);
  });

  it('is refused with a reason that the timeline keeps; the second route is taken at once', () => {
    const story = begin('p1');

    const decision = hear(story, { kind: 'page-failed', page, why: 'no key' });

    expect(story.incident.pages[0]).toMatchObject({ state: 'failed', why: 'no key', rerouted: true });
    expect(decision).toMatchObject({
      entries: [{ kind: 'page-unconfirmed', page, levels: ['on-call'], why: 'no key' }],
      effects: [saying('page-unconfirmed', { fallback: true }), ...redrawn],
    });
  });

  it('is refused again without a second alarm: only the card shows the new reason', () => {
    const story = begin('p1');
    hear(story, { kind: 'page-failed', page, why: 'no key' });

    const decision = hear(story, { kind: 'page-failed', page, why: 'still no key' });

    expect(story.incident.pages[0]).toMatchObject({ state: 'failed', why: 'still no key' });
    expect(decision).toMatchObject({ entries: [], effects: redrawn });
  });

  it.each([
    ['was acknowledged meanwhile', page],
    ['is not ours', 'another:1.0'],
  ])('alarms nobody when a page is refused that %s', (_name, key) => {
    const story = begin('p1');
    if (key === page) give(story, { kind: 'acknowledge' });
    const { pages } = story.incident;

    const decision = hear(story, { kind: 'page-failed', page: key, why: 'gone' });

    expect(decision).toMatchObject({ ok: true, entries: [], effects: [], next: { pages } });
  });
});

describe('a page that was dropped', () => {
  const page = 'inc:1.0';

  it('is sent again under its own key for as long as somebody is to be woken', () => {
    const story = begin('p1');
    hear(story, { kind: 'page-accepted', page, request: 'r1' });

    const decision = hear(story, { kind: 'page-dropped', page });

    expect(decision).toMatchObject({
      entries: [],
      effects: [{ kind: 'page', page, again: story.incident.version }],
      reason: 'paged again',
    });
  });

  it.each([
    ['was acknowledged meanwhile', page],
    ['is not ours', 'another:1.0'],
  ])('is not sent again where it %s', (_name, key) => {
    const story = begin('p1');
    if (key === page) give(story, { kind: 'acknowledge' });

    const decision = hear(story, { kind: 'page-dropped', page: key });

    expect(decision).toMatchObject({ entries: [], effects: [], reason: 'the page is no longer needed' });
  });

  it('fills no timeline: once the second route was taken, that it was taken again is not written down', () => {
    const story = begin('p1');
    hear(story, { kind: 'page-failed', page, why: 'no key' });

    const decision = hear(story, { kind: 'page-accepted', page, request: 'r2' });

    expect(decision).toMatchObject({ entries: [], effects: [{ kind: 'confirm-page', page, request: 'r2' }] });
  });
});

describe('the second route', () => {
  const fallback = { slack: ['U0EVES', 'S0LEADERS0'], webhook: 'https://alarm.example.com' };
  const named: Policy = { ...policy, fallback };

  it('writes to people, not to groups, and calls the webhook', () => {
    const { incident } = begin('p1');

    const decision = decide(
      incident,
      { command: { kind: 'page-failed', page: 'inc:1.0', why: 'no key' }, actor: 'responder' },
      { now: start, policy: named },
    );

    const entry = { kind: 'page-unconfirmed', page: 'inc:1.0' };
    expect(decision).toMatchObject({
      effects: [
        saying('page-unconfirmed', { fallback: true }),
        { kind: 'tell', entry, person: { slack: 'U0EVES' } },
        { kind: 'webhook', entry },
        ...redrawn,
      ],
    });
  });

  it('is taken for a second page too, but mentioned in the channel only once', () => {
    const story = begin('p1');
    hear(story, { kind: 'page-failed', page: 'inc:1.0', why: 'no key' });
    wait(story, minutes(5));

    const decision = decide(
      story.incident,
      { command: { kind: 'page-failed', page: 'inc:1.2', why: 'no key' }, actor: 'responder' },
      { now: story.now, policy: named },
    );

    expect(decision.ok && decision.effects.map(({ kind }) => kind)).toEqual(['tell', 'webhook', 'redraw', 'redraw']);
  });

  it('is mentioned once when two pages stay unconfirmed at the same time', () => {
    const story = begin('p1');
    give(story, { kind: 'escalate' });

    wait(story, minutes(1));

    const unconfirmed = story.effects.filter(
      ({ what }) => what.kind === 'post' && what.entry.kind === 'page-unconfirmed',
    );
    expect(unconfirmed).toHaveLength(1);
    expect(story.entries.filter(({ what }) => what.kind === 'page-unconfirmed')).toMatchObject([
      { at: 0.5, what: { page: 'inc:1.0', levels: ['on-call'], why: '' } },
      { at: 0.5, what: { page: 'inc:e1', levels: ['second-level'], why: '' } },
    ]);
    expect(story.incident.pages.map(({ rerouted }) => rerouted)).toEqual([true, true]);
  });
});

describe('an acknowledgement at the pager', () => {
  it('counts, is said in the channel and acknowledges the other alerts', () => {
    const story = begin('p1');
    wait(story, minutes(5));

    const decision = hear(story, { kind: 'acknowledged-at-pager', page: 'inc:1.2', by: dana });

    expect(decision).toMatchObject({
      next: { acknowledged: { by: dana, at: start + minutes(5), via: 'pager' }, acknowledgements: 1 },
      entries: [{ kind: 'acknowledged', by: dana, via: 'pager', afterMs: minutes(5) }],
      effects: [{ kind: 'acknowledge-page', page: 'inc:1.0', by: dana }, saying('acknowledged'), ...redrawn, topic],
    });
  });

  it.each([
    ['by somebody else is written down, and changes no clock', ben, [{ kind: 'joined', by: ben, via: 'pager' }]],
    ['by the same person is written down too', ana, [{ kind: 'joined', by: ana, via: 'pager' }]],
  ])('of another alert %s', (_name, by, entries) => {
    const story = begin('p1');
    give(story, { kind: 'acknowledge' });
    give(story, { kind: 'escalate' });
    wait(story, minutes(1));

    const decision = hear(story, { kind: 'acknowledged-at-pager', page: 'inc:e1', by });

    expect(decision).toMatchObject({ entries, effects: [], reason: 'acknowledged before' });
    expect(story.incident.acknowledged).toEqual({ by: ana, at: start, via: 'slack' });
    expect(stateOf(story, 'inc:e1')).toBe('acknowledged');
  });

  it('of an alert that is closed, or that is not ours, is no news', () => {
    const story = begin('p1');
    give(story, { kind: 'resolve' });
    give(story, { kind: 'reopen', reason: 'it is back' });

    const closed = hear(story, { kind: 'acknowledged-at-pager', page: 'inc:1.0', by: dana });
    const foreign = hear(story, { kind: 'acknowledged-at-pager', page: 'another:1.0', by: dana });

    expect([closed, foreign]).toMatchObject([
      { entries: [], effects: [] },
      { entries: [], effects: [] },
    ]);
    expect(story.incident).not.toHaveProperty('acknowledged');
    expect(stateOf(story, 'inc:1.0')).toBe('closed');
  });
});

it('asks the pager to acknowledge what is open, not what is closed or acknowledged there', () => {
  const story = begin('p1');
  give(story, { kind: 'resolve' });
  give(story, { kind: 'reopen', reason: 'it is back' });

  const decision = give(story, { kind: 'acknowledge' }, { by: ben });

  expect(decision).toMatchObject({
    entries: [{ kind: 'acknowledged', by: ben, via: 'slack', afterMs: 0 }],
    effects: [{ kind: 'acknowledge-page', page: 'inc:2.0', by: ben }, saying('acknowledged'), ...redrawn, topic],
  });
  expect(story.incident.pages.map(({ state }) => state)).toEqual(['closed', 'acknowledged']);
});
