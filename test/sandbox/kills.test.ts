/** Where the bot can be killed, tried with a client in its place: what has happened by then, and what it heard. */
import { setTimeout as later } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import pg from 'pg';
import { type Kills, makeKills, type Phase } from '../../src/sandbox/kills.ts';
import { type Line, startLine } from '../../src/sandbox/line.ts';
import { type LocalPager, startPager } from '../../src/sandbox/pager/start.ts';
import { rota, secrets } from '../../src/sandbox/town.ts';
import { type TestDatabase, testDatabase } from '../tools/database.ts';

let database: TestDatabase;
let kills: Kills;
let line: Line;
let pager: LocalPager;
let client: pg.Client;
beforeEach(async () => {
  database = await testDatabase('template0');
  await database.pool.query('create table notes (text text)');
  kills = makeKills();
  line = await startLine(database.url, kills);
  pager = await startPager({ ...rota, alertKey: secrets.alertKey, readKey: secrets.readKey, kills });
  client = new pg.Client({ connectionString: line.url });
  client.on('error', () => {});
  await client.connect();
});
afterEach(async () => {
  await client.end().catch(() => {});
  await Promise.all([line.stop(), pager.stop()]);
  await database.end();
});

/** What a kill does to a process: its connections are gone. */
const die = (): 'dead' => {
  line.cut();
  return 'dead';
};

const dying = (told: () => void) => () => {
  told();
  return 'dead' as const;
};

const heard = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );

async function write(): Promise<void> {
  await client.query('begin');
  await client.query('insert into notes (text) values ($1)', ['one']);
  await client.query('commit');
}

const saved = async (): Promise<number> => (await database.pool.query('select from notes')).rowCount ?? 0;

it.each<[Phase, { saved: number; heard: boolean }]>([
  ['before', { saved: 0, heard: false }],
  ['after-effect', { saved: 1, heard: false }],
])('a transaction struck %s', async (phase, expected) => {
  kills.arm(die, { source: 'database', name: 'notes', nth: 1, phase });

  const answered = await heard(write());

  expect({ saved: await saved(), heard: answered }).toEqual(expected);
});

it('a transaction struck after its reply is heard of, and the next one is too late', async () => {
  const died = new Promise<void>((resolve) => {
    kills.arm(dying(resolve), { source: 'database', name: 'notes', nth: 1, phase: 'after-reply' });
  });

  await write();
  await died;

  expect(await saved()).toBe(1);
});

it('counts transactions that changed something, by the tables they wrote', async () => {
  kills.arm(die);

  await client.query('begin');
  await client.query('select 1 from notes for update');
  await client.query('commit');
  await write();
  await client.query('begin');
  await client.query('update notes set text = $1 where text = $2', ['two', 'nobody']);
  await client.query('commit');
  await client.query('delete from notes where text = $1', ['one']);
  await write();

  expect(kills.passed().map(({ name, nth }) => `${name} #${nth}`)).toEqual(['notes #1', 'notes #2', 'notes #3']);
});

/** the pager takes effect 20 ms after it has accepted; what never does can only be waited for */
const settledMs = 100;

const page = () =>
  fetch(`${pager.url}/v2/alerts`, {
    method: 'POST',
    headers: { authorization: `GenieKey ${secrets.alertKey}` },
    body: JSON.stringify({ alias: 'one', message: 'checkout is down' }),
  });

it.each<[Phase, { pages: number; heard: boolean }]>([
  ['before', { pages: 1, heard: false }],
  ['after-effect', { pages: 2, heard: false }],
  ['after-reply', { pages: 2, heard: true }],
])('a call struck %s', async (phase, expected) => {
  const died = new Promise<void>((resolve) => {
    kills.arm(dying(resolve), { source: 'pager', name: 'POST alerts', nth: 2, phase });
  });
  await page();

  const answered = await heard(page());
  await died;
  await later(settledMs);

  expect({ pages: pager.transcript.length, heard: answered }).toEqual(expected);
});
