/** Incidents to keep, each with an id and a number of its own, and two connections that race. */
import pg from 'pg';
import type { Incident } from '../../src/incident/incident.ts';
import { type Db, inTransaction } from '../../src/store/db.ts';
import { insertIncident } from '../../src/store/incidents.ts';
import { begin, start } from '../incident/story.ts';

export { start };

let made = 0;

export function incident(changes: Partial<Incident> = {}): Incident {
  made += 1;
  return { ...begin('p1').incident, id: `incident-${made}`, number: made, version: 1, ...changes };
}

export async function insert(pool: pg.Pool, changes: Partial<Incident> = {}): Promise<Incident> {
  const one = incident(changes);
  await inTransaction(pool, (db) => insertIncident(db, one));
  return one;
}

export interface Held {
  db: Db;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** A transaction that stays open until the test ends it. */
export async function hold(url: string): Promise<Held> {
  const db = new pg.Client({ connectionString: url });
  await db.connect();
  await db.query('begin');
  const finish = (how: string) => async () => {
    await db.query(how);
    await db.end();
  };
  return { db, commit: finish('commit'), rollback: finish('rollback') };
}

/** Resolves when somebody waits for a lock in this database: the race is on. */
export async function somebodyWaits(pool: pg.Pool): Promise<void> {
  for (;;) {
    const { rowCount } = await pool.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (rowCount) return;
  }
}
