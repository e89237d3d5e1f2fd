/** The words of a diagnosis: what was looked at, what was seen, what it means. Playbooks, stores and views share them. */
import type { IssueType, Milliseconds } from '../incident/policy.ts';

/** The little of a Postgres client that probes need; `pg.Pool` and `pg.Client` both fit. */
export interface Queryable {
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

/** The systems that are looked at. An absent one is not configured: its probes say so, they are never green. */
export interface Clients {
  database?: Queryable;
}

export interface Surroundings {
  clients: Clients;
  issueType: IssueType;
}

/** A read-only look at one place, without opinion. Throws when it cannot see; the runner turns that into `Seen`. */
export interface Probe<Data> {
  name: string;
  timeoutMs: Milliseconds;
  look(surroundings: Surroundings): Promise<Data>;
  /** the command with which a person sees the same */
  repeat(issueType: IssueType): string;
}

export type Seen<Data> = { ok: true; data: Data } | { ok: false; why: string };

export type FindingLevel = 'critical' | 'warning' | 'info';

export interface Finding {
  /** `noun.condition`, stable: tests, reports and later comparisons go by it */
  rule: string;
  level: FindingLevel;
  /** name of the probe whose data this follows from */
  check: string;
  subject: string;
  /** one sentence with the numbers */
  summary: string;
  observed?: string;
  threshold?: string;
  /** foreign text, shown as preformatted data */
  evidence?: string[];
  repeat?: string;
}

export type Verdict = 'healthy' | 'suspect' | 'unknown';

/** One probe of a playbook and what came of it. */
export interface Check {
  name: string;
  verdict: Verdict;
  why?: string;
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
  findings: Finding[];
  checks: Check[];
  steps: string[];
  tookMs: Milliseconds;
}

export interface Playbook {
  issueType: string;
  run(surroundings: Surroundings): Promise<Report>;
}
