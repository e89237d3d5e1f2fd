/** Incidents: locked, read, saved. Every transaction locks the incident first, before its duties and outbox rows. */
import { z } from 'zod';
import type { Incident, IncidentId, Instant } from '../incident/incident.ts';
import type { Severity } from '../incident/policy.ts';
import type { Db, Queries } from './db.ts';
import { parseIncident } from './incident-row.ts';
import { clean, toJson } from './json.ts';

const declarations = 7_301_102;

async function one(db: Queries, text: string, values: unknown[]): Promise<Incident | undefined> {
  const { rows } = await db.query<{ state: unknown }>(text, values);
  return rows[0] && parseIncident(rows[0].state);
}

async function many(db: Queries, text: string, values: unknown[]): Promise<Incident[]> {
  const { rows } = await db.query<{ state: unknown }>(text, values);
  return rows.map(({ state }) => parseIncident(state));
}

/** The database's clock, in whole milliseconds rounded down: what is due is never found due too early. */
export async function appNow(db: Queries): Promise<Instant> {
  const { rows } = await db.query<{ now: string }>(`select floor(extract(epoch from app_now()) * 1000)::bigint as now`);
  return z.coerce.number().parse(rows[0]?.now);
}

export const lockIncident = (db: Db, id: IncidentId): Promise<Incident | undefined> =>
  one(db, 'select state from incidents where id = $1 for update', [id]);

/** Nothing when another transaction holds it. */
export const tryLockIncident = (db: Db, id: IncidentId): Promise<Incident | undefined> =>
  one(db, 'select state from incidents where id = $1 for update skip locked', [id]);

export const readIncident = (db: Queries, id: IncidentId): Promise<Incident | undefined> =>
  one(db, 'select state from incidents where id = $1', [id]);

export const incidentByNumber = (db: Queries, number: number): Promise<Incident | undefined> =>
  one(db, 'select state from incidents where number = $1', [number]);

export const incidentByChannel = (db: Queries, channel: string): Promise<Incident | undefined> =>
  one(db, 'select state from incidents where channel = $1', [channel]);

/** Neither closed nor cancelled, newest first. */
export const openIncidents = (db: Queries, limit: number): Promise<Incident[]> =>
  many(
    db,
    `select state
       from incidents
      where phase not in ('closed', 'cancelled')
      order by number desc
      limit $1`,
    [limit],
  );

/** All declarations queue here, so that two of the same incident see each other. */
export async function lockDeclarations(db: Db): Promise<void> {
  await db.query('select pg_advisory_xact_lock($1)', [declarations]);
}

/** Without gaps, because declarations hold their lock; after a restored backup, beyond what Slack has seen. */
export async function nextNumber(db: Db): Promise<number> {
  const { rows } = await db.query<{ next: number }>(
    `select coalesce(max(number), 0) + 1 as next
       from (select number from incidents union all select number from strangers) as given`,
  );
  return z.number().parse(rows[0]?.next);
}

/** Running incidents of a severity that were declared since, newest first. */
export const declaredSince = (db: Db, severity: Severity, since: Instant): Promise<Incident[]> =>
  many(
    db,
    `select state
       from incidents
      where severity = $1
        and phase in ('open', 'mitigated')
        and declared_at >= to_timestamp($2::double precision / 1000)
      order by number desc
      limit 50`,
    [severity, since],
  );

/** Channels that belong to an incident already; a new one must not adopt them. */
export async function heldChannels(db: Queries): Promise<string[]> {
  const { rows } = await db.query<{ channel: string }>('select channel from incidents where channel is not null');
  return rows.map(({ channel }) => channel);
}

const columns = (i: Incident): unknown[] => [
  i.id,
  i.version,
  i.severity,
  i.phase,
  clean(i.title),
  i.home.kind === 'channel' ? i.home.channel : null,
  i.home.kind !== 'none',
  toJson(i),
];

export async function insertIncident(db: Db, i: Incident): Promise<void> {
  await db.query(
    `insert into incidents (id, version, severity, phase, title, channel, home_known, state, number, declared_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, to_timestamp($10::double precision / 1000))`,
    [...columns(i), i.number, i.declaredAt],
  );
}

/** The version guards against a caller that did not hold the lock: then nothing is saved. */
export async function saveIncident(db: Db, i: Incident): Promise<void> {
  const { rowCount } = await db.query(
    `update incidents
        set version = $2,
            severity = $3,
            phase = $4,
            title = $5,
            channel = $6,
            home_known = $7,
            state = $8
      where id = $1
        and version = $2 - 1`,
    columns(i),
  );
  if (rowCount !== 1)
    throw new Error(`incident ${i.id} was changed by somebody else: version ${i.version} was not saved`);
}
