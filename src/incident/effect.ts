/** The closed list of what a decision may ask of the world. Each is one row in the outbox and one remote call. */
import type { Audience, Entry } from './entry.ts';
import type { Instant } from './incident.ts';
import type { Person } from './policy.ts';

export type Effect =
  | { kind: 'open-channel' }
  | { kind: 'topic' }
  | { kind: 'invite'; people: Person[]; onCall: boolean }
  | { kind: 'announce' }
  /** the status card, first post in the incident's home */
  | { kind: 'card' }
  /** the card, so that it is found from anywhere in the channel; a nicety */
  | { kind: 'pin' }
  /** edits card or announcement to the state at delivery; an undelivered older one is superseded */
  | { kind: 'redraw'; what: 'card' | 'announcement' }
  /** `thread`: below the card instead of in the channel itself */
  | { kind: 'post'; entry: Entry; pings: Audience[]; thread: boolean; at?: Instant }
  /** direct message to one Slack person; `at`, here and above: when it was decided, written when it is queued */
  | { kind: 'tell'; entry: Entry; person: { slack: string }; at?: Instant }
  | { kind: 'webhook'; entry: Entry }
  /** `again`: the incident's version when a page that was dropped was sent once more under the same key */
  | { kind: 'page'; page: string; again?: number }
  | { kind: 'confirm-page'; page: string; request: string }
  | { kind: 'note-page'; page: string }
  | { kind: 'acknowledge-page'; page: string; by: Person }
  | { kind: 'close-page'; page: string }
  | { kind: 'investigate'; issueType: string }
  /** a look by every playbook, while nobody has said what it is */
  | { kind: 'triage' }
  /** edits the message of a report to what is known by now; `note`: what could not be done with it */
  | { kind: 'redraw-report'; report: string; note?: string }
  /** the evidence of a report as a file beside it; a nicety */
  | { kind: 'attach'; report: string };

export type EffectKind = Effect['kind'];
