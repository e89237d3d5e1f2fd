/** What an incident is, and every command that may change it. `decide` (decide.ts) turns the one into the next. */
import type { Level, Milliseconds, Person, ReminderKind, Severity } from './policy.ts';

/** Milliseconds since 1970, always of the database's clock. */
export type Instant = number;
export type IncidentId = string;

/** Who gave a command: a person, or the bot itself (duties due, answers of the world). */
export type Actor = Person | 'responder';

export type Phase = 'open' | 'mitigated' | 'resolved' | 'closed' | 'cancelled';

export type PageState = 'requested' | 'accepted' | 'confirmed' | 'failed' | 'acknowledged' | 'closed';

/** One alert at the pager. Its key is the pager's dedup key: the same for every retry, another for every step. */
export interface Page {
  key: string;
  levels: Level[];
  at: Instant;
  state: PageState;
  /** the pager's handle for asking what became of it */
  request?: string;
  why?: string;
  /** the second route was taken for it */
  rerouted: boolean;
}

/** Where the incident lives in Slack. `none`: not yet; posts wait in the outbox until delivery knows a home. */
export type Home =
  | { kind: 'none' }
  | { kind: 'channel'; channel: string; name: string; card?: string }
  | { kind: 'thread'; channel: string; ts: string; card?: string };

export interface Done {
  by: Person;
  at: Instant;
  how: 'done' | 'waived';
  reason?: string;
}

/** How far a reminder has come: `fired` occurrences of the run it belongs to; another run starts at 0 by itself. */
export interface Progress {
  run: string;
  fired: number;
  snoozedUntil?: Instant;
  /** what earlier runs had reached, for one that comes back */
  earlier?: Record<string, number>;
}

export interface Incident {
  id: IncidentId;
  number: number;
  /** one more with every saved change; buttons carry the version they were drawn for */
  version: number;
  /** fingerprints of the policies it was decided under, the latest last; absent in rows of an older release */
  decidedUnder?: string[];
  severity: Severity;
  severitySetAt: Instant;
  /** empty until somebody says what is broken */
  title: string;
  issueType?: string;
  phase: Phase;
  declaredBy: Person;
  declaredAt: Instant;
  /** declared without the database: when it could be recorded; no channel could be opened before that */
  recordedAt?: Instant;
  /** `run`: how often it was started; `next`: steps already taken; `reached`: highest level paged or escalated to */
  ladder: { run: number; startedAt: Instant; next: number; reached?: Level };
  acknowledged?: { by: Person; at: Instant; via: 'slack' | 'pager' };
  acknowledgements: number;
  lead?: Person;
  /** role id → who holds it (the lead stands in `lead`) */
  roles: Record<string, Person>;
  update: { count: number; at: Instant; text?: string; by?: Person };
  mitigatedAt?: Instant;
  reopenedAt?: Instant;
  /** `run`: how often it was resolved */
  resolved: { run: number; at?: Instant; by?: Person; summary?: string };
  endedAt?: Instant;
  escalations: number;
  pages: Page[];
  home: Home;
  /** no channel in time, or none for good: the announcement's thread serves as soon as it is known */
  channelLate: boolean;
  /** the chat refused it for good: no channel will come */
  channelImpossible?: boolean;
  announcement?: { channel: string; ts: string };
  /** the channel was archived, deleted or closed to the bot; `times` tells one loss from the next */
  channelLost?: { times: number; at: Instant };
  progress: Partial<Record<ReminderKind, Progress>>;
  /** what a person ticked off or waived, by reminder; stays through a reopen */
  done: Partial<Record<ReminderKind, Done>>;
  /** the last time a command of a kind took effect, for buttons drawn before it */
  touched: Partial<Record<CommandKind, { by: Actor; at: Instant; version: number }>>;
}

export interface Declare {
  kind: 'declare';
  severity: Severity;
  /** at most `titleLength` code points */
  title: string;
  issueType?: string;
  /** the words as they were typed, where they were longer than a title */
  details?: string;
  /** the person saw the open one and declares all the same */
  anyway?: boolean;
}

export interface ReportReady {
  report: string;
  /** absent: every playbook looked */
  issueType?: string;
  verdict: 'healthy' | 'suspect' | 'unknown';
  /** something is still looked at: the same report comes again, whole */
  isFirst?: true;
  /** it was kept before, and may stand in the chat by now */
  isKnown?: true;
  hasEvidence?: true;
}

export type Command =
  | Declare
  | { kind: 'acknowledge' }
  | { kind: 'unack' }
  /** no `to`: the actor takes it */
  | { kind: 'lead'; to?: Person }
  | { kind: 'role'; role: string; to?: Person }
  | { kind: 'severity'; severity: Severity }
  | { kind: 'issue-type'; issueType: string }
  | { kind: 'title'; title: string }
  | { kind: 'update'; text: string }
  | { kind: 'escalate' }
  | { kind: 'mitigate' }
  | { kind: 'resolve'; summary?: string }
  | { kind: 'reopen'; reason: string }
  | { kind: 'close' }
  | { kind: 'cancel'; reason?: string }
  | { kind: 'diagnose'; issueType?: string }
  | { kind: 'join' }
  | { kind: 'done'; duty: ReminderKind }
  | { kind: 'waive'; duty: ReminderKind; reason: string }
  | { kind: 'snooze'; duty: ReminderKind; for: Milliseconds }
  /** something of this incident fell due; what, the core finds in the state itself */
  | { kind: 'duties-due' }
  | { kind: 'announced'; channel: string; ts: string }
  | { kind: 'channel-opened'; channel: string; name: string }
  | { kind: 'channel-impossible'; why: string }
  /** the incident's own channel can no longer be posted to */
  | { kind: 'channel-lost'; channel: string; why: string }
  | { kind: 'card-posted'; channel: string; ts: string }
  | { kind: 'page-accepted'; page: string; request?: string }
  | { kind: 'page-confirmed'; page: string }
  | { kind: 'page-failed'; page: string; why: string }
  /** accepted, and nothing came of it in time: dropped, or refused later */
  | { kind: 'page-dropped'; page: string }
  | { kind: 'acknowledged-at-pager'; page: string; by: Person }
  /** what was done for a declaration while the database was away */
  | {
      kind: 'done-directly';
      announcement?: { channel: string; ts: string };
      page?: Page;
      /** who answered the page at the pager meanwhile */
      acknowledgedBy?: Person;
    }
  | ({ kind: 'report-ready' } & ReportReady)
  /** the evidence of a report could not be put beside it */
  | { kind: 'not-attached'; report: string; why: string }
  /** somebody asked for a look that no playbook can take yet */
  | { kind: 'no-playbook'; issueType: string }
  /** an effect was given up after its last try; the channel is told */
  | { kind: 'undeliverable'; what: string; why: string };

export type CommandKind = Command['kind'];

/** What a button or a verb carries besides its command. */
export interface Press {
  actor: Actor;
  /** the incident's version when the button was drawn */
  drawnFor?: number;
}

/** Why nothing was changed, with what the sentence for it needs. Views turn it into words. */
export type Refusal =
  | {
      code: 'looks-declared';
      incident: { id: IncidentId; number: number; severity: Severity; title: string; home: Home };
      declaredAt: Instant;
    }
  | { code: 'overtaken'; by: Actor; at: Instant; what: CommandKind }
  | {
      code: 'already';
      what: 'acknowledged' | 'lead' | 'role' | 'mitigated' | 'resolved' | 'severity' | 'done' | 'waived';
      by?: Person;
      at?: Instant;
    }
  | { code: 'not-now'; phase: Phase; command: CommandKind }
  | { code: 'look-under-way' }
  | { code: 'not-acknowledged' }
  | { code: 'still-owed'; duties: ReminderKind[] }
  | { code: 'not-owed'; duty: ReminderKind }
  | { code: 'unknown-role'; role: string; known: string[] }
  | { code: 'unknown-issue-type'; issueType: string; known: string[] }
  | { code: 'empty'; field: 'title' | 'text' | 'reason' }
  | { code: 'bad-duration' }
  | { code: 'no-such-incident' };
