/** Brings our own database to this release: numbered SQL files, each once, in order, one process at a time. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { z } from 'zod';

/** Beside this file in the sources, beside the bundle in the image. */
const folder = fileURLToPath(new URL('./migrations', import.meta.url));
const lock = 7_301_101;

const Applied = z.object({ id: z.string(), sha256: z.string() });

/**
 * `url` is a direct connection: a transaction pooler would lose the lock. Answers the ids that were applied.
 * Throws when a file that was applied has changed since.
 */
export async function migrate(url: string, from = folder): Promise<string[]> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 3_000,
    application_name: 'responder-migrate',
  });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(`set lock_timeout = '30s'`);
    await client.query('select pg_advisory_lock($1)', [lock]);
    await client.query(
      'create table if not exists migrations (id text primary key, sha256 text not null, at timestamptz not null default now())',
    );
    const applied = z.array(Applied).parse((await client.query('select id, sha256 from migrations')).rows);
    const missing = files(from).filter((file) => !isApplied(file, applied));
    for (const file of missing) await apply(client, file);
    return missing.map(({ id }) => id);
  } finally {
    await client.end();
  }
}

interface File {
  id: string;
  sql: string;
  sha256: string;
}

function files(from: string): File[] {
  const names = readdirSync(from).filter((name) => name.endsWith('.sql'));
  return names.toSorted().map((id) => {
    const sql = readFileSync(join(from, id), 'utf8');
    return { id, sql, sha256: createHash('sha256').update(sql).digest('hex') };
  });
}

function isApplied({ id, sha256 }: File, applied: z.infer<typeof Applied>[]): boolean {
  const before = applied.find((one) => one.id === id);
  if (before && before.sha256 !== sha256)
    throw new Error(
      `Migration ${id} was edited after it had been applied. Nothing was changed. Put the change into a new file.`,
    );
  return before !== undefined;
}

async function apply(client: pg.Client, { id, sql, sha256 }: File): Promise<void> {
  await client.query('begin');
  try {
    await client.query(sql);
    await client.query('insert into migrations (id, sha256) values ($1, $2)', [id, sha256]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
