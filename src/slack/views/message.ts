/** What every view is given and gives back. */
import type { KnownBlock } from '@slack/types';
import type { Duty } from '../../incident/decision.ts';
import type { Audience } from '../../incident/entry.ts';
import type { Incident, Instant } from '../../incident/incident.ts';
import type { Person, Policy } from '../../incident/policy.ts';

export interface Message {
  /** fallback and notification: one line */
  text: string;
  blocks: KnownBlock[];
}

/** Mentions, resolved by delivery: `<@U…>`, or an escaped name. Nothing else in a message may ping. */
export interface People {
  person: (person: Person) => string;
  audience: (audience: Audience[]) => string;
  /** on call now, by name, of whom Slack says that it does not know them, or that they have left */
  absent: string[];
}

export interface Scene {
  incident: Incident;
  policy: Policy;
  now: Instant;
  /** what is owed, soonest first */
  duties: Duty[];
  people: People;
}
