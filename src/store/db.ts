/** Connections to our own database, with a limit on every wait, and the transaction that everything is saved in. */
import pg from 'pg';
import { PerhapsDone } from '../errors.ts';
import type { Logger } from '../log.ts';
import { readOnly, readTimeout } from './away.ts';

export type Db = pg.ClientBase;
/** What a single read needs: a pool, or the client of a transaction. */
export type Queries = Pick<pg.ClientBase, 'query'> | pg.Pool;

/** Of a database that does not answer within this time, a person learns better now than later. */
const waitMs = 2_000;

export function makePool(url: string, log: Logger, most = 10): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: most,
    connectionTimeoutMillis: waitMs,
    query_timeout: waitMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    // a server that was demoted still answers what is only read: after a failover nobody asks it for long
    maxLifetimeSeconds: 300,
    application_name: 'responder',
    // statements that do not need each other's answers go out together, and are carried out in order
    pipeline: true,
  });
  // an idle connection that the server closes emits an error; without a listener it would end the process
  pool.on('error', ({ message }) => log.warn({ why: message }, 'an idle database connection was lost'));
  return pool;
}

const mostTries = 5;
/**
 * Serialization failure, deadlock, too many clients: the transaction did nothing and may simply run again. The pool asks
 * for one more connection before it waits for one of its own, which is free again in a moment.
 */
const undone = new Set(['40001', '40P01', '53300']);

/**
 * Set inside the transaction and not at connect, because a transaction pooler drops start-up parameters. Shorter than our own
 * wait: an answer leaves the connection as it was, a wait that we end ourselves costs it.
 */
const limits = `
  set local statement_timeout = '1800ms';
  set local lock_timeout = '1500ms';
  set local idle_in_transaction_session_timeout = '15s'`;

/**
 * Work may send several statements at once. Each part of it then sends all that it writes at once: what a part sent later,
 * after another part had failed, could come behind the rollback.
 */
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

/** Several reads at once on one connection, where each by itself would ask the pool for one. */
export const onOneConnection = <T>(pool: pg.Pool, read: (db: Db) => Promise<T>): Promise<T> =>
  borrowed(pool, async (client, spoil) => {
    try {
      return await read(client);
    } catch (error) {
      spoil(asError(error));
      throw error;
    }
  });

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

type Use<T> = (client: pg.PoolClient, spoil: (why: Error) => void) => Promise<T>;

/** A connection that is lost while it is out says so, and with nobody to hear it that would end the process. */
async function borrowed<T>(pool: pg.Pool, use: Use<T>): Promise<T> {
  const client = await pool.connect();
  let failure: Error | undefined;
  const spoil = (error: Error): void => {
    failure ??= error;
  };
  client.on('error', spoil);
  try {
    return await use(client, spoil);
  } finally {
    client.off('error', spoil);
    // what failed even to roll back is not handed to the next caller
    client.release(failure);
  }
}

const isUndone = (error: unknown): boolean => error instanceof pg.DatabaseError && undone.has(error.code ?? '');

/**
 * Answers why the connection must not be used again: it does not answer, and an answer that still comes would be taken for that
 * of the next query, or its server is no longer the one to write to.
 */
async function undo(client: pg.PoolClient, error: unknown): Promise<Error | undefined> {
  if (error instanceof pg.DatabaseError && error.code === readOnly) return error;
  if (error instanceof PerhapsDone) return error;
  if (error instanceof Error && error.message === readTimeout) return error;
  try {
    await client.query('rollback');
    return undefined;
  } catch (fault) {
    return asError(fault);
  }
}

const once = <T>(pool: pg.Pool, work: (db: Db) => Promise<T>): Promise<T> =>
  borrowed(pool, async (client, spoil) => {
    try {
      // the first statements need not wait for the answer to this: a begin fails only with its connection
      const [, result] = await Promise.all([client.query(`begin; ${limits}`), work(client)]);
      await commit(client);
      return result;
    } catch (error) {
      const fault = await undo(client, error);
      if (fault) spoil(fault);
      throw error;
    }
  });

async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query('commit').catch((error: unknown) => {
    throw error instanceof pg.DatabaseError ? error : new PerhapsDone(error);
  });
  // Postgres answers the commit of a failed transaction with a rollback, and with no error
  if (command !== 'COMMIT') throw new Error('the transaction had failed before it was committed: nothing was saved');
}
