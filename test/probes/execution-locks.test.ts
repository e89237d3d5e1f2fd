import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type pg from 'pg';
import { makeTargetDatabase, type TargetDatabase } from '../../src/clients/postgres.ts';
import { executionLocks } from '../../src/probes/execution-locks.ts';
import { around, makePatient, type Patient, workflowStuckType } from './patient.ts';

let patient: Patient;
let database: TargetDatabase;
/** statements that wait until their blocker is gone; a test's end terminates them */
let pending: Promise<unknown>[];

beforeEach(async () => {
  patient = await makePatient();
  database = makeTargetDatabase(patient.url, () => {});
  pending = [];
  await patient.run({ age: '2 hours', id: 'a' }, { age: '2 hours', id: 'b' });
});
afterEach(async () => {
  await patient.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name like 'app-%'`,
  );
  await Promise.all(pending);
  await database.end();
  await patient.end();
});

const look = () => executionLocks.look(around(database));

async function pidOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid ?? 0;
}

async function holding(application: string, statement: string): Promise<number> {
  const client = await patient.session(application);
  const pid = await pidOf(client);
  await client.query('begin');
  await client.query(statement);
  return pid;
}

async function stuckOn(application: string, statement: string): Promise<number> {
  const client = await patient.session(application);
  const pid = await pidOf(client);
  pending.push(client.query(statement).catch(() => {}));
  await patient.waiting(application, '0 s');
  return pid;
}

it('sees nobody on a table that is at rest, nor a reader that keeps nobody waiting', async () => {
  await holding('app-reader', 'select from executions');

  expect(await look()).toEqual([]);
});

it('sees who holds a row, and that another one waits for it', async () => {
  const holder = await holding('app-holder', `select from executions where id = 'a' for update`);
  const waiter = await stuckOn('app-waiter', `update executions set status = 'x' where id = 'a'`);

  const seen = await look();

  expect(seen).toMatchObject([
    { pid: holder, application: 'app-holder', state: 'idle in transaction', blocked: 1, isWaiting: false },
    { pid: waiter, application: 'app-waiter', blocked: 0, isWaiting: true },
  ]);
  expect(seen[0]?.longestWaitMs).toBeGreaterThan(0);
  expect(seen[0]?.heldMs).toBeGreaterThanOrEqual(seen[0]?.longestWaitMs ?? Number.NaN);
});

it('sees a writer that keeps nobody waiting as such', async () => {
  const holder = await holding('app-holder', `update executions set status = 'x' where id = 'a'`);

  expect(await look()).toMatchObject([{ pid: holder, blocked: 0, isExclusive: false, longestWaitMs: 0 }]);
});

it('finds the reader at the end of a queue, who holds no more than a read lock', async () => {
  const reader = await holding('app-reader', 'select from executions');
  const migration = await stuckOn('app-migration', 'alter table executions add column note text');
  await stuckOn('app-page', 'select from executions');

  const seen = await look();

  expect(seen.map(({ pid, blocked, isWaiting }) => ({ pid, blocked, isWaiting }))).toEqual([
    { pid: reader, blocked: 2, isWaiting: false },
    { pid: migration, blocked: 1, isWaiting: true },
  ]);
});

it('follows a holder to whom it waits for on another table', async () => {
  await patient.pool.query('create table customers (id int)');
  const root = await holding('app-root', 'lock table customers');
  const holder = await patient.session('app-holder');
  await holder.query('begin');
  await holder.query(`update executions set status = 'x' where id = 'a'`);
  pending.push(holder.query('select from customers').catch(() => {}));
  await patient.waiting('app-holder', '0 s');
  await stuckOn('app-waiter', `update executions set status = 'y' where id = 'a'`);

  const [first] = await look();

  expect(first).toMatchObject({ pid: root, application: 'app-root', blocked: 2, isWaiting: false });
});

it('leaves alone who waits for another table', async () => {
  await patient.pool.query('create table customers (id int)');
  await holding('app-root', 'lock table customers');
  await stuckOn('app-waiter', 'select from customers');

  expect(await look()).toEqual([]);
});

it('sees that a session has the table for itself, and does not count our own looks among those who wait', async () => {
  const holder = await holding('app-migration', 'lock table executions in access exclusive mode');
  const own = database.query('select from executions').catch((error: unknown) => error);
  await patient.waiting('responder-diagnosis', '0 s');

  expect(await look()).toMatchObject([{ pid: holder, isExclusive: true, blocked: 0 }]);

  expect(await own).toMatchObject({ code: '55P03' });
});

it('answers in time when a hundred sessions wait in one queue', async () => {
  const holder = await holding('app-holder', `update executions set status = 'x' where id = 'a'`);
  const waiters = await Promise.all(Array.from({ length: 50 }, (_, n) => patient.session(`app-waiter-${n}`)));
  for (const client of waiters)
    pending.push(client.query(`update executions set status = 'y' where id = 'a'`).catch(() => {}));
  await Promise.all(waiters.map((_, n) => patient.waiting(`app-waiter-${n}`, '0 s')));
  const started = performance.now();

  const seen = await look();

  expect(performance.now() - started).toBeLessThan(1_000);
  expect(seen).toHaveLength(10);
  expect(seen[0]).toMatchObject({ pid: holder, blocked: 50 });
});

it('says that it cannot see, where the login may not, instead of seeing nobody', async () => {
  await holding('app-holder', `update executions set status = 'x' where id = 'a'`);
  const blind = makeTargetDatabase(await patient.login('read'), () => {});

  await expect(executionLocks.look(around(blind))).rejects.toThrow(
    'cannot see other sessions: grant this login pg_monitor',
  );

  await blind.end();
});

it('sees as a login that only monitors, without a right on the table', async () => {
  const holder = await holding('app-holder', `update executions set status = 'x' where id = 'a'`);
  const monitor = makeTargetDatabase(await patient.login('monitor'), () => {});

  expect(await executionLocks.look(around(monitor))).toMatchObject([{ pid: holder, application: 'app-holder' }]);

  await monitor.end();
});

it('shows a statement that a person can run, and that finds the same sessions', async () => {
  const holder = await holding('app-holder', `update executions set status = 'x' where id = 'a'`);

  const { rows } = await patient.pool.query<{ pid: number }>(executionLocks.repeat(workflowStuckType()));

  expect(rows.map(({ pid }) => pid)).toContain(holder);
});
