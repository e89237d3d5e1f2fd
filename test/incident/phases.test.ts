/** Who may say what in which phase, and what a button may still do that was drawn for an older version. */
import { describe, expect, it } from '@jest/globals';
import type { Phase } from '../../src/incident/incident.ts';
import { ana, begin, ben, give, hear, type Order, type Story, start, wait } from './story.ts';

const chores = ['status-page', 'affected-users', 'report', 'post-mortem'] as const;

const lives: Record<Phase, (story: Story) => void> = {
  open: () => undefined,
  mitigated: (story) => give(story, { kind: 'mitigate' }),
  resolved: (story) => give(story, { kind: 'resolve' }),
  closed: (story) => {
    give(story, { kind: 'resolve' });
    for (const duty of chores) give(story, { kind: 'done', duty });
    give(story, { kind: 'close' });
  },
  cancelled: (story) => give(story, { kind: 'cancel' }),
};

const live: Phase[] = ['open', 'mitigated'];
const untilClosed: Phase[] = [...live, 'resolved'];

const commands: [Order, Phase[]][] = [
  [{ kind: 'acknowledge' }, live],
  [{ kind: 'unack' }, live],
  [{ kind: 'lead' }, untilClosed],
  [{ kind: 'role', role: 'scribe' }, untilClosed],
  [{ kind: 'severity', severity: 'p2' }, live],
  [{ kind: 'issue-type', issueType: 'high-memory' }, untilClosed],
  [{ kind: 'title', title: 'checkout is down' }, untilClosed],
  [{ kind: 'update', text: 'still here' }, live],
  [{ kind: 'escalate' }, live],
  [{ kind: 'mitigate' }, live],
  [{ kind: 'resolve' }, live],
  [{ kind: 'reopen', reason: 'it is back' }, ['resolved', 'closed']],
  [{ kind: 'close' }, ['resolved']],
  [{ kind: 'cancel' }, live],
  [{ kind: 'diagnose', issueType: 'high-memory' }, untilClosed],
  [{ kind: 'done', duty: 'report' }, untilClosed],
  [{ kind: 'waive', duty: 'report', reason: 'a drill' }, untilClosed],
  [{ kind: 'snooze', duty: 'report', for: 1 }, untilClosed],
];

const phases: Phase[] = ['open', 'mitigated', 'resolved', 'closed', 'cancelled'];

function isItsTime(phase: Phase, order: Order): boolean {
  const story = begin('p1');
  lives[phase](story);
  const decision = give(story, order);
  if (decision.ok) return true;
  const { refusal } = decision;
  return refusal.code !== 'not-now' && !(refusal.code === 'already' && refusal.what === 'resolved');
}

it.each(commands.map(([order, allowed]) => [order.kind, allowed, order] as const))(
  'hears %s while an incident is %j, and else says that it is not the time for it',
  (_kind, allowed, order) => {
    expect(phases.filter((phase) => isItsTime(phase, order))).toEqual(allowed);
  },
);

it('says only to a second resolve that it is resolved already', () => {
  const [resolved, cancelled] = [begin('p1'), begin('p1')];
  lives.resolved(resolved);
  lives.cancelled(cancelled);

  give(resolved, { kind: 'mitigate' });
  give(cancelled, { kind: 'resolve' });

  expect([...resolved.refusals, ...cancelled.refusals]).toEqual([
    { code: 'not-now', phase: 'resolved', command: 'mitigate' },
    { code: 'not-now', phase: 'cancelled', command: 'resolve' },
  ]);
});

it.each(phases)('hears the world, and lets everybody join, when it is %s', (phase) => {
  const story = begin('p1');
  lives[phase](story);

  hear(story, { kind: 'announced', channel: 'C0OPS', ts: '1.1' });
  give(story, { kind: 'join' });

  expect(story.refusals).toEqual([]);
});

describe('a button that was drawn before somebody else pressed it', () => {
  const reopen: Order = { kind: 'reopen', reason: 'it is back' };
  const resolve: Order = { kind: 'resolve' };

  it.each<[Order, Order[]]>([
    [{ kind: 'escalate' }, []],
    [{ kind: 'mitigate' }, [resolve, reopen]],
    [resolve, [reopen]],
    [{ kind: 'cancel' }, []],
  ])('is overtaken: %j', (order, between) => {
    const story = begin('p1');
    const drawnFor = story.incident.version;
    give(story, order, { drawnFor });
    for (const other of between) give(story, other);

    give(story, order, { by: ben, drawnFor });

    expect(story.refusals).toEqual([{ code: 'overtaken', what: order.kind, by: ana, at: start }]);
  });

  it('is overtaken: reopen, and resolve again', () => {
    const story = begin('p1');
    give(story, resolve);
    const drawnFor = story.incident.version;
    give(story, reopen, { drawnFor });
    give(story, resolve);

    give(story, reopen, { by: ben, drawnFor });

    expect(story.refusals).toEqual([{ code: 'overtaken', what: 'reopen', by: ana, at: start }]);
  });

  it('is overtaken: close', () => {
    const story = begin('p1');
    give(story, resolve);
    for (const duty of chores) give(story, { kind: 'done', duty });
    const drawnFor = story.incident.version;
    give(story, { kind: 'close' }, { drawnFor });

    give(story, { kind: 'close' }, { by: ben, drawnFor });

    expect(story.refusals).toEqual([{ code: 'overtaken', what: 'close', by: ana, at: start }]);
  });

  it.each<Order>([
    { kind: 'update', text: 'still here' },
    { kind: 'lead', to: ben },
    { kind: 'title', title: 'checkout is down' },
  ])('does what it says all the same where repeating it means nothing else: %j', (order) => {
    const story = begin('p1');
    const drawnFor = story.incident.version;
    give(story, { kind: 'update', text: 'looking' }, { drawnFor });

    expect(give(story, order, { drawnFor }).ok).toBe(true);
  });

  it('does what a verb says that was typed and not drawn', () => {
    const story = begin('p1');
    give(story, { kind: 'escalate' });

    give(story, { kind: 'escalate' }, { by: ben });

    expect(story.incident.escalations).toBe(2);
  });

  it('remembers every command that was given, each by itself', () => {
    const story = begin('p1');
    const drawnFor = story.incident.version;
    give(story, { kind: 'escalate' }, { by: ben });
    give(story, { kind: 'mitigate' });

    give(story, { kind: 'escalate' }, { drawnFor });

    expect(story.refusals).toEqual([{ code: 'overtaken', what: 'escalate', by: ben, at: start }]);
  });
});

it('counts the version up with what the world says as well as with what people say', () => {
  const story = begin('p1');
  expect(story.incident.version).toBe(1);

  give(story, { kind: 'acknowledge' });
  hear(story, { kind: 'announced', channel: 'C0OPS', ts: '1.1' });
  wait(story, 60_000);

  expect(story.incident.version).toBe(4);
});

it('does what is due together with whatever is said, and says both in order', () => {
  const story = begin('p1');
  story.now += 120_000;

  const decision = give(story, { kind: 'update', text: 'looking' });

  expect(decision.ok && decision.entries.map(({ kind }) => kind)).toEqual([
    'update',
    'ladder',
    'page-unconfirmed',
    'channel-late',
  ]);
  expect(decision.ok && decision.paid.map(({ key }) => key)).toEqual(['page:1.1', 'confirm:inc:1.0', 'channel:1']);
});
