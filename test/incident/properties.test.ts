/** Any order of commands at any time: the core never throws, never owes a key twice, never acts early. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dutiesFor } from '../../src/incident/clocks.ts';
import { byPeople, life, person, play } from './random-life.ts';
import { begin, give, policy } from './story.ts';

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

it('opens every page under a key of its own, and none after the incident is over', () => {
  fc.assert(
    fc.property(life, ([severity, happenings]) => {
      const story = begin(severity);
      for (const each of happenings) {
        const before = story.incident;
        play(story, each);
        const added = story.incident.pages.length - before.pages.length;
        expect(before.phase === 'cancelled' ? added : 0).toBe(0);
      }

      const keys = story.incident.pages.map(({ key }) => key);
      expect(new Set(keys).size).toBe(keys.length);
      const open = story.incident.pages.filter(({ state }) => state !== 'closed');
      expect(story.incident.phase === 'resolved' ? open : []).toEqual([]);
    }),
  );
});

it('changes nothing when it refuses, and counts the version up when it does not', () => {
  fc.assert(
    fc.property(life, fc.tuple(byPeople, person), ([severity, happenings], [command, by]) => {
      const story = begin(severity);
      for (const each of happenings) play(story, each);
      const before = story.incident;

      const decision = give(story, command, { by });

      expect(story.incident.version - before.version).toBe(decision.ok ? 1 : 0);
      expect(story.incident === before).toBe(!decision.ok);
    }),
  );
});
