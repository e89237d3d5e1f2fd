/** A fresh, migrated database of the test file's own, on the server of the run; its clock can be set. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  url: string;
  pool: pg.Pool;
  end(): Promise<void>;
}

export function serverUrl(): string {
  const url = process.env['TEST_POSTGRES_URL'];
  if (url === undefined) throw new Error('start these tests with npm test: it starts their Postgres server');
  return url;
}

/** `template0` for an empty one. */
export async function testDatabase(template = 'responder_template'): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(`create database ${name} template ${template}`);
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 10, pipeline: true });
  pool.on('error', () => {});
  return {
    url: url.href,
    pool,
    async end() {
      await pool.end();
      await onServer(`drop database ${name} with (force)`);
    },
  };
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl() });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** From now on it is this instant in the database, until it is set again. */
export async function setClock(pool: pg.Pool, instant: number): Promise<void> {
  await pool.query(
    `create or replace function app_now() returns timestamptz
       language sql stable
       as $$ select timestamptz '${new Date(instant).toISOString()}' $$`,
  );
  await pool.query('notify duties');
}
