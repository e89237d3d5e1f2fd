/** Connections to our own database, with a limit on every wait, and the transaction that everything is saved in. */
import pg from 'pg';
import type { Logger } from '../log.ts';

export type Db = pg.ClientBase;
/** What a single read needs: a pool, or the client of a transaction. */
export type Queries = Pick<pg.ClientBase, 'query'> | pg.Pool;

export function makePool(url: string, log: Logger): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 3_000,
    query_timeout: 8_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    maxLifetimeSeconds: 1_800,
    application_name: 'responder',
  });
  // an idle connection that the server closes emits an error; without a listener it would end the process
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection was lost'));
  return pool;
}

const mostTries = 5;
/**
 * Serialization failure, deadlock, too many clients: the transaction did nothing and may simply run again. The pool asks
 * for one more connection before it waits for one of its own, which is free again in a moment.
 */
const undone = new Set(['40001', '40P01', '53300']);

/** Set inside the transaction and not at connect, because a transaction pooler drops start-up parameters. */
const limits = `
  set local statement_timeout = '6s';
  set local lock_timeout = '2s';
  set local idle_in_transaction_session_timeout = '15s'`;

export async function inTransaction<T>(pool: pg.Pool, work: (db: Db) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await once(pool, work);
    } catch (error) {
      if (tries >= mostTries || !isUndone(error)) throw error;
      await new Promise((resolve) => {
        setTimeout(resolve, Math.random() * 20 * tries);
      });
    }
  }
}

const isUndone = (error: unknown): boolean => error instanceof pg.DatabaseError && undone.has(error.code ?? '');

async function once<T>(pool: pg.Pool, work: (db: Db) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let failure: Error | undefined;
  const lost = (error: Error): void => {
    failure = error;
  };
  client.on('error', lost);
  try {
    await client.query(`begin; ${limits}`);
    const result = await work(client);
    const { command } = await client.query('commit');
    // Postgres answers the commit of a failed transaction with a rollback, and with no error
    if (command !== 'COMMIT') throw new Error('the transaction had failed before it was committed: nothing was saved');
    return result;
  } catch (error) {
    await client.query('rollback').catch((fault: Error) => {
      failure = fault;
    });
    throw error;
  } finally {
    client.off('error', lost);
    // a connection that failed even to roll back is not handed to the next caller
    client.release(failure);
  }
}
