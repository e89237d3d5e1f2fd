/** PgBouncer before the company's database: the real one where this machine has it, else a console that shows what is told. */
import pg from 'pg';
import { role } from '../scenarios/applications.ts';
import { pgbouncer, startPooler } from './real.ts';
import type { PoolerScene } from './shows.ts';
import { startPoolerConsole } from './start.ts';

export interface PoolerBefore {
  /** its admin console, for one who may look and no more */
  console: string;
  /** the database through it; absent: nothing goes through it */
  url?: string;
  /** shown where nothing goes through it */
  play(scene?: PoolerScene): void;
  /** undoes what the administrator of a scenario said */
  mend(): Promise<void>;
  stop(): Promise<void>;
}

/** Longer than by default: a person at the demo may take a while to look. */
const patience = 'query_wait_timeout = 600';

export async function poolerBefore(database: string): Promise<PoolerBefore> {
  if (pgbouncer === undefined) return shownOnly();
  const pooler = await startPooler(database, {
    settings: ['server_login_retry = 1', patience],
    users: { [role.name]: role.password },
  });
  return {
    console: pooler.console,
    url: pooler.url,
    play: () => {},
    mend: () => asAdmin(pooler.url, ['resume', `set max_client_conn = '100'`]),
    stop: async () => pooler.stop(),
  };
}

async function shownOnly(): Promise<PoolerBefore> {
  const console = await startPoolerConsole();
  return {
    console: console.url,
    play: (scene = {}) => console.play(scene),
    mend: async () => console.play({}),
    stop: () => console.stop(),
  };
}

async function asAdmin(url: string, statements: string[]): Promise<void> {
  const console = new URL(url);
  console.pathname = '/pgbouncer';
  const client = new pg.Client({ connectionString: console.href });
  client.on('error', () => {});
  await client.connect();
  // it refuses to resume what was not paused
  for (const statement of statements) await client.query(statement).catch(() => {});
  await client.end();
}
