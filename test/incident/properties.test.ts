/** Any order of commands at any time: the core never throws, never owes a key twice, never acts early. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dutiesFor } from '../../src/incident/clocks.ts';
import type { Incident } from '../../src/incident/incident.ts';
import { levels, reminderKinds, severities } from '../../src/incident/policy.ts';
import { ana, begin, ben, dana, day, give, hear, type Order, policy, type Story, wait } from './story.ts';

const person = fc.constantFrom(ana, ben);
const words = fc.string({ unit: 'grapheme', maxLength: 40 });
const duty = fc.constantFrom(...reminderKinds);

const byPeople: fc.Arbitrary<Order> = fc.oneof(
  fc.constantFrom<Order>(
    { kind: 'acknowledge' },
    { kind: 'unack' },
    { kind: 'escalate' },
    { kind: 'mitigate' },
    { kind: 'resolve' },
  ),
  fc.constantFrom<Order>(
    { kind: 'close' },
    { kind: 'lead' },
    { kind: 'join' },
    { kind: 'diagnose' },
    { kind: 'cancel' },
  ),
  fc.record({ kind: fc.constant('severity' as const), severity: fc.constantFrom(...severities) }),
  fc.record({ kind: fc.constant('update' as const), text: words }),
  fc.record({ kind: fc.constant('title' as const), title: words }),
  fc.record({ kind: fc.constant('reopen' as const), reason: words }),
  fc.record({ kind: fc.constant('done' as const), duty }),
  fc.record({ kind: fc.constant('waive' as const), duty, reason: words }),
  fc.record({ kind: fc.constant('snooze' as const), duty, for: fc.integer({ min: -1, max: 2 * day }) }),
  fc.record({ kind: fc.constant('role' as const), role: fc.constantFrom('scribe', 'jester'), to: person }),
  fc.record({ kind: fc.constant('issue-type' as const), issueType: fc.constantFrom('workflow-stuck', 'gremlins') }),
);

const pageKey = fc.constantFrom('inc:1.0', 'inc:1.2', 'inc:2.0', 'inc:e1', 'nobody:9');

const byWorld: fc.Arbitrary<Order> = fc.oneof(
  fc.record({ kind: fc.constant('page-accepted' as const), page: pageKey, request: fc.constant('r') }),
  fc.record({ kind: fc.constant('page-confirmed' as const), page: pageKey }),
  fc.record({ kind: fc.constant('page-failed' as const), page: pageKey, why: words }),
  fc.record({ kind: fc.constant('acknowledged-at-pager' as const), page: pageKey, by: fc.constant(dana) }),
  fc.constantFrom<Order>(
    { kind: 'announced', channel: 'C0OPS', ts: '1.1' },
    { kind: 'channel-opened', channel: 'C0INC', name: 'inc-12' },
    { kind: 'channel-impossible', why: 'restricted' },
    { kind: 'card-posted', channel: 'C0INC', ts: '2.2' },
    { kind: 'undeliverable', what: 'post', why: 'refused' },
  ),
);

type Happening =
  | { kind: 'person'; command: Order; by: typeof ana; stale: number }
  | { kind: 'world'; command: Order }
  | { kind: 'wait'; ms: number };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constant('person' as const), command: byPeople, by: person, stale: fc.nat(5) }),
  fc.record({ kind: fc.constant('world' as const), command: byWorld }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.oneof(fc.nat(90_000), fc.nat(day / 4)) }),
);

function play(story: Story, happening: Happening): void {
  if (happening.kind === 'wait') wait(story, happening.ms);
  else if (happening.kind === 'world') hear(story, happening.command);
  else give(story, happening.command, { by: happening.by, drawnFor: story.incident.version - happening.stale });
}

const life = fc.tuple(fc.constantFrom(...severities), fc.array(happening, { maxLength: 25 }));

it('pays every key once, never early, and what it paid it never owes again', () => {
  fc.assert(
    fc.property(life, ([severity, happenings]) => {
      const story = begin(severity);
      for (const each of happenings) play(story, each);

      const keys = story.paid.map(({ what }) => what.key);
      expect(new Set(keys).size).toBe(keys.length);
      expect(story.paid.every(({ what }) => what.lateMs >= 0)).toBe(true);
      const owed = dutiesFor(story.incident, policy);
      expect(owed.filter(({ key }) => keys.includes(key))).toEqual([]);
      expect(owed.filter(({ dueAt }) => dueAt <= story.now)).toEqual([]);
      expect(new Set(owed.map(({ key }) => key)).size).toBe(owed.length);
    }),
  );
});

/** Each happening with the incident before and after it. */
function moments(story: Story, happenings: Happening[]): { each: Happening; before: Incident; after: Incident }[] {
  return happenings.map((each) => {
    const before = story.incident;
    play(story, each);
    return { each, before, after: story.incident };
  });
}

const opened = ({ before, after }: { before: Incident; after: Incident }) => after.pages.slice(before.pages.length);

const isOver = ({ phase }: Incident): boolean => phase === 'resolved' || phase === 'closed' || phase === 'cancelled';

const keysOf = ({ effects }: Story, kind: 'page' | 'close-page' | 'acknowledge-page'): string[] =>
  effects.flatMap(({ what }) => (what.kind === kind ? [what.page] : []));

it('opens every page under a key of its own, asks the pager for each once, and for no other', () => {
  fc.assert(
    fc.property(life, ([severity, happenings]) => {
      const story = begin(severity);
      for (const each of happenings) play(story, each);

      const keys = story.incident.pages.map(({ key }) => key);
      expect(new Set(keys).size).toBe(keys.length);
      expect(keysOf(story, 'page')).toEqual(keys);
    }),
  );
});

it('opens no page once it is over, and has closed every one at the pager, once', () => {
  fc.assert(
    fc.property(life, ([severity, happenings]) => {
      const story = begin(severity);
      const over = moments(story, happenings).filter(({ before, after }) => isOver(before) && isOver(after));
      give(story, { kind: 'cancel' });

      expect(over.flatMap(opened)).toEqual([]);
      const closed = story.incident.pages.filter(({ state }) => state === 'closed').map(({ key }) => key);
      expect(keysOf(story, 'close-page').toSorted()).toEqual(closed.toSorted());
      expect(closed).toHaveLength(story.incident.pages.length);
    }),
  );
});

it('lets no time open a page while it is acknowledged, and leaves no page open at the acknowledgement', () => {
  fc.assert(
    fc.property(life, ([severity, happenings]) => {
      const all = moments(begin(severity), happenings);

      const waits = all.filter(({ each, before }) => each.kind === 'wait' && before.acknowledged);
      expect(waits.flatMap(opened)).toEqual([]);
      const answers = all.filter(({ before, after }) => !before.acknowledged && after.acknowledged);
      const states = answers.flatMap(({ after }) => after.pages.map(({ state }) => state));
      expect(states.filter((state) => state !== 'acknowledged' && state !== 'closed')).toEqual([]);
    }),
  );
});

it('always owes a next step of the ladder while it runs and nobody has acknowledged it, and else none', () => {
  const owesStep = (i: Incident): boolean => dutiesFor(i, policy).some(({ kind }) => kind === 'page');
  fc.assert(
    fc.property(life, ([severity, happenings]) => {
      const after = moments(begin(severity), happenings).map((moment) => moment.after);

      expect(after.filter((i) => owesStep(i) === (isOver(i) || i.acknowledged !== undefined))).toEqual([]);
    }),
  );
});

it('never reaches a lower level than before while the ladder runs on', () => {
  const rung = ({ ladder }: Incident): number => (ladder.reached ? levels.indexOf(ladder.reached) : -1);
  fc.assert(
    fc.property(life, ([severity, happenings]) => {
      const all = moments(begin(severity), happenings);

      const runOn = all.filter(({ before, after }) => before.ladder.run === after.ladder.run);
      expect(runOn.filter(({ before, after }) => rung(after) < rung(before))).toEqual([]);
    }),
  );
});

it('changes nothing when it refuses, and counts the version up when it does not', () => {
  fc.assert(
    fc.property(life, byPeople, person, ([severity, happenings], command, by) => {
      const story = begin(severity);
      for (const each of happenings) play(story, each);
      const before = story.incident;

      const decision = give(story, command, { by });

      expect(story.incident.version - before.version).toBe(decision.ok ? 1 : 0);
      expect(story.incident === before).toBe(!decision.ok);
    }),
  );
});

it('gives every change a reason, which a duty that it ended keeps', () => {
  fc.assert(
    fc.property(life, byPeople, ([severity, happenings], command) => {
      const story = begin(severity);
      for (const each of happenings) play(story, each);

      const decision = give(story, command);

      expect(decision.ok && decision.reason === '').toBe(false);
    }),
  );
});
