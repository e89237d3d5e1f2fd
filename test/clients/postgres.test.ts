import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { makeTargetDatabase, type TargetDatabase } from '../../src/clients/postgres.ts';
import { as, makePatient, type Patient } from '../probes/patient.ts';

let patient: Patient;
let made: TargetDatabase[];
let lost: Error[];

beforeEach(async () => {
  patient = await makePatient();
  made = [];
  lost = [];
});
afterEach(async () => {
  jest.useRealTimers();
  for (const database of made) await database.end();
  await patient.end();
});

function target(url = patient.url): TargetDatabase {
  const database = makeTargetDatabase(url, (error) => lost.push(error));
  made.push(database);
  return database;
}

async function one(database: Pick<TargetDatabase, 'query'>, expression: string): Promise<unknown> {
  const { rows } = await database.query(`select ${expression} as value`);
  return rows[0]?.['value'];
}

const ours = `(select count(*)::int from pg_stat_activity where application_name = 'responder-diagnosis' and datname = current_database())`;

/** Asks until it is so; the run's own limit ends what never comes. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await patient.pool.query('select pg_sleep(0.01)');
}

describe('a session in the diagnosed database', () => {
  it('may read and not write', async () => {
    const database = target();

    expect(await one(database, '(select count(*)::int from executions)')).toBe(0);
    await expect(database.query(`insert into executions values ('a', 'b', 'running', now())`)).rejects.toThrow(
      'read-only transaction',
    );
  });

  it.each([
    ['statement_timeout', '3s'],
    ['lock_timeout', '500ms'],
    ['application_name', 'responder-diagnosis'],
    ['default_transaction_read_only', 'on'],
  ])('has its %s, whatever its URL asks for', async (name, value) => {
    const url = new URL(patient.url);
    for (const [key, given] of [
      ['statement_timeout', '0'],
      ['lock_timeout', '0'],
      ['application_name', 'somebody'],
      ['options', '-c default_transaction_read_only=off -c search_path=flow'],
    ] as const)
      url.searchParams.set(key, given);
    const database = target(url.href);

    expect(await one(database, `current_setting('${name}')`)).toBe(value);
    expect(await one(database, `current_setting('search_path')`)).toBe('flow');
  });

  it('ends a statement at the server after three seconds', async () => {
    await expect(target().query('select pg_sleep(20)')).rejects.toMatchObject({ code: '57014' });

    expect(
      await one(
        patient.pool,
        `(select count(*)::int from pg_stat_activity where query like 'select pg_sleep(20)%' and state = 'active')`,
      ),
    ).toBe(0);
  });
});

describe('the warm connection', () => {
  it('is there before anybody asks', async () => {
    target();

    await until(async () => (await one(patient.pool, ours)) !== 0);

    expect(await one(patient.pool, ours)).toBe(1);
  });

  it('outlives a statement that the server refuses', async () => {
    const database = target();
    const before = await one(database, 'pg_backend_pid()');

    await expect(database.query('select from nowhere')).rejects.toMatchObject({ code: '42P01' });

    expect(await one(database, 'pg_backend_pid()')).toBe(before);
  });

  it('goes on working when the database takes no new one', async () => {
    const url = await patient.login('read');
    const database = target(url);
    await one(database, '1');
    await patient.pool.query(`alter role ${new URL(url).username} connection limit 1`);
    const late = new pg.Client({ connectionString: url });
    late.on('error', () => {});

    await expect(late.connect()).rejects.toMatchObject({ code: '53300' });

    expect(await one(database, '(select count(*)::int from executions)')).toBe(0);
  });

  it('serves all who ask at once when the database takes no new one', async () => {
    const url = await patient.login('read');
    const database = target(url);
    await one(database, '1');
    await patient.pool.query(`alter role ${new URL(url).username} connection limit 1`);

    const answers = await Promise.all([1, 2, 3, 4, 5].map((n) => one(database, `(select ${n} from pg_sleep(0.05))`)));

    expect(answers).toEqual([1, 2, 3, 4, 5]);
  });

  it('is replaced when the server ends it, and that is told', async () => {
    const database = target();
    const before = await one(database, 'pg_backend_pid()');
    await patient.pool.query('select pg_terminate_backend($1)', [before]);
    await until(() => lost.length > 0);

    const after = await one(database, 'pg_backend_pid()');

    expect(after).not.toBe(before);
    expect(lost).toMatchObject([{ code: '57P01' }]);
  });

  it('is replaced when the server ends it under a statement, and the process lives on', async () => {
    const database = target();
    const before = await one(database, 'pg_backend_pid()');
    const asking = database.query('select pg_sleep(2)').catch((error: unknown) => error);
    await until(
      async () =>
        (await one(patient.pool, `(select state from pg_stat_activity where pid = ${String(before)})`)) === 'active',
    );
    await patient.pool.query('select pg_terminate_backend($1)', [before]);

    expect(await asking).toMatchObject({ code: '57P01' });
    expect(await one(database, 'pg_backend_pid()')).not.toBe(before);
  });
});

describe('the connections', () => {
  it('are three at most', async () => {
    const database = target();
    const asking = [1, 2, 3, 4, 5].map(() => database.query('select pg_sleep(0.1)'));
    await until(async () => (await one(patient.pool, ours)) === 3);

    await Promise.all(asking);

    expect(await one(patient.pool, ours)).toBe(3);
  });

  it('are gone after the end', async () => {
    const database = makeTargetDatabase(patient.url, () => {});
    await one(database, '1');

    await database.end();
    await until(async () => (await one(patient.pool, ours)) === 0);

    await expect(database.query('select 1')).rejects.toThrow('after calling end');
  });
});

describe('a database that is not there', () => {
  let server: Server;
  let sockets: Socket[];

  beforeEach(async () => {
    sockets = [];
    server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await once(server.close(), 'close');
  });

  function port(): number {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  }

  it('is given up on when it accepts and never answers', async () => {
    const started = performance.now();

    await expect(target(`postgres://u:hush-hush@127.0.0.1:${port()}/app`).query('select 1')).rejects.toThrow(/timeout/);

    expect(performance.now() - started).toBeLessThan(3_500);
  });

  describe('any more, because it stands still,', () => {
    const hello = Buffer.from('R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I', 'latin1');
    const done = Buffer.from('C\0\0\0\x0dSELECT 0\0Z\0\0\0\x05I', 'latin1');

    /** Greets, and of what comes next only hears that it is there; `asked` gets a question. */
    function standStill(asked: (socket: Socket) => void): void {
      server.on('connection', (socket) =>
        socket.on('data', ([first]) => {
          if (first === 0) return void socket.write(hello);
          socket.pause();
          if (first === 'Q'.charCodeAt(0)) asked(socket);
        }),
      );
    }

    it('does not hold up the end', async () => {
      const asked = Promise.withResolvers<Socket>();
      standStill(asked.resolve);
      const database = makeTargetDatabase(`postgres://u:hush-hush@127.0.0.1:${port()}/app`, () => {});
      const asking = database.query('select 1');
      const socket = await asked.promise;

      const ending = database.end();
      socket.write(done);

      expect((await asking).rows).toEqual([]);
      await ending;
    });
  });

  it('is told once, not at every try', async () => {
    const closed = port();
    await once(server.close(), 'close');
    // only the interval of keeping warm is played
    jest.useFakeTimers({
      doNotFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'nextTick', 'performance', 'Date'],
    });
    const database = target(`postgres://u:hush-hush@127.0.0.1:${closed}/app`);
    await until(() => lost.length > 0);

    jest.advanceTimersByTime(300_000);
    await expect(database.query('select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });

    expect(lost).toMatchObject([{ code: 'ECONNREFUSED' }]);
  });
});

describe('the password', () => {
  const shown = (error: unknown): string =>
    Error.isError(error)
      ? [error.message, error.stack, JSON.stringify(error, Object.getOwnPropertyNames(error))].join(' ')
      : '';

  it.each([
    ['is wrong', (url: string) => as(url, new URL(url).username, 'hush-hush-77'), 'password'],
    ['belongs to a host that nobody knows', () => 'postgres://u:hush-hush-77@nowhere.invalid/app', 'nowhere.invalid'],
    ['cannot be decoded', () => 'postgres://u:hush-hush-77%ZZ@127.0.0.1:1/app', ''],
  ])('stands in no error when it %s', async (_name, of, words) => {
    const failed = await target(of(patient.url))
      .query('select 1')
      .catch((error: unknown) => error);

    expect(shown(failed)).toContain(words);
    expect(shown(failed)).toMatch(/\w/);
    expect(shown(failed)).not.toContain('hush-hush');
  });

  it('stands in no error about a URL that is none', () => {
    let failed: unknown;
    try {
      makeTargetDatabase('postgres://u:hush-hush-77@host:port/app', () => {});
    } catch (error) {
      failed = error;
    }

    expect(shown(failed)).toContain('is not a URL');
    expect(shown(failed)).not.toContain('hush-hush');
  });
});
