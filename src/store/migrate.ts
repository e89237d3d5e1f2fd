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
 * Answers the ids that were applied; throws when a file that was applied has changed since. Each file has a transaction
 * of its own, and its lock ends with it: a pooler stands before the database perhaps, and would lose any other.
 */
export async function migrate(url: string, from = folder): Promise<string[]> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 3_000,
    query_timeout: 120_000,
    keepAlive: true,
    application_name: 'responder-migrate',
  });
  client.on('error', () => {});
  await client.connect();
  try {
    const all = files(from);
    const applied: string[] = [];
    for (let id = await applyNext(client, all); id !== undefined; id = await applyNext(client, all)) applied.push(id);
    return applied;
  } finally {
    await client.end();
  }
}

/** The first file that nobody has applied yet, as it looks when our turn has come. */
async function applyNext(client: pg.Client, all: File[]): Promise<string | undefined> {
  await client.query(`begin; set local lock_timeout = '30s'`);
  try {
    await client.query('select pg_advisory_xact_lock($1)', [lock]);
    await client.query(
      'create table if not exists migrations (id text primary key, sha256 text not null, at timestamptz not null default now())',
    );
    const applied = z.array(Applied).parse((await client.query('select id, sha256 from migrations')).rows);
    const missing = all.filter((file) => !isApplied(file, applied));
    const next = missing.at(0);
    if (next) await apply(client, next);
    await client.query('commit');
    return next?.id;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

async function apply(client: pg.Client, { id, sql, sha256 }: File): Promise<void> {
  await client.query(sql);
  await client.query('insert into migrations (id, sha256) values ($1, $2)', [id, sha256]);
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
