/** Failures as our own database and pg give them, against what is a fault of the statement or of ours. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { PerhapsDone } from '../../src/errors.ts';
import { isAway } from '../../src/store/away.ts';
import { type TestDatabase, testDatabase } from '../tools/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.end());

async function failing(settings: pg.PoolConfig, ...statements: string[]): Promise<unknown> {
  const pool = new pg.Pool({ connectionString: database.url, max: 1, ...settings });
  pool.on('error', () => {});
  try {
    for (const statement of statements) await pool.query(statement);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await pool.end();
  }
}

async function waitingForAConnection(): Promise<unknown> {
  const pool = new pg.Pool({ connectionString: database.url, max: 1, connectionTimeoutMillis: 100 });
  const taken = await pool.connect();
  const error: unknown = await pool.query('select').catch((fault: unknown) => fault);
  taken.release();
  await pool.end();
  return error;
}

async function closedPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return `postgres://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/none`;
}

describe('is away', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['no answer in time', () => failing({ query_timeout: 100 }, 'select pg_sleep(2)')],
    ['ended by the limit of a statement', () => failing({ statement_timeout: 100 }, 'select pg_sleep(2)')],
    ['a connection that was ended', () => failing({}, 'select pg_terminate_backend(pg_backend_pid())')],
    ['nobody at the port', async () => failing({ connectionString: await closedPort() }, 'select')],
    ['no connection free in time', waitingForAConnection],
    ['only to be read', () => failing({ options: '-c default_transaction_read_only=on' }, 'create table t ()')],
    ['a commit without an answer', async () => new PerhapsDone(new Error('lost'))],
  ])('%s', async (_, fail) => {
    const error = await fail();

    expect(error).toBeDefined();
    expect(isAway(error)).toBe(true);
  });
});

describe('is not away', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['a statement that is none', () => failing({}, 'selekt 1')],
    ['a table that is not there', () => failing({}, 'select from nowhere')],
    ['a value that is refused', () => failing({}, `select 'x'::integer`)],
    ['a fault of ours', async () => new TypeError('x is not a function')],
    ['what is no error', async () => 'no'],
  ])('%s', async (_, fail) => {
    const error = await fail();

    expect(error).toBeDefined();
    expect(isAway(error)).toBe(false);
  });
});
