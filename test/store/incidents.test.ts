import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { inTransaction } from '../../src/store/db.ts';
import {
  appNow,
  declaredSince,
  heldChannels,
  incidentByChannel,
  incidentByNumber,
  insertIncident,
  lockDeclarations,
  lockIncident,
  nextNumber,
  openIncidents,
  readIncident,
  saveIncident,
  tryLockIncident,
} from '../../src/store/incidents.ts';
import { ana, begin, ben, dana, give, hear, minute, minutes, wait } from '../incident/story.ts';
import { type TestDatabase, testDatabase } from '../tools/database.ts';
import { hold, incident, insert, somebodyWaits, start } from './rows.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
});
afterEach(() => database.end());

const inChannel = (channel: string) => ({ home: { kind: 'channel' as const, channel, name: `inc-${channel}` } });

it('gives back an incident as it was saved, after each step of a whole story', async () => {
  const story = begin('p1');
  const { pool } = database;
  await inTransaction(pool, (db) => insertIncident(db, story.incident));
  const steps: (() => unknown)[] = [
    () => hear(story, { kind: 'channel-opened', channel: 'C1', name: 'inc-12' }),
    () => hear(story, { kind: 'card-posted', channel: 'C1', ts: '1.0' }),
    () => hear(story, { kind: 'announced', channel: 'C0', ts: '2.0' }),
    () => hear(story, { kind: 'acknowledged-at-pager', page: story.incident.pages[0]?.key ?? '', by: dana }),
    () => give(story, { kind: 'lead', to: ben }),
    () => give(story, { kind: 'role', role: 'communications' }),
    () => give(story, { kind: 'update', text: 'rolled back' }),
    () => give(story, { kind: 'snooze', duty: 'resolution', for: minutes(5) }),
    () => give(story, { kind: 'resolve', summary: 'a bad deploy' }, { by: ana }),
    () => give(story, { kind: 'waive', duty: 'post-mortem', reason: 'known cause' }),
    () => give(story, { kind: 'reopen', reason: 'it is back' }),
  ];

  for (const step of steps) {
    story.now += minute;
    step();
    await inTransaction(pool, (db) => saveIncident(db, story.incident));
    expect(await readIncident(pool, story.incident.id)).toEqual(story.incident);
  }

  expect(story.refusals).toEqual([]);
});

it('keeps what a newer release wrote into an incident, wherever it stands, when it saves it again', async () => {
  const story = begin('p1');
  hear(story, { kind: 'channel-opened', channel: 'C1', name: 'inc-12' });
  give(story, { kind: 'acknowledge' });
  wait(story, minutes(40));
  give(story, { kind: 'waive', duty: 'update', reason: 'known' });
  expect(story.incident.done.update).toBeDefined();
  give(story, { kind: 'mitigate' });
  const newer = withExtras(story.incident);
  const { pool } = database;
  await pool.query(
    `insert into incidents (id, number, version, severity, phase, title, declared_at, home_known, state)
     values ('i', 1, $1, 'p1', 'open', '', now(), true, $2)`,
    [story.incident.version, JSON.stringify(newer)],
  );

  await inTransaction(pool, async (db) => {
    const loaded = await lockIncident(db, 'i');
    if (loaded) await saveIncident(db, { ...loaded, id: 'i', version: loaded.version + 1 });
  });

  const { rows } = await pool.query<{ state: unknown }>('select state from incidents');
  expect(rows[0]?.state).toEqual({ ...newer, id: 'i', version: story.incident.version + 1 });
});

/** Every object of a state gets a key that this release does not know. */
function withExtras(value: object): object {
  const parts = Object.entries(value).map(([key, part]: [string, unknown]) => [key, extended(part)]);
  return { ...Object.fromEntries(parts), fromTheFuture: true };
}
function extended(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(extended);
  // roles, progress, done and touched are lists by key: a key more is an entry more
  if (typeof part !== 'object' || part === null) return part;
  const isList = Object.values(part).every((one) => typeof one === 'object' && one !== null);
  return isList ? Object.fromEntries(Object.entries(part).map(([k, one]) => [k, extended(one)])) : withExtras(part);
}

it('keeps a title with characters that Postgres refuses, without them', async () => {
  const { id } = await insert(database.pool, { title: 'null \u0000 and half \ud83d a pair' });

  expect((await readIncident(database.pool, id))?.title).toBe('null  and half \ufffd a pair');
});

it('refuses to save over a version that it has not seen', async () => {
  const one = await insert(database.pool);
  await inTransaction(database.pool, (db) => saveIncident(db, { ...one, version: 2, title: 'first' }));

  const late = inTransaction(database.pool, (db) => saveIncident(db, { ...one, version: 2, title: 'second' }));

  await expect(late).rejects.toThrow('was changed by somebody else');
  expect((await readIncident(database.pool, one.id))?.title).toBe('first');
});

describe('while one transaction holds an incident', () => {
  it('another waits for it and then sees what was saved', async () => {
    const one = await insert(database.pool);
    const holder = await hold(database.url);
    await lockIncident(holder.db, one.id);
    const second = inTransaction(database.pool, (db) => lockIncident(db, one.id));
    await somebodyWaits(database.pool);

    await saveIncident(holder.db, { ...one, version: 2, title: 'changed' });
    await holder.commit();

    expect((await second)?.title).toBe('changed');
  });

  it('a wake-up steps aside, but takes one that is free', async () => {
    const [held, free] = [await insert(database.pool), await insert(database.pool)];
    const holder = await hold(database.url);
    await lockIncident(holder.db, held.id);

    const taken = await inTransaction(database.pool, async (db) => [
      await tryLockIncident(db, held.id),
      await tryLockIncident(db, free.id),
    ]);

    expect(taken.map((one) => one?.id)).toEqual([undefined, free.id]);
    await holder.rollback();
  });
});

it('numbers declarations one after the other, whoever comes at the same time', async () => {
  const declare = () =>
    inTransaction(database.pool, async (db) => {
      await lockDeclarations(db);
      const number = await nextNumber(db);
      await insertIncident(db, incident({ number }));
      return number;
    });

  const numbers = await Promise.all(Array.from({ length: 6 }, declare));

  expect(numbers.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
});

it('gives the number of a declaration that was rolled back to the next', async () => {
  const refused = inTransaction(database.pool, async (db) => {
    await lockDeclarations(db);
    await insertIncident(db, incident({ number: await nextNumber(db) }));
    throw new Error('refused');
  });
  await expect(refused).rejects.toThrow('refused');

  expect(await inTransaction(database.pool, nextNumber)).toBe(1);
});

it('lists what is neither closed nor cancelled, newest first, no more than asked for', async () => {
  const { pool } = database;
  const open = [
    await insert(pool),
    await insert(pool, { phase: 'mitigated' }),
    await insert(pool, { phase: 'resolved' }),
  ];
  await insert(pool, { phase: 'closed' });
  await insert(pool, { phase: 'cancelled' });

  const newestFirst = open.map(({ id }) => id).toReversed();
  expect((await openIncidents(pool, 10)).map(({ id }) => id)).toEqual(newestFirst);
  expect((await openIncidents(pool, 2)).map(({ id }) => id)).toEqual(newestFirst.slice(0, 2));
});

it('finds an incident by its number and by its channel, and no other', async () => {
  const { pool } = database;
  const one = await insert(pool, inChannel('C1'));
  await insert(pool);

  expect((await incidentByNumber(pool, one.number))?.id).toBe(one.id);
  expect((await incidentByChannel(pool, 'C1'))?.id).toBe(one.id);
  expect(await incidentByNumber(pool, 9_999)).toBeUndefined();
  expect(await incidentByChannel(pool, 'C2')).toBeUndefined();
});

it('knows the channels that incidents hold, closed ones too; a thread holds none', async () => {
  const { pool } = database;
  await insert(pool, inChannel('C1'));
  await insert(pool, { ...inChannel('C2'), phase: 'closed' });
  await insert(pool, { home: { kind: 'thread', channel: 'C0', ts: '1.0' } });

  expect((await heldChannels(pool)).toSorted()).toEqual(['C1', 'C2']);
});

it('never lets two incidents hold one channel', async () => {
  await insert(database.pool, inChannel('C1'));

  await expect(insert(database.pool, inChannel('C1'))).rejects.toThrow('incidents_channel_key');
});

it.each([
  ['declared at that very instant', {}, true],
  ['declared a millisecond before', { declaredAt: start - 1 }, false],
  ['of another severity', { severity: 'p2' }, false],
  ['mitigated', { phase: 'mitigated' }, true],
  ['resolved already', { phase: 'resolved' }, false],
] as const)('looks for the same incident among those that run: %s', async (_, changes, found) => {
  const one = await insert(database.pool, changes);

  const since = await inTransaction(database.pool, (db) => declaredSince(db, 'p1', start));

  expect(since.map(({ id }) => id)).toEqual(found ? [one.id] : []);
});

it('tells the time of the database, in whole milliseconds that have passed', async () => {
  const before = Date.now();
  const real = await appNow(database.pool);
  await database.pool.query(
    `create or replace function app_now() returns timestamptz
       language sql stable
       as $$ select to_timestamp(${start / 1_000}) + interval '999 microseconds' $$`,
  );

  expect(real).toBeGreaterThanOrEqual(before - 1_000);
  expect(real).toBeLessThanOrEqual(Date.now() + 1_000);
  expect(await appNow(database.pool)).toBe(start);
});
