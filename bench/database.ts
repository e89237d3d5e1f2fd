/** One durable Postgres server for a bench, as production has it: every commit is on disk. Databases of it are cheap. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../src/local-postgres/start.ts';
import { migrate } from '../src/store/migrate.ts';
import { serverOf } from './processes.ts';

export interface Server {
  /** a new database with our tables, or an empty one; answers its address */
  database(kind?: 'migrated' | 'empty'): Promise<string>;
  drop(url: string): Promise<void>;
  /** the process whose children do all the work */
  pid: number;
  folder: string;
  stop(): Promise<void>;
}

/** A server that stops ends connections; nobody is to die of it. */
export function poolOf(url: string, max: number): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

export async function startServer(): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'responder-bench-'));
  chmodSync(folder, 0o755);
  const server = await startPostgres({ dataDir: folder, durable: true, log: () => {} });
  const pool = poolOf(server.url, 2);
  let made = 0;
  const urlOf = (name: string): string => Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
  await pool.query('create database migrated');
  await migrate(urlOf('migrated'));
  return {
    pid: await serverOf(pool),
    folder,
    async database(kind = 'migrated') {
      made += 1;
      const name = `bench_${made}`;
      await pool.query(`create database ${name} template ${kind === 'migrated' ? 'migrated' : 'template1'}`);
      return urlOf(name);
    },
    drop: async (url) => {
      await pool.query(`drop database ${new URL(url).pathname.slice(1)} with (force)`);
    },
    async stop() {
      await pool.end();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
