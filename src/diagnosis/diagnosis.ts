/** The words of a diagnosis: what was looked at, what was seen, what it means. Playbooks, stores and views share them. */
import type { Instant } from '../incident/incident.ts';
import type { IssueType, Milliseconds } from '../incident/policy.ts';
import type { Cluster, Right } from './cluster.ts';
import type { Threshold } from './thresholds.ts';

/** The little of a Postgres client that probes need; `pg.Pool` and `pg.Client` both fit. */
export interface Queryable {
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

/** PgBouncer's admin console: one command, without parameters; rows by the names of their columns. */
export interface Console {
  show(what: 'pools' | 'databases' | 'version' | 'stats' | 'config' | 'lists'): Promise<Record<string, unknown>[]>;
}

/** The systems that are looked at. An absent one is not configured: its probes say so, they are never green. */
export interface Clients {
  database?: Queryable;
  pooler?: Console;
  cluster?: Cluster;
}

/** One container as it was once a minute. */
export interface Sample {
  at: Instant;
  namespace: string;
  pod: string;
  uid: string;
  container: string;
  restarts: number;
  /** working set; absent where no metrics were there */
  memoryBytes?: number;
  limitBytes?: number;
}

export interface Surroundings {
  clients: Clients;
  issueType: IssueType;
  /** by the clock of this machine: what ages are counted to */
  now: Instant;
  /** oldest first; nothing where none are kept */
  samples?: readonly Sample[];
}

/** A read-only look at one place, without opinion. Throws when it cannot see; the runner turns that into `Seen`. */
export interface Probe<Data> {
  name: string;
  timeoutMs: Milliseconds;
  look(surroundings: Surroundings): Promise<Data>;
  /** the command with which a person sees the same */
  repeat(issueType: IssueType): string;
  /** what it uses of a cluster */
  rights?: readonly Right[];
  /** names under the runbook's `targets`, besides the namespace, that it reads: what no probe reads is refused there */
  targets?: readonly string[];
  /** sentences on what was not seen although something was: with any, its check is never healthy */
  gaps?(data: Data): string[];
  again?: Again<Data>;
}

/** A second look at what one alone cannot tell. Until it is there, and where it fails, the first stands. */
export interface Again<Data> {
  isNeeded(first: Data, surroundings: Surroundings): boolean;
  afterMs: Milliseconds;
  /** asks anew: answers that are shared are those of the first */
  look(first: Data, surroundings: Surroundings): Promise<Data>;
}

export type Seen<Data> = { ok: true; data: Data } | { ok: false; why: string; grant?: string };

/** In this order: the worst first. */
export const findingLevels = ['critical', 'warning', 'info'] as const;
export type FindingLevel = (typeof findingLevels)[number];

/** Less than nought: the first is worse. */
export const byLevel = (a: { level: FindingLevel }, b: { level: FindingLevel }): number =>
  findingLevels.indexOf(a.level) - findingLevels.indexOf(b.level);

/** In this order: what stands first may explain what stands behind it. */
export const causes = ['rollout', 'node', 'out-of-memory', 'dependency', 'capacity'] as const;
export type Cause = (typeof causes)[number];

/** The object that a finding is about, bound to this very one by its uid. */
export interface About {
  /** as kubectl says it: pod, deployment, service */
  kind: string;
  namespace: string;
  name: string;
  uid?: string;
  /** `deployment/api`; findings of one rule and one owner are told as one */
  owner?: string;
  /** how many the owner has, seen or not found ill */
  siblings?: number;
}

/** Something that could be done about it, by a button. */
export interface Offer {
  remedy: string;
  label: string;
  about: About;
}

export interface Finding {
  /** `noun.condition`, stable: tests, reports and later comparisons go by it */
  rule: string;
  level: FindingLevel;
  /** name of the probe whose data this follows from */
  check: string;
  /** names of further probes without which this would not be found, or be milder: where one was not seen, it is not gone */
  restsOn?: string[];
  /** rules that cannot speak of this owner yet: what they found before is not gone */
  leavesOpen?: string[];
  subject: string;
  /** one sentence with the numbers */
  summary: string;
  observed?: string;
  threshold?: string;
  /** foreign text, shown as preformatted data */
  evidence?: string[];
  repeat?: string;
  cause?: Cause;
  about?: About;
  offers?: Offer[];
}

export type Verdict = 'healthy' | 'suspect' | 'unknown';

/** One probe of a playbook and what came of it. */
export interface Check {
  name: string;
  verdict: Verdict;
  why?: string;
  /** what an administrator would have to allow for it to be seen */
  grant?: string;
  /** what was not seen although something was */
  gaps?: string[];
  repeat: string;
  tookMs: Milliseconds;
}

/** A diagnosis with its evidence; JSON all through, so that the store keeps it as it is. */
export interface Report {
  issueType: string;
  title: string;
  /** the runbook's paragraph that it follows */
  paragraph: string;
  verdict: Verdict;
  /** the most likely cause first */
  findings: Finding[];
  checks: Check[];
  /** sentences on what it is not, each seen */
  ruledOut: string[];
  /** left to a person */
  steps: string[];
  /** names of probes that are still looking: more will follow */
  pending: string[];
  at: Instant;
  /** how far back the rules were told of what was kept; absent: nothing was */
  historySince?: Instant;
  tookMs: Milliseconds;
  /** where nobody has said what it is: what each playbook saw, the worst first */
  suggestions?: Suggestion[];
  /** against an earlier look at the same */
  changes?: Changes;
}

/** What one of several playbooks makes of it. */
export interface Suggestion {
  issueType: string;
  title: string;
  verdict: Verdict;
  /** of its first finding */
  level?: FindingLevel;
  summary?: string;
}

/** `unseen`: found before, and what it rests on not seen now · `same`: as bad as before, perhaps with other numbers */
export const changeKinds = ['new', 'worse', 'same', 'better', 'unseen', 'gone'] as const;
export type ChangeKind = (typeof changeKinds)[number];

export interface Change {
  kind: ChangeKind;
  rule: string;
  subject: string;
  /** as it was and as it is, as far as it was and is found */
  was?: string;
  is?: string;
}

export interface Changes {
  /** when the earlier look was taken */
  since: Instant;
  list: Change[];
}

export interface Playbook {
  issueType: string;
  probes: readonly Probe<unknown>[];
  /** numbers that the runbook may set for it, besides those that rules share */
  thresholds?: Record<string, Threshold>;
  /** `first` hears, once, what is known while something is still looked at */
  run(surroundings: Surroundings, first?: (report: Report) => void): Promise<Report>;
}
