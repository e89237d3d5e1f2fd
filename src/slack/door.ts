/** The way from Slack into the engine, as this room sees it: one function that changes things, a few that read. */
import type { Report } from '../diagnosis/diagnosis.ts';
import type { Audited } from '../engine/audit.ts';
import type { Answer, Input, WithoutDatabase } from '../engine/engine.ts';
import type { Command, Incident, IncidentId, Instant } from '../incident/incident.ts';

export interface Door {
  /** one transaction, idempotent by `input.key`; a declaration is acted on without the database too */
  handle(input: Input): Promise<Answer | WithoutDatabase>;
  incident(id: IncidentId): Promise<Incident | undefined>;
  byNumber(number: number): Promise<Incident | undefined>;
  byChannel(channel: string): Promise<Incident | undefined>;
  /** neither closed nor cancelled, newest first, at most 50 */
  open(): Promise<Incident[]>;
  /** the command of an earlier input, for a button that says "do it all the same" */
  remembered(key: string): Promise<Command | undefined>;
  now(): Promise<Instant>;
  /** its records against each other: what happened, what was owed, what was done */
  audit(id: IncidentId): Promise<Audited | undefined>;
  /** at the systems, for nobody's incident, within 15 s; no type: all of them; nothing where no playbook looks at that */
  look(issueType: string | undefined): Promise<Report | undefined>;
}
