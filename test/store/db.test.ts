import { EventEmitter, once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { makeLog } from '../../src/log.ts';
import { type Line, startLine } from '../../src/sandbox/line.ts';
import { inTransaction, makePool, onOneConnection } from '../../src/store/db.ts';
import { type TestDatabase, testDatabase } from '../tools/database.ts';

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await testDatabase();
  await database.pool.query('create table notes (text text primary key)');
});
afterAll(() => database.end());
beforeEach(() => {
  pool = makePool(database.url, makeLog('silent'));
});
afterEach(async () => {
  await pool.end();
  await database.pool.query('delete from notes');
});

const notes = async (): Promise<unknown[]> => (await database.pool.query('select text from notes')).rows;
const fail = (code: string): string => `do $$ begin raise exception 'as asked' using errcode = '${code}'; end $$`;

it('saves all of a transaction, or nothing of it', async () => {
  await inTransaction(pool, (db) => db.query(`insert into notes values ('kept')`));
  const half = inTransaction(pool, async (db) => {
    await db.query(`insert into notes values ('lost')`);
    throw new Error('half-way');
  });

  await expect(half).rejects.toThrow('half-way');
  expect(await notes()).toEqual([{ text: 'kept' }]);
});

it('does not take a failure that the work kept to itself for a commit', async () => {
  const work = inTransaction(pool, async (db) => {
    await db.query(`insert into notes values ('lost')`);
    await db.query('select 1 / 0').catch(() => {});
  });

  await expect(work).rejects.toThrow('nothing was saved');
  expect(await notes()).toEqual([]);
});

it.each([
  ['a serialization failure', '40001', 3],
  ['a deadlock', '40P01', 3],
  ['too many clients', '53300', 3],
  ['a unique violation', '23505', 1],
  ['a lock that was not given in time', '55P03', 1],
])('row 5, row 7: after %s (%s) it has run %i times: again only where nothing was done', async (_, code, runs) => {
  let ran = 0;

  await inTransaction(pool, async (db) => {
    ran += 1;
    if (ran < 3) await db.query(fail(code));
  }).catch(() => {});

  expect(ran).toBe(runs);
});

it('gives up after five deadlocks', async () => {
  let ran = 0;

  const work = inTransaction(pool, async (db) => {
    ran += 1;
    await db.query(fail('40P01'));
  });

  await expect(work).rejects.toThrow('as asked');
  expect(ran).toBe(5);
});

it('limits every wait inside a transaction, and leaves the connection as it was', async () => {
  const settings = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];
  const read = `select ${settings.map((name) => `current_setting('${name}')`).join(` || ' ' || `)} as limits`;

  const inside = await inTransaction(pool, (db) => db.query(read));

  expect(inside.rows).toEqual([{ limits: '1800ms 1500ms 15s' }]);
  expect((await pool.query(read)).rows).toEqual([{ limits: '0 0 0' }]);
});

it('survives a connection that is cut in the middle, and takes another one', async () => {
  const work = inTransaction(pool, async (db) => {
    await db.query(`insert into notes values ('lost')`);
    const { rows } = await db.query<{ pid: number }>('select pg_backend_pid() as pid');
    await database.pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
    await db.query('select 1');
  });

  await expect(work).rejects.toThrow(/terminat|connection error/i);
  await inTransaction(pool, (db) => db.query(`insert into notes values ('kept')`));
  expect(await notes()).toEqual([{ text: 'kept' }]);
});

it('survives the loss of an idle connection, and says so', async () => {
  const heard = new EventEmitter();
  const log = makeLog('silent');
  log.warn = (...args: unknown[]) => void heard.emit('warning', ...args);
  const own = makePool(database.url, log);
  const { rows } = await own.query<{ pid: number }>('select pg_backend_pid() as pid');
  const warning = once(heard, 'warning');

  await database.pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);

  expect(await warning).toContain('an idle database connection was lost');
  expect((await own.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
  await own.end();
});

describe('a line to the database that is lost', () => {
  let line: Line;
  let far: pg.Pool;
  beforeEach(async () => {
    line = await startLine(database.url);
    far = makePool(line.url, makeLog('silent'));
  });
  afterEach(async () => {
    await far.end();
    await line.stop();
  });

  it('in the middle of a read is the failure of that read, and of nothing else', async () => {
    const reading = onOneConnection(far, (db) => db.query('select pg_sleep(1)'));
    setTimeout(() => line.cut(), 100);

    await expect(reading).rejects.toThrow('terminated');

    expect((await onOneConnection(far, (db) => db.query('select 1'))).rowCount).toBe(1);
  });

  it('while a commit is under way leaves it open whether it was done, and that is said', async () => {
    const saving = inTransaction(far, async (db) => {
      await db.query(`insert into notes values ('perhaps')`);
      line.set({ kind: 'silent' });
    });

    await expect(saving).rejects.toMatchObject({ code: 'perhaps-done' });
  });
});

it('row 7: two transactions that lock each other: one is undone and runs again, both effects are there once', async () => {
  await database.pool.query('create table counters (name text primary key, n int not null)');
  await database.pool.query(`insert into counters values ('a', 0), ('b', 0)`);
  const first = { locked: 0 };
  const met = Promise.withResolvers<void>();
  const add = (names: string[]) =>
    inTransaction(pool, async (db) => {
      await db.query('update counters set n = n + 1 where name = $1', [names[0]]);
      first.locked += 1;
      if (first.locked >= 2) met.resolve();
      await met.promise;
      await db.query('update counters set n = n + 1 where name = $1', [names[1]]);
    });

  await Promise.all([add(['a', 'b']), add(['b', 'a'])]);

  expect((await database.pool.query('select n from counters')).rows).toEqual([{ n: 2 }, { n: 2 }]);
  expect(first.locked).toBeGreaterThan(2);
});
