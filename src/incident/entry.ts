/** The timeline's closed list of entries: what happened, as data. Posts show entries; views give them words. */
import type { Done, Page } from './incident.ts';
import type { Level, Person, ReminderKind, Severity } from './policy.ts';

export type Entry =
  | { kind: 'declared'; severity: Severity; title: string; issueType?: string; details?: string }
  | { kind: 'acknowledged'; by: Person; via: 'slack' | 'pager'; afterMs: number }
  /** somebody acknowledged an incident that was acknowledged already (a second alert of it) */
  | { kind: 'joined'; by: Person; via: 'slack' | 'pager' }
  | { kind: 'unacknowledged'; by: Person }
  | { kind: 'lead'; to: Person; from?: Person }
  | { kind: 'role'; role: string; to: Person; from?: Person }
  | { kind: 'severity'; from: Severity; to: Severity }
  | { kind: 'issue-type'; issueType: string }
  | { kind: 'title'; from: string; to: string }
  | { kind: 'update'; text: string }
  | { kind: 'escalated'; to: Level[] }
  | { kind: 'mitigated' }
  | { kind: 'resolved'; summary?: string; afterMs: number }
  | { kind: 'reopened'; reason: string }
  | { kind: 'closed' }
  | { kind: 'cancelled'; reason?: string }
  /** no issue type, here and below: every playbook looks */
  | { kind: 'diagnosis-asked'; issueType?: string }
  | { kind: 'ticked'; duty: ReminderKind; done: Done }
  | { kind: 'snoozed'; duty: ReminderKind; untilMs: number }
  /** one step of the ladder; `missed`: earlier steps that fell due while the bot was down and are said with it */
  | {
      kind: 'ladder';
      step: number;
      page: Level[];
      mention: Level[];
      breach: boolean;
      nextPageInMs?: number;
      lateMs: number;
      missed: number;
    }
  /** a duty reminds; `occurrence` counts from 0; `of` only where the schedule has an end */
  | {
      kind: 'reminder';
      duty: ReminderKind;
      occurrence: number;
      of?: number;
      dueAt: number;
      overdue: boolean;
      lateMs: number;
      missed: number;
    }
  | { kind: 'page-accepted'; page: string }
  | { kind: 'page-confirmed'; page: string; levels: Level[] }
  | { kind: 'page-unconfirmed'; page: string; levels: Level[]; why: string }
  | { kind: 'announced' }
  /** declared without the database: what was done for it directly, and how much later it was recorded */
  | { kind: 'done-directly'; announced: boolean; page?: Page; acknowledgedBy?: Person; lateMs: number }
  | { kind: 'channel-opened'; channel: string; name: string }
  | { kind: 'channel-late'; why: string }
  | { kind: 'channel-lost'; channel: string; why: string }
  /** `isFirst`: something was still looked at */
  | {
      kind: 'report';
      report: string;
      issueType?: string;
      verdict: 'healthy' | 'suspect' | 'unknown';
      isFirst?: true;
    }
  /** asked to look, but no playbook exists yet: the runbook's commands and steps, marked as not looked at */
  | { kind: 'manual-steps'; issueType: string }
  | { kind: 'undeliverable'; what: string; why: string };

export type EntryKind = Entry['kind'];

/** Entries that the bot makes of its own accord, whosever command they came with. */
export const byItself: ReadonlySet<EntryKind> = new Set([
  'ladder',
  'reminder',
  'page-unconfirmed',
  'channel-late',
  'done-directly',
]);

/** Whom a post addresses by mention; delivery resolves levels to people. */
export type Audience = { level: Level } | { person: Person } | { fallback: true };
