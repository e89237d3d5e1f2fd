import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Duty, Paid } from '../../src/incident/decision.ts';
import type { IncidentId } from '../../src/incident/incident.ts';
import { inTransaction } from '../../src/store/db.ts';
import { dutiesOf, incidentsDue, saveDuties, untilNextDue } from '../../src/store/duties.ts';
import { setClock, type TestDatabase, testDatabase } from '../tools/database.ts';
import { noticesOf } from './notices.ts';
import { insert, start } from './rows.ts';

let database: TestDatabase;
let id: IncidentId;
beforeEach(async () => {
  database = await testDatabase();
  await setClock(database.pool, start);
  id = (await insert(database.pool)).id;
});
afterEach(() => database.end());

const duty = (key: string, inMs: number): Duty => ({
  kind: key.startsWith('page') ? 'page' : 'update',
  key,
  dueAt: start + inMs,
  page: [],
  who: [],
});

interface Saved {
  duties?: Duty[];
  paid?: Paid[];
  reason?: string;
  now?: number;
  of?: IncidentId;
}

const save = ({ duties = [], paid = [], reason = 'as decided', now = start, of = id }: Saved): Promise<void> =>
  inTransaction(database.pool, (db) => saveDuties(db, of, { duties, paid, reason, now }));

const states = async (): Promise<string[]> =>
  (await dutiesOf(database.pool, id)).map(({ key, state, dueAt }) => `${key} ${state} ${dueAt - start}`);

it('owes what is listed, soonest first, with its kind', async () => {
  await save({ duties: [duty('update:1', 30_000), duty('page:1.0', 0)] });

  expect(await dutiesOf(database.pool, id)).toEqual([
    { key: 'page:1.0', kind: 'page', dueAt: start, state: 'owed', firedAt: null, lateMs: null, outcome: null },
    {
      key: 'update:1',
      kind: 'update',
      dueAt: start + 30_000,
      state: 'owed',
      firedAt: null,
      lateMs: null,
      outcome: null,
    },
  ]);
});

it('moves an owed duty that is due at another time now', async () => {
  await save({ duties: [duty('update:1', 30_000)] });

  await save({ duties: [duty('update:1', 60_000)] });

  expect(await states()).toEqual(['update:1 owed 60000']);
});

it('cancels what is no longer listed, with the reason, and leaves the rest', async () => {
  await save({ duties: [duty('page:1.1', 1_000), duty('update:1', 30_000)] });

  await save({ duties: [duty('update:1', 30_000)], reason: 'acknowledged' });

  const [page, update] = await dutiesOf(database.pool, id);
  expect(page).toMatchObject({ key: 'page:1.1', state: 'cancelled', outcome: 'acknowledged' });
  expect(update).toMatchObject({ state: 'owed', outcome: null });
});

it('pays with how late it was', async () => {
  await save({ duties: [duty('page:1.1', 1_000)] });

  await save({ paid: [{ key: 'page:1.1', outcome: 'paged on-call', lateMs: 250 }], now: start + 1_250 });

  expect(await dutiesOf(database.pool, id)).toEqual([
    {
      key: 'page:1.1',
      kind: 'page',
      dueAt: start + 1_000,
      state: 'paid',
      firedAt: start + 1_250,
      lateMs: 250,
      outcome: 'paged on-call',
    },
  ]);
});

it('pays a duty that became due in the very decision that made it owed', async () => {
  await save({ paid: [{ key: 'page:1.0', outcome: 'paged on-call', lateMs: 0 }] });

  expect(await states()).toEqual(['page:1.0 paid 0']);
});

it('never owes again what was paid', async () => {
  await save({ duties: [duty('page:1.0', 0)] });
  await save({ paid: [{ key: 'page:1.0', outcome: 'paged', lateMs: 0 }] });

  await save({ duties: [duty('page:1.0', 5_000)] });
  await save({ paid: [{ key: 'page:1.0', outcome: 'again', lateMs: 9 }], now: start + 9 });

  expect(await states()).toEqual(['page:1.0 paid 0']);
  expect((await dutiesOf(database.pool, id))[0]?.outcome).toBe('paged');
});

it('owes again what was cancelled, when it is listed again', async () => {
  await save({ duties: [duty('update:1', 1_000)] });
  await save({ reason: 'resolved' });

  await save({ duties: [duty('update:1', 5_000)] });

  expect(await states()).toEqual(['update:1 owed 5000']);
  expect((await dutiesOf(database.pool, id))[0]?.outcome).toBeNull();
});

it('pays what was cancelled and fell due again in one decision', async () => {
  await save({ duties: [duty('update:1', 1_000)] });
  await save({ reason: 'resolved' });

  await save({ paid: [{ key: 'update:1', outcome: 'reminded', lateMs: 500 }], now: start + 5_500 });

  expect(await states()).toEqual(['update:1 paid 5000']);
});

it('leaves the same key of another incident alone', async () => {
  const other = (await insert(database.pool)).id;
  await save({ duties: [duty('update:1', 1_000)] });
  await save({ duties: [duty('update:1', 1_000)], of: other });

  await save({ of: other });

  expect(await states()).toEqual(['update:1 owed 1000']);
});

describe('what is due', () => {
  const due = () => incidentsDue(database.pool, 10);

  it('is due at its instant and not a millisecond before', async () => {
    await save({ duties: [duty('update:1', 1_000)] });

    await setClock(database.pool, start + 999);
    expect(await due()).toEqual([]);
    await setClock(database.pool, start + 1_000);
    expect(await due()).toEqual([id]);
  });

  it('names an incident once, the longest overdue first, no more than asked for', async () => {
    const other = (await insert(database.pool)).id;
    await save({ duties: [duty('update:1', -2_000), duty('resolution:p1.0', 0)] });
    await save({ duties: [duty('update:1', -3_000)], of: other });

    expect(await due()).toEqual([other, id]);
    expect(await incidentsDue(database.pool, 1)).toEqual([other]);
  });

  it('names whoever owes a page before all that owe reminders, however long those are overdue', async () => {
    const other = (await insert(database.pool)).id;
    await save({ duties: [duty('update:1', -3_600_000)] });
    await save({ duties: [duty('page:1.0', 0), duty('update:1', 0)], of: other });

    expect(await due()).toEqual([other, id]);
  });

  it('is nothing that was paid or cancelled', async () => {
    await save({ duties: [duty('page:1.0', 0), duty('update:1', 0)] });
    await save({ paid: [{ key: 'page:1.0', outcome: 'paged', lateMs: 0 }] });

    expect(await due()).toEqual([]);
  });

  it('comes next in so many milliseconds; overdue is below zero, nothing owed is nothing', async () => {
    expect(await untilNextDue(database.pool)).toBeUndefined();

    await save({ duties: [duty('update:1', 1_500), duty('page:1.0', 700)] });
    expect(await untilNextDue(database.pool)).toBe(700);

    await setClock(database.pool, start + 800);
    expect(await untilNextDue(database.pool)).toBe(-100);
  });

  it('is found by the index of owed duties, also where the clock is the real one', async () => {
    await database.pool.query(
      `insert into duties (incident, key, kind, due_at, state)
       select $1, 'old:' || n, 'update', now() - interval '1 day', 'paid' from generate_series(1, 5000) n`,
      [id],
    );
    await database.pool.query(
      'create or replace function app_now() returns timestamptz language sql stable as $$ select clock_timestamp() $$; analyze duties',
    );

    const { rows } = await database.pool.query<{ 'QUERY PLAN': string }>(
      `explain select incident from duties where state = 'owed' and due_at <= app_now() group by incident`,
    );

    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('duties_owed');
  });
});

describe('who sleeps until the next duty is woken', () => {
  it.each([
    ['by a new duty', { duties: [duty('update:1', 1_000), duty('update:2', 9_000)] }, ['duties']],
    ['by one that moved', { duties: [duty('update:1', 500)] }, ['duties']],
    ['by one that was cancelled', {}, ['duties']],
    ['not where nothing changed', { duties: [duty('update:1', 1_000)] }, []],
  ])('%s', async (_, next, notices) => {
    await save({ duties: [duty('update:1', 1_000)] });

    expect(await noticesOf(database.url, () => save(next))).toEqual(notices);
  });
});
