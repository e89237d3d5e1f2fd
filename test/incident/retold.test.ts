/** Whatever may happen to an incident, its timeline played again comes to the same: one life for each kind of entry. */
import { expect, it } from '@jest/globals';
import { dutiesFor } from '../../src/incident/clocks.ts';
import type { Incident } from '../../src/incident/incident.ts';
import type { Severity } from '../../src/incident/policy.ts';
import { replay } from '../../src/incident/replay.ts';
import { begin, ben, dana, give, hear, minutes, policy, type Story, start, wait } from './story.ts';

/** What the timeline is enough for: words, roles and places it does not tell again, for no clock depends on them. */
const toldAgain = (i: Incident) => ({
  duties: dutiesFor(i, policy),
  phase: i.phase,
  severity: i.severity,
  acknowledged: i.acknowledged,
  lead: i.lead,
  home: i.home.kind,
  pages: i.pages.map(({ key, state, rerouted }) => ({ key, state, rerouted })),
  done: i.done,
  progress: i.progress,
});

const page = 'inc:1.0';
const opened = { kind: 'channel-opened' as const, channel: 'C0INC', name: 'inc-12' };
const asked = { key: page, levels: ['on-call' as const], at: start, rerouted: false };

/** Closed, which it only is once nothing is owed any more. */
function toTheEnd(story: Story): void {
  give(story, { kind: 'resolve' });
  for (const duty of ['status-page', 'affected-users', 'report'] as const) give(story, { kind: 'done', duty });
  give(story, { kind: 'waive', duty: 'post-mortem', reason: 'nothing to learn' });
  give(story, { kind: 'close' });
}

it.each<[string, Severity, (story: Story) => unknown]>([
  ['an acknowledgement without a page', 'p3', (story) => give(story, { kind: 'acknowledge' }, { by: ben })],
  ['the lead', 'p1', (story) => [give(story, { kind: 'acknowledge' }), give(story, { kind: 'lead', to: ben })]],
  ['a mitigation', 'p1', (story) => give(story, { kind: 'mitigate' })],
  ['a false alarm', 'p1', (story) => give(story, { kind: 'cancel' })],
  ['the end', 'p1', toTheEnd],
  ['a chore that was done', 'p3', (story) => give(story, { kind: 'done', duty: 'ticket' })],
  ['a chore that was waived', 'p3', (story) => give(story, { kind: 'waive', duty: 'ticket', reason: 'there is one' })],
  ['a duty put off', 'p1', (story) => give(story, { kind: 'snooze', duty: 'update', for: minutes(50) })],
  ['a page that the pager took', 'p1', (story) => hear(story, { kind: 'page-accepted', page })],
  ['a channel', 'p1', (story) => hear(story, opened)],
  [
    'a channel that was lost',
    'p1',
    (story) => [hear(story, opened), hear(story, { kind: 'channel-lost', channel: 'C0INC', why: 'archived' })],
  ],
  [
    'an acknowledgement of the page after the reopening, beside one that is closed',
    'p1',
    (story) => [
      give(story, { kind: 'resolve' }),
      give(story, { kind: 'reopen', reason: 'it is back' }),
      hear(story, { kind: 'acknowledged-at-pager', page: 'inc:2.0', by: dana }),
    ],
  ],
  ['nothing that was done without the database', 'p1', (story) => hear(story, { kind: 'done-directly' })],
  [
    'a page and an announcement that were made without the database',
    'p1',
    (story) => [
      hear(story, { kind: 'channel-impossible', why: 'restricted' }),
      hear(story, {
        kind: 'done-directly',
        announcement: { channel: 'C0OPS', ts: '7.7' },
        page: { ...asked, state: 'confirmed' },
      }),
    ],
  ],
  [
    'a page that was answered without the database',
    'p1',
    (story) => hear(story, { kind: 'done-directly', page: { ...asked, state: 'accepted' }, acknowledgedBy: dana }),
  ],
])('re-derives %s', (_, severity, happen) => {
  const story = begin(severity);
  wait(story, 10_000);
  happen(story);
  wait(story, 10_000);

  const replayed = replay({ id: 'inc', number: 12, timeline: story.timeline }, policy);

  expect(story.refusals).toEqual([]);
  expect(replayed.ok && toldAgain(replayed.incident)).toEqual(toldAgain(story.incident));
  expect(replayed.ok && replayed.paid.map(({ key }) => key)).toEqual(story.paid.map(({ what }) => what.key));
});
