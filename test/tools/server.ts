/** A Postgres server of a test file's own, with few connections: what is seen in it is server-wide. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../src/local-postgres/start.ts';

export interface OwnServer {
  url: string;
  pool: pg.Pool;
  /** of a login that may see other sessions and nothing else */
  watcher: string;
  stop(): Promise<void>;
}

const reserved = 270;

/** Thirty connections are usable. */
export async function startOwnServer(): Promise<OwnServer> {
  const folder = mkdtempSync(join(tmpdir(), 'responder-patient-'));
  chmodSync(folder, 0o755);
  const server = await startPostgres({ dataDir: folder, durable: false, log: () => {} });
  await say(server.url, `alter system set superuser_reserved_connections = ${reserved}`);
  await restarted(server.url);
  await say(server.url, `create role bot_read login password 'looks-only' in role pg_monitor`);
  const pool = new pg.Pool({ connectionString: server.url, max: 2 });
  pool.on('error', () => {});
  const watcher = new URL(server.url);
  watcher.username = 'bot_read';
  watcher.password = 'looks-only';
  return {
    url: server.url,
    pool,
    watcher: watcher.href,
    async stop() {
      await pool.end();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whoever started it starts it again when it ends by itself, and it takes no other setting. */
async function restarted(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query<{ pid: string }>(
    `select split_part(pg_read_file('postmaster.pid'), chr(10), 1) as pid`,
  );
  // not events.once: that fails with the error that comes before
  const ended = new Promise((resolve) => client.once('end', resolve));
  process.kill(Number(rows[0]?.pid), 'SIGINT');
  await ended;
  await answering(url);
}

async function answering(url: string): Promise<void> {
  try {
    await say(url, 'select 1');
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 50));
    await answering(url);
  }
}

async function say(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(statement);
  } finally {
    await client.end();
  }
}
