import { afterEach, beforeEach, describe, expect } from '@jest/globals';
import pg from 'pg';
import { makePoolerConsole, type PoolerConsole } from '../../src/clients/pgbouncer.ts';
import { type Line, startLine } from '../../src/sandbox/line.ts';
import { as, makePatient, type Patient } from '../probes/patient.ts';
import { because, type Pooler, pooled, startPooler } from '../tools/pooler.ts';

let patient: Patient;
/** between PgBouncer and Postgres */
let behind: Line;
let pooler: Pooler;
/** between the bot and PgBouncer */
let before: Line;
let console: PoolerConsole;
let made: { end(): Promise<unknown> }[];

beforeEach(async () => {
  patient = await makePatient();
  behind = await startLine(patient.url);
  pooler = await startPooler(behind.url, {
    settings: ['max_client_conn = 3', 'query_wait_timeout = 120'],
    users: { stranger: 'no-console' },
  });
  before = await startLine(pooler.console);
  console = makePoolerConsole(before.url);
  made = [console];
});
afterEach(async () => {
  for (const one of made) await one.end();
  await before.stop();
  pooler.stop();
  await behind.stop();
  await patient.end();
});

function consoleAt(url: string): PoolerConsole {
  const one = makePoolerConsole(url);
  made.push(one);
  return one;
}

async function application(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: pooler.url });
  client.on('error', () => {});
  await client.connect();
  made.push(client);
  return client;
}

const database = (): string => new URL(patient.url).pathname.slice(1);

async function pool(): Promise<Record<string, unknown> | undefined> {
  const rows = await console.show('pools');
  return rows.find((row) => row['database'] === database());
}

/** Asks until it is so; the run's own limit ends what never comes. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await patient.pool.query('select pg_sleep(0.01)');
}

const it = pooled;

describe(`the console of PgBouncer${because}`, () => {
  it('answers rows by the names of their columns', async () => {
    await application();

    expect(await pool()).toMatchObject({ user: new URL(patient.url).username, cl_waiting: 0, maxwait: 0 });
    expect(await console.show('version')).toEqual([{ version: expect.stringMatching(/^PgBouncer 1\.\d+/) }]);
    for (const what of ['databases', 'stats', 'config', 'lists'] as const)
      expect((await console.show(what)).length).toBeGreaterThan(0);
  });

  it('is asked one thing at a time, over one connection that is kept', async () => {
    await Promise.all(Array.from({ length: 20 }, () => console.show('pools')));
    await console.show('version');

    expect(before.open()).toBe(1);
  });

  it('takes no parameter from its URL that it would refuse', async () => {
    const url = new URL(pooler.console);
    url.searchParams.set('statement_timeout', '1000');
    url.searchParams.set('options', '-c search_path=x');
    url.pathname = '/';

    expect(await consoleAt(url.href).show('pools')).toEqual(expect.any(Array));
  });
});

describe(`while something fails, the console${because}`, () => {
  it('shows who waits when the pool is used up', async () => {
    const holders = [await application(), await application()];
    for (const holder of holders) await holder.query('begin');
    const waiting = (await application()).query('select 1');

    await until(async () => (await pool())?.['cl_waiting'] === 1);

    expect(await pool()).toMatchObject({ cl_active: 2, sv_active: 2, sv_idle: 0 });
    for (const holder of holders) await holder.query('commit');
    await waiting;
  });

  it('still takes a new login when the application gets no more', async () => {
    await Promise.all([application(), application(), application()]);

    await expect(application()).rejects.toThrow('no more connections allowed');

    expect(await pool()).toMatchObject({ cl_active: 3 });
  });

  it('answers while Postgres is gone', async () => {
    const one = await application();
    behind.set({ kind: 'refuse' });
    // a statement that came before it noticed would be given to the dead connection, and end with it
    await until(async () => (await pool())?.['sv_idle'] === 0);
    const waiting = one.query('select 1').catch((error: unknown) => error);

    await until(async () => (await pool())?.['cl_waiting'] === 1);

    expect(await pool()).toMatchObject({ sv_active: 0, sv_idle: 0 });
    await one.end();
    await waiting;
  });
});

describe(`a connection that is gone${because}`, () => {
  it('is made again for the next question, and the process lives on', async () => {
    await console.show('version');
    before.cut();
    await until(async () => before.open() === 0);

    expect(await console.show('version')).toHaveLength(1);
  });

  it('that was not noticed costs no answer', async () => {
    await console.show('version');
    before.cut();

    expect(await console.show('version')).toHaveLength(1);
  });

  it('leads to PgBouncer again after it was started anew', async () => {
    await console.show('version');
    pooler.stop();
    pooler = await startPooler(behind.url);
    before.leadTo(pooler.console);
    before.cut();

    expect(await console.show('version')).toHaveLength(1);
  });

  it('that stands still is given up after two seconds, for all who ask', async () => {
    await console.show('version');
    before.set({ kind: 'silent' });
    const started = performance.now();

    const refused = await Promise.allSettled([console.show('pools'), console.show('stats'), console.show('lists')]);

    const late = { status: 'rejected', reason: { code: 'late' } };
    expect(refused).toMatchObject([late, late, late]);
    expect(performance.now() - started).toBeLessThan(4_000);
    before.set({ kind: 'pass' });
    expect(await console.show('version')).toHaveLength(1);
    await until(async () => before.open() === 1);
  });

  it('that stands still does not hold up the end', async () => {
    await console.show('version');
    before.set({ kind: 'silent' });
    const started = performance.now();

    await console.end();

    expect(performance.now() - started).toBeLessThan(4_000);
  });

  it('is gone for good after the end', async () => {
    await console.show('version');

    await console.end();
    await until(async () => before.open() === 0);

    await expect(console.show('version')).rejects.toMatchObject({ code: 'unreachable' });
  });
});

describe(`a connection that is being made${because}`, () => {
  it('is not kept past the end', async () => {
    before.set({ kind: 'slow', ms: 200 });
    const asking = console.show('version').catch((error: unknown) => error);
    await until(async () => before.open() === 1);

    await console.end();
    await asking;
    await until(async () => before.open() === 0);

    expect(before.open()).toBe(0);
  });
});

describe(`a console that shows nothing says why${because}`, () => {
  const reasons: [string, () => string, string, string][] = [
    [
      'a wrong password',
      () => as(pooler.console, 'watcher', 'hush-hush'),
      'refused',
      'PgBouncer does not take the login or its password',
    ],
    [
      'a login that nobody knows',
      () => as(pooler.console, 'nobody', 'hush-hush'),
      'refused',
      'PgBouncer does not take the login or its password',
    ],
    [
      'a login without the right',
      () => as(pooler.console, 'stranger', 'no-console'),
      'forbidden',
      'the login may not use the console of PgBouncer: name it in `stats_users`',
    ],
    [
      'Postgres in its place',
      () => patient.url,
      'unreadable',
      'what answers at the address of PgBouncer is no PgBouncer',
    ],
    [
      'nothing there',
      () => 'postgres://u:hush-hush@127.0.0.1:1/pgbouncer',
      'unreachable',
      'nothing listens at the address of PgBouncer',
    ],
    [
      'a name that nobody knows',
      () => 'postgres://u:hush-hush@nowhere.invalid/pgbouncer',
      'unreachable',
      'the name of PgBouncer’s host is not known here',
    ],
    [
      'no TLS where TLS is asked for',
      () => `${pooler.console}?sslmode=verify-full`,
      'unreachable',
      'PgBouncer speaks no TLS, and the URL asks for it',
    ],
    [
      'a connection that is dropped',
      () => {
        before.set({ kind: 'refuse' });
        return before.url;
      },
      'unreachable',
      'the connection to PgBouncer broke before it had answered',
    ],
  ];

  it.each(reasons)('%s', async (_name, url, code, message) => {
    const error: unknown = await consoleAt(url())
      .show('pools')
      .catch((error: unknown) => error);

    expect(error).toMatchObject({ name: 'CannotSee', code, message });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('hush-hush');
  });

  it('an address that is none, without telling it', () => {
    expect(() => makePoolerConsole('postgres://u:hush-hush@host:port/pgbouncer')).toThrow(/^the address [^:]*$/);
  });
});
