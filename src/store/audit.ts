/** What an audit reads: an incident with its timeline and its duties, as they stood at one and the same time. */
import type pg from 'pg';
import { z } from 'zod';
import type { Incident, IncidentId, Instant } from '../incident/incident.ts';
import type { Head } from './chain.ts';
import { inTransaction, type Queries } from './db.ts';
import { type DutyRow, dutiesOf } from './duties.ts';
import { appNow, readIncident } from './incidents.ts';
import { readHead, readTimeline, type TimelineRow } from './timeline.ts';

export interface Records {
  incident: Incident;
  timeline: TimelineRow[];
  head: Head;
  duties: DutyRow[];
  now: Instant;
}

/** One snapshot: a decision that is saved meanwhile is seen whole or not at all. */
export const readRecords = (pool: pg.Pool, id: IncidentId): Promise<Records | undefined> =>
  inTransaction(pool, async (db) => {
    await db.query('set transaction isolation level repeatable read read only');
    const incident = await readIncident(db, id);
    if (!incident) return undefined;
    const timeline = await readTimeline(db, id);
    const head = await readHead(db, id);
    return { incident, timeline, head, duties: await dutiesOf(db, id), now: await appNow(db) };
  });

const Ids = z.array(z.object({ id: z.string() }));
const idsOf = (rows: unknown[]): IncidentId[] => Ids.parse(rows).map(({ id }) => id);

/** Every incident that is open or was changed within the last hours, and each hour a share of the others: all in a day. */
export async function incidentsToAudit(db: Queries): Promise<IncidentId[]> {
  const { rows } = await db.query(
    `select id
       from incidents i
      where phase not in ('closed', 'cancelled')
         or number % 24 = extract(hour from clock_timestamp() at time zone 'UTC')
         or exists (select from timeline where incident = i.id and seq = i.timeline_length and at > app_now() - interval '2 hours')
      order by number`,
  );
  return idsOf(rows);
}

export async function allIncidents(db: Queries): Promise<IncidentId[]> {
  const { rows } = await db.query('select id from incidents order by number');
  return idsOf(rows);
}

/** Running incidents that were decided last under another policy than this one. */
export async function decidedUnderAnother(db: Queries, fingerprint: string): Promise<IncidentId[]> {
  const { rows } = await db.query(
    `select id
       from incidents
      where phase not in ('closed', 'cancelled')
        and state -> 'decidedUnder' ->> -1 is distinct from $1
      order by number`,
    [fingerprint],
  );
  return idsOf(rows);
}
