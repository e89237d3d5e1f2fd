/** The database that is diagnosed: a table of executions, what goes wrong with it, and logins that may see more or less. */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import type { Queryable, Surroundings } from '../../src/diagnosis/diagnosis.ts';
import type { IssueType } from '../../src/incident/policy.ts';
import { loadPolicy } from '../../src/runbook/load.ts';
import { testDatabase } from '../tools/database.ts';

export interface Row {
  /** as Postgres writes intervals */
  age: string;
  workflow?: string;
  status?: string;
  id?: string;
}

export interface Patient {
  url: string;
  pool: pg.Pool;
  run(...rows: Row[]): Promise<void>;
  /** a login with these rights and no others; answers its URL */
  login(...rights: ('read' | 'monitor')[]): Promise<string>;
  /** a session of somebody else, as an application would have it */
  session(application: string): Promise<pg.Client>;
  /** until so many sessions of this name wait for a lock, each for as long */
  waiting(application: string, atLeast: string): Promise<void>;
  end(): Promise<void>;
}

export async function makePatient(): Promise<Patient> {
  const database = await testDatabase('template0');
  const { url, pool } = database;
  const sessions: pg.Client[] = [];
  const logins: string[] = [];
  await pool.query(
    `create table executions (
       id text primary key,
       workflow text,
       status text not null,
       started_at timestamptz not null,
       finished_at timestamptz
     )`,
  );
  return {
    url,
    pool,
    run: (...rows) => insert(pool, ...rows),
    async login(...rights) {
      const name = `${new URL(url).pathname.slice(1)}_${logins.push('')}`;
      logins[logins.length - 1] = name;
      await pool.query(`create role ${name} login password 'let-me-see'`);
      if (rights.includes('read')) await pool.query(`grant select on executions to ${name}`);
      if (rights.includes('monitor')) await pool.query(`grant pg_monitor to ${name}`);
      return as(url, name, 'let-me-see');
    },
    async session(application) {
      const client = new pg.Client({ connectionString: url, application_name: application });
      client.on('error', () => {});
      await client.connect();
      sessions.push(client);
      return client;
    },
    async waiting(application, atLeast) {
      const isSo = `select from pg_locks join pg_stat_activity using (pid)
                     where application_name = $1 and not granted and waitstart < clock_timestamp() - $2::interval`;
      while ((await pool.query(isSo, [application, atLeast])).rowCount === 0) await pool.query('select pg_sleep(0.02)');
    },
    async end() {
      for (const client of sessions) await client.end();
      for (const name of logins) await pool.query(`drop owned by ${name}; drop role ${name}`);
      await database.end();
    },
  };
}

export function as(url: string, user: string, password: string): string {
  const other = new URL(url);
  other.username = user;
  other.password = password;
  return other.href;
}

export async function insert(db: Queryable, ...rows: Row[]): Promise<void> {
  await db.query(
    `insert into executions (id, workflow, status, started_at)
     select coalesce(id, 'exec-' || n), workflow, coalesce(status, 'running'), now() - age::interval
       from rows from (json_to_recordset($1) as (id text, workflow text, status text, age text))
            with ordinality as given (id, workflow, status, age, n)`,
    [JSON.stringify(rows)],
  );
}

export const rows = (n: number, row: Omit<Row, 'id'>): Row[] =>
  Array.from({ length: n }, (_, at) => ({ ...row, id: `${row.workflow ?? 'none'}-${at}` }));

/** The issue type of the shipped runbook. */
export function workflowStuckType(targets: Record<string, string> = {}): IssueType {
  const policy = loadPolicy(readFileSync('runbook.yaml', 'utf8'), 'runbook.yaml');
  const found = policy.issueTypes.find(({ id }) => id === 'workflow-stuck');
  if (!found) throw new Error('the runbook has no issue type workflow-stuck');
  return { ...found, targets: { ...found.targets, ...targets } };
}

export const around = (database: Queryable | undefined, targets: Record<string, string> = {}): Surroundings => ({
  clients: database ? { database } : {},
  issueType: workflowStuckType(targets),
  now: Date.now(),
});
