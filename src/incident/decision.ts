/** What `decide` is told and what it answers; what `dutiesFor` lists. */
import type { Effect } from './effect.ts';
import type { Audience, Entry } from './entry.ts';
import type { Incident, Instant, Refusal } from './incident.ts';
import type { Level, Policy, ReminderKind } from './policy.ts';

/** `page`: a step of the ladder · `confirm`: a page still unconfirmed · `channel`: no channel yet · else a reminder. */
export type DutyKind = ReminderKind | 'page' | 'confirm' | 'channel';

/** Something the runbook owes at a time. Its key is unique within the incident, for ever. */
export interface Duty {
  kind: DutyKind;
  key: string;
  dueAt: Instant;
  page: Level[];
  who: Audience[];
}

/** A duty that this decision met. Owed duties that are no longer in `dutiesFor` are cancelled by `reason`. */
export interface Paid {
  key: string;
  outcome: string;
  lateMs: number;
}

export interface Circumstances {
  now: Instant;
  policy: Policy;
}

export type Decision =
  | { ok: true; next: Incident; entries: Entry[]; effects: Effect[]; paid: Paid[]; reason: string }
  | { ok: false; refusal: Refusal };
