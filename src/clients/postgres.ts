/** The client of the database that is diagnosed: few warm connections, read-only, a limit on every wait. */
import { once } from 'node:events';
import pg from 'pg';
import { ContainedClient } from './contained-client.ts';
import { ownSockets } from './own-sockets.ts';
import { within } from './within.ts';

export interface TargetDatabase {
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
  end(): Promise<void>;
}

/** The server gives up before the client does: a client that gives up first leaves its statement running there. */
const limits = {
  connectionTimeoutMillis: 2_500,
  query_timeout: 3_500,
  statement_timeout: 3_000,
  lock_timeout: 500,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
  application_name: 'responder-diagnosis',
};
const keepWarmMs = 30_000;
const endMs = 2_000;

/**
 * For an address past any pooler: limits are parameters of the session, which a pooler refuses. That is wanted: set by
 * a statement they would pass it, and stick to connections of the application. `lost` hears of connections that broke
 * while nobody used them, and once of a database that cannot be reached.
 */
export function makeTargetDatabase(url: string, lost: (error: Error) => void): TargetDatabase {
  const { stream, letGo } = ownSockets();
  const connectionString = readOnly(url);
  const kept = { max: 3, min: 1, idleTimeoutMillis: 0 };
  const pool = new pg.Pool({ ...limits, ...kept, connectionString, stream, Client: ContainedClient });
  pool.on('error', lost);
  // one that breaks while it is used may emit an error as well, which would end the process; the statement tells of it
  pool.on('connect', (client) => client.on('error', () => {}));
  const warmth = keepWarm(pool, lost);
  return {
    query: (text, values) => ask(pool, text, values),
    async end() {
      clearInterval(warmth);
      // a server that stands still must hold up neither the stop of the bot nor the end of its process
      await within(endMs, () => pool.end()).catch(() => {});
      letGo();
    },
  };
}

/** At saturation a new connection is refused, an old one goes on working: so there is one before it is needed. */
function keepWarm(pool: pg.Pool, lost: (error: Error) => void): NodeJS.Timeout {
  let isAway = false;
  const warm = async (): Promise<void> => {
    try {
      (await pool.connect()).release();
      isAway = false;
    } catch (error) {
      if (!isAway && !pool.ending && Error.isError(error)) lost(error);
      isAway = true;
    }
  };
  void warm();
  return setInterval(() => void warm(), keepWarmMs).unref();
}

/** Not `pool.query`, which throws its connection away after any error: a missing table would cost the warm one. */
async function ask(pool: pg.Pool, text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }> {
  const client = await lease(pool);
  let isBroken = false;
  try {
    return await client.query<Record<string, unknown>>(text, values);
  } catch (error) {
    isBroken = !isRefusal(error);
    throw error;
  } finally {
    client.release(isBroken);
  }
}

/** Where the server takes no new connection, the ones that we have go on working: each look waits for its turn on them. */
async function lease(pool: pg.Pool): Promise<pg.PoolClient> {
  const late = AbortSignal.timeout(limits.connectionTimeoutMillis);
  for (;;) {
    try {
      return await pool.connect();
    } catch (error) {
      const isFull = error instanceof pg.DatabaseError && error.code === '53300';
      if (!isFull || pool.totalCount === 0 || late.aborted) throw error;
      if (pool.idleCount === 0) await once(pool, 'release', { signal: late }).catch(() => {});
    }
  }
}

/** The server refused the statement and keeps the session; 08 and 57P are the end of the connection. */
const isRefusal = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code !== undefined && !/^(08|57P)/.test(error.code);

/** What stands in a URL wins over settings, so what would loosen the limits is taken out; its other options stay. */
function readOnly(url: string): string {
  const target = URL.parse(url);
  // never the URL in an error: it carries the password
  if (!target) throw new Error('the address of the diagnosed database is not a URL');
  for (const name of Object.keys(limits)) target.searchParams.delete(name);
  const given = target.searchParams.get('options');
  const own = '-c default_transaction_read_only=on';
  target.searchParams.set('options', given === null ? own : `${given} ${own}`);
  return target.href;
}
