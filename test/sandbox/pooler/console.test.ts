/** The sandbox's console beside the real PgBouncer: what one says to a client of Postgres, the other says too. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { type PoolerConsole, startPoolerConsole } from '../../../src/sandbox/pooler/start.ts';
import { serverUrl } from '../../tools/database.ts';
import { because, type Pooler, pooled, startPooler } from '../../tools/pooler.ts';

let real: Pooler;
let sandbox: PoolerConsole;
beforeAll(async () => {
  sandbox = await startPoolerConsole();
  if (because === '') real = await startPooler(serverUrl());
});
afterAll(async () => {
  real?.stop();
  await sandbox.stop();
});

type Given = string | pg.QueryConfig;

interface Told {
  answers: unknown[];
  /** errors that came by themselves */
  errors: unknown[];
}

const failure = (error: unknown): unknown =>
  error instanceof pg.DatabaseError
    ? { code: error.code, severity: error.severity, message: error.message }
    : Error.isError(error) && error.message;

/** All that a client of Postgres hears when it says these things one by one. */
async function told(url: string, given: Given[], settings: pg.ClientConfig = {}): Promise<Told> {
  const heard: Told = { answers: [], errors: [] };
  const client = new pg.Client({ connectionString: url, ...settings });
  client.on('error', (error) => heard.errors.push(failure(error)));
  const ended = new Promise((resolve) => client.once('end', resolve));
  try {
    await client.connect();
    for (const one of given) heard.answers.push(await answer(client, one));
  } catch (error) {
    heard.answers.push(failure(error));
  }
  void client.end().catch(() => {});
  await ended;
  return heard;
}

async function answer(client: pg.Client, given: Given): Promise<unknown> {
  try {
    const { command, rowCount, fields } = await client.query(given);
    return { command, rowCount, fields: fields.map(({ name, dataTypeID, format }) => ({ name, dataTypeID, format })) };
  } catch (error) {
    return failure(error);
  }
}

const as = (url: string, user: string, password = 'no'): string => {
  const other = new URL(url);
  other.username = user;
  other.password = password;
  return other.href;
};

pooled.each<[string, Given[]]>([
  ['what it shows', ['SHOW VERSION', 'show pools', 'SHOW DATABASES;', 'Show Config', 'show lists']],
  ['what it does not know', ['select 1', 'begin', '', 'show', 'show nonsense', 'show state', '/* a */ show version']],
  ['two things at once', ['show version; show pools', 'show version']],
  ['what only its administrator may', ['pause', 'kill shop', 'reload', `set max_client_conn = '1'`, 'show fds']],
  ['its help, which is a notice', ['show help']],
  ['a question with a parameter', [{ text: 'show version', values: ['a'] }]],
  ['a question with a name', [{ text: 'show version', name: 'one' }]],
])(`says the same to %s${because}`, async (_name, given) => {
  const here = await told(sandbox.url, given);

  expect(here).toEqual(await told(real.console, given));
  expect(here.answers).toHaveLength(given.length);
});

pooled.each<[string, (url: string) => string, pg.ClientConfig]>([
  ['a wrong password', (url) => as(url, 'watcher'), {}],
  ['somebody unknown', (url) => as(url, 'ghost'), {}],
  ['a limit that only a server could keep', (url) => url, { statement_timeout: 10 }],
  ['options', (url) => url, { options: '-c default_transaction_read_only=on' }],
  ['one who wants TLS', (url) => url, { ssl: true }],
  ['one with a name and limits of its own', (url) => url, { application_name: 'responder', query_timeout: 500 }],
])(`lets in or refuses %s like the other${because}`, async (_name, url, settings) => {
  const here = await told(url(sandbox.url), ['show version'], settings);

  expect(here).toEqual(await told(url(real.console), ['show version'], settings));
  expect(here.answers).toHaveLength(1);
});

pooled(`shows the same row for itself${because}`, async () => {
  const row = async (url: string): Promise<unknown> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query<{ database: string }>('show pools');
    await client.end();
    return rows.find(({ database }) => database === 'pgbouncer');
  };

  expect(await row(sandbox.url)).toEqual(await row(real.console));
});

it('shows another scene from the moment it is told', async () => {
  sandbox.play({ version: '1.25.2', pools: [{ database: 'app', user: 'web', cl_waiting: 3, maxwait: 9 }] });

  const client = new pg.Client({ connectionString: sandbox.url });
  await client.connect();
  const { rows } = await client.query('show pools');
  await client.end();

  expect(rows).toMatchObject([{ database: 'pgbouncer' }, { database: 'app', cl_waiting: 3, maxwait: 9, sv_idle: 0 }]);
});
