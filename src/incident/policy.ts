/** The runbook as the core needs it: plain data, every duration in milliseconds. `runbook/` makes it from YAML. */
import { hours, minutes } from './times.ts';

export type Milliseconds = number;

/** Code points of a title; what was typed beyond it is kept beside. */
export const titleLength = 500;

export const severities = ['p1', 'p2', 'p3'] as const;
export type Severity = (typeof severities)[number];

/** Who is asked, lowest first: an escalation climbs this list and stays on its last rung. */
export const levels = ['on-call', 'second-level', 'team-lead'] as const;
export type Level = (typeof levels)[number];

/** Somebody we can name: by Slack user id, or (unknown to Slack) by the pager's user name. */
export type Person = { slack: string } | { pager: string; name: string };

export interface LevelPolicy {
  title: string;
  /** whom the pager notifies; none: this level cannot be paged, the second route takes its place */
  pager: PagerTarget[];
  /** whose rota says who is on call; read at the pager */
  schedule?: string;
  /** mentioned by name in Slack: user ids (U…, W…) or user groups (S…) */
  slack: string[];
}

export interface PagerTarget {
  type: 'team' | 'schedule' | 'escalation' | 'user';
  name: string;
}

/** Reached by direct message and mention when a page is refused or unconfirmed (second route). */
export interface FallbackPolicy {
  slack: string[];
  webhook?: string;
}

export interface SeverityPolicy {
  title: string;
  criteria: string[];
  response: Milliseconds;
  resolution: Milliseconds;
  /** the runbook's own sentence on escalation */
  escalation: string;
}

/** One rung of the ladder, counted from the moment the severity was set; it runs until somebody acknowledges. */
export interface LadderStep {
  at: Milliseconds;
  page: Level[];
  mention: Level[];
  /** the response time of the severity is over with this step, and the message says so */
  breach: boolean;
}

export interface Ladder {
  steps: LadderStep[];
  /** after the last step, for ever */
  repeat: { every: Milliseconds; page: Level[]; mention: Level[] };
}

/** When a reminder is due, counted from its anchor (see clocks.ts): first at each `at`, then `every`. */
export interface Schedule {
  at: Milliseconds[];
  every?: Milliseconds;
}

const day = hours(24);

const hourlyFromNow = { at: [0], every: hours(1) };
const dailyFromNow = { at: [0], every: day };
const reportDue = { at: [hours(12), hours(20), day], every: day };

/** A duty that reminds: what it is called in a sentence, what its times count from, and the times by severity. */
type Default = { name: string; from: string } & Partial<Record<Severity, Schedule>>;

/**
 * Every duty that reminds. `runbook.yaml` may override the times; a severity left out owes nothing. Adding one here
 * makes the compiler ask for its branch in clocks.ts and its text in slack/views/reminder.ts.
 */
export const defaultReminders = {
  lead: {
    name: 'a lead',
    from: 'the acknowledgement',
    p1: { at: [minutes(2)] },
    p2: { at: [minutes(10)] },
    p3: { at: [hours(1)] },
  },
  update: {
    name: 'an update',
    from: 'the declaration, then the last update',
    p1: { at: [], every: minutes(30) },
    p2: { at: [], every: hours(1) },
    p3: { at: [], every: day },
  },
  resolution: {
    name: 'the resolution',
    from: 'the declaration',
    p1: { at: [minutes(30), minutes(48), hours(1)] },
    p2: { at: [hours(2), hours(3.2), hours(4)] },
    p3: { at: [hours(12), hours(19.2), day] },
  },
  ticket: { name: 'the ticket', from: 'the moment the severity was set', p3: dailyFromNow },
  'status-page': {
    name: 'the status page',
    from: 'the resolve',
    p1: hourlyFromNow,
    p2: hourlyFromNow,
    p3: hourlyFromNow,
  },
  'affected-users': {
    name: 'telling the affected users',
    from: 'the resolve',
    p1: hourlyFromNow,
    p2: hourlyFromNow,
    p3: hourlyFromNow,
  },
  report: { name: 'the incident report', from: 'the resolve', p1: reportDue, p2: reportDue, p3: reportDue },
  'post-mortem': { name: 'the post-mortem', from: 'the resolve', p1: dailyFromNow, p2: dailyFromNow },
} satisfies Record<string, Default>;

export type ReminderKind = keyof typeof defaultReminders;
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys loses the literal keys it was given
export const reminderKinds = Object.keys(defaultReminders) as ReminderKind[];
export type Reminders = Record<ReminderKind, Partial<Record<Severity, Schedule>>>;

export interface IssueType {
  id: string;
  title: string;
  symptoms: string[];
  /** words or phrases of a title that suggest this type, lower case */
  words: string[];
  /** commands a person runs to look, as the runbook has them */
  look: string[];
  steps: string[];
  /** the paragraph of the runbook that everything said about this type follows */
  paragraph: string;
  /** numbers the playbook's rules compare with, in the unit their name carries; durations in milliseconds */
  thresholds: Record<string, number>;
  /** what the probes look at (namespace, label, pod, table, column …), by name */
  targets: Record<string, string>;
}

export type Right = 'declare' | 'respond' | 'close';

/** One more with every release that times duties otherwise: what an older one decided is not judged by newer rules. */
export const timingRules = 1;

export interface Policy {
  title: string;
  /** of all that decides what is owed and when: policies with the same one owe the same */
  fingerprint: string;
  severities: Record<Severity, SeverityPolicy>;
  ladder: Record<Severity, Ladder>;
  reminders: Reminders;
  levels: Record<Level, LevelPolicy>;
  fallback: FallbackPolicy;
  /** a right that is absent belongs to every full member; else to these users (U…, W…) and user groups (S…) */
  rights: Partial<Record<Right, string[]>>;
  roles: { id: string; title: string }[];
  issueTypes: IssueType[];
  /** a page that the pager has not confirmed after this long takes the second route */
  confirmWithin: Milliseconds;
  /** a channel that is not open after this long: the announcement's thread is the incident's home */
  channelWithin: Milliseconds;
  /** the guard against the same incident declared twice looks back this far */
  sameIncidentWithin: Milliseconds;
}
