/** The topic of the channel stays true: whatever changes what it says asks for a new one. */
import { expect, it } from '@jest/globals';
import type { Command, Declare } from '../../src/incident/incident.ts';
import { begin, dana, give, hear } from './story.ts';

type Order = Exclude<Command, Declare>;

const chores = (['status-page', 'affected-users', 'report', 'post-mortem'] as const).map(
  (duty): Order => ({ kind: 'done', duty }),
);
const resolve: Order = { kind: 'resolve' };

it.each<[string, Order[]]>([
  ['an acknowledgement', [{ kind: 'acknowledge' }]],
  ['an acknowledgement taken back', [{ kind: 'acknowledge' }, { kind: 'unack' }]],
  ['a lead', [{ kind: 'lead' }]],
  ['another severity', [{ kind: 'severity', severity: 'p2' }]],
  ['another title', [{ kind: 'title', title: 'search returns 502' }]],
  ['a mitigation', [{ kind: 'mitigate' }]],
  ['a resolve', [resolve]],
  ['a reopen', [resolve, { kind: 'reopen', reason: 'it is back' }]],
  ['a close', [resolve, ...chores, { kind: 'close' }]],
  ['a false alarm', [{ kind: 'cancel' }]],
])('%s is written into it', (_name, commands) => {
  const story = begin('p1');
  for (const command of commands.slice(0, -1)) give(story, command);
  const before = story.effects.length;

  for (const command of commands.slice(-1)) give(story, command);

  expect(story.refusals).toEqual([]);
  expect(story.effects.slice(before).map(({ what }) => what)).toContainEqual({ kind: 'topic' });
});

it('so is an acknowledgement at the pager', () => {
  const story = begin('p1');
  const before = story.effects.length;

  hear(story, { kind: 'acknowledged-at-pager', page: 'inc:1.0', by: dana });

  expect(story.effects.slice(before).map(({ what }) => what)).toContainEqual({ kind: 'topic' });
});
