/** What every part of the engine works with, and the shape of what enters and leaves by the one door. */
import type { Pool } from 'pg';
import type { Clients, Playbook } from '../diagnosis/diagnosis.ts';
import type { Entry } from '../incident/entry.ts';
import type { Actor, Command, Incident, IncidentId, Instant, Refusal } from '../incident/incident.ts';
import type { Policy } from '../incident/policy.ts';
import type { Logger } from '../log.ts';

export interface Engine {
  pool: Pool;
  policy: Policy;
  playbooks: Playbook[];
  clients: Clients;
  log: Logger;
}

/** One input. `key` is what makes a repeat the same input: trigger id, event id, message + action + version … */
export interface Input {
  /** absent only for `duties-due`, which finds for itself what is due */
  key?: string;
  /** this very press, where later ones share its meaning and so its key: a second delivery of it changes nothing */
  delivery?: string;
  /** absent for `declare` */
  incident?: IncidentId;
  actor: Actor;
  command: Command;
  /** the incident's version for which the pressed button was drawn */
  drawnFor?: number;
}

/**
 * `repeated`: this input was handled before; the rest is the first answer, and this says whose it was. `redelivered`: it
 * is not only the same input but the same press.
 */
export type Answer = { repeated?: { by: Actor; at: Instant }; redelivered?: true } & (
  | { ok: true; incident: Incident; entries: Entry[] }
  | { ok: false; incident?: Incident; refusal: Refusal }
);
