/** Any order of commands at any time: the core never throws, never owes a key twice, never acts early. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dutiesFor } from '../../src/incident/clocks.ts';
import type { Incident } from '../../src/incident/incident.ts';
import { levels } from '../../src/incident/policy.ts';
import { byPeople, type Happening, life, person, play } from './random-life.ts';
import { begin, give, policy, type Story } from './story.ts';

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
