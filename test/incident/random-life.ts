/** Random lives: any order of what people do, of what the world says, and of time that passes. */
import fc from 'fast-check';
import { reminderKinds, severities } from '../../src/incident/policy.ts';
import { ana, ben, dana, day, give, hear, type Order, type Story, wait } from './story.ts';

export const person = fc.constantFrom(ana, ben);
const words = fc.string({ unit: 'grapheme', maxLength: 40 });
const duty = fc.constantFrom(...reminderKinds);

export const byPeople: fc.Arbitrary<Order> = fc.oneof(
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
    { kind: 'channel-lost', channel: 'C0INC', why: 'archived' },
    { kind: 'card-posted', channel: 'C0INC', ts: '2.2' },
    { kind: 'undeliverable', what: 'post', why: 'refused' },
  ),
);

export type Happening =
  | { kind: 'person'; command: Order; by: typeof ana; stale: number }
  | { kind: 'world'; command: Order }
  | { kind: 'wait'; ms: number };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constant('person' as const), command: byPeople, by: person, stale: fc.nat(5) }),
  fc.record({ kind: fc.constant('world' as const), command: byWorld }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.oneof(fc.nat(90_000), fc.nat(day / 4)) }),
);

export function play(story: Story, happening: Happening): void {
  if (happening.kind === 'wait') wait(story, happening.ms);
  else if (happening.kind === 'world') hear(story, happening.command);
  else give(story, happening.command, { by: happening.by, drawnFor: story.incident.version - happening.stale });
}

export const life = fc.tuple(fc.constantFrom(...severities), fc.array(happening, { maxLength: 25 }));
