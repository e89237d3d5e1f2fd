import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { IncidentId } from '../../src/incident/incident.ts';
import { pauseBudget } from '../../src/store/budgets.ts';
import { announcing, claim } from '../../src/store/claim.ts';
import type { Db } from '../../src/store/db.ts';
import { saveIncident } from '../../src/store/incidents.ts';
import { holdsLease, markSent, quarantine, retryLater } from '../../src/store/outbox.ts';
import type { TestDatabase } from '../tools/database.ts';
import { hold, insert, somebodyWaits } from './rows.ts';
import { fenceOf, makeSending, only, row, type Sending } from './sending.ts';

let sending: Sending;
let database: TestDatabase;
let id: IncidentId;
beforeEach(async () => {
  sending = await makeSending();
  ({ database, id } = sending);
});
afterEach(() => database.end());

const put: Sending['put'] = (...args) => sending.put(...args);
const take: Sending['take'] = (...args) => sending.take(...args);
const taken: Sending['taken'] = (...args) => sending.taken(...args);
const settle = <T>(work: (db: Db) => Promise<T>): Promise<T> => sending.settle(work);
const states = () => sending.states();
const leasesRunOut = () => sending.leasesRunOut();

describe('a claim', () => {
  it('takes its own lane alone', async () => {
    await put([row('a'), row('b', { lane: 'urgent' })]);

    expect(await taken('one', { lane: 'urgent' })).toEqual(['b']);
  });

  it('takes the highest severity first, then the oldest', async () => {
    const p3 = (await insert(database.pool, { severity: 'p3' })).id;
    const p2 = (await insert(database.pool, { severity: 'p2' })).id;
    await put([row('p3')], p3);
    await put([row('p2')], p2);
    await put([row('p1'), row('p1-later')]);

    const order = [];
    for (let n = 0; n < 4; n += 1) order.push(...(await taken('one', { limit: 1 })));

    expect(order).toEqual(['p1', 'p1-later', 'p2', 'p3']);
  });

  it('gives one row to one of two who come at once', async () => {
    await put(Array.from({ length: 20 }, (_, n) => row(`row-${n}`)));

    const claims = await Promise.all(['one', 'two', 'three'].map((owner) => take(owner)));

    const ids = claims.flat().map((one) => one.id);
    expect(ids).toHaveLength(20);
    expect(new Set(ids).size).toBe(20);
  });

  it('waits for what was written before to the same destination, until that is settled', async () => {
    await put([row('a', { destination: 'C1' }), row('b', { destination: 'C1' })]);
    const first = only(await take());
    expect(await taken('two')).toEqual([]);

    await settle((db) => markSent(db, fenceOf(first)));

    expect(await taken('two')).toEqual(['b']);
  });

  it('does not pass one that waits for its next try, and passes one that was given up', async () => {
    await put([row('a', { destination: 'C1' }), row('b', { destination: 'C1' })]);
    const first = only(await take());
    await settle((db) => retryLater(db, fenceOf(first), { afterMs: 60_000, error: 'down', mayHaveHappened: false }));
    expect(await taken()).toEqual([]);

    await database.pool.query('update outbox set not_before = clock_timestamp()');
    const again = only(await take());
    await settle((db) => quarantine(db, fenceOf(again), 'refused'));

    expect(await taken()).toEqual(['b']);
  });

  it('keeps order behind a row that another transaction is settling right now', async () => {
    await put([row('a', { destination: 'C1' }), row('b', { destination: 'C1' })]);
    const first = only(await take());
    const settling = await hold(database.url);
    await markSent(settling.db, fenceOf(first));

    expect(await taken('two')).toEqual([]);

    await settling.commit();
    expect(await taken('two')).toEqual(['b']);
  });

  it('leaves what needs a home until there is one', async () => {
    const homeless = await insert(database.pool, { home: { kind: 'none' } });
    await put([row('post', { needs: 'home' }), row('announce')], homeless.id);
    expect(await taken()).toEqual(['announce']);

    const home = { kind: 'channel' as const, channel: 'C1', name: 'inc-1' };
    await settle((db) => saveIncident(db, { ...homeless, version: 2, home }));

    expect(await taken()).toEqual(['post']);
  });
});

describe('a lease', () => {
  it('keeps others away until it runs out; then the row may have been sent', async () => {
    await put([row('a')]);
    const first = only(await take());
    expect(await take('two')).toEqual([]);

    await leasesRunOut();
    const second = only(await take('two'));

    expect([first.attempt, first.again, second.attempt, second.again]).toEqual([1, false, 2, true]);
  });

  it('gives way, when it failed, to a newer one of its group that came while it was being sent', async () => {
    const grouped = { coalesce: 'card', destination: 'home' };
    await put([row('older', grouped)]);
    const first = only(await take());
    await put([row('newer', grouped)]);

    await settle((db) => retryLater(db, fenceOf(first), { afterMs: 0, error: 'down', mayHaveHappened: false }));

    expect(await states()).toEqual({ older: 'superseded', newer: 'waiting' });
    const { rows } = await sending.database.pool.query('select dedup_key from outbox where settled_at is not null');
    expect(rows).toEqual([{ dedup_key: 'older' }]);
  });

  it.each(['markSent', 'retryLater', 'quarantine'])(
    'taken over by another, settles nothing any more: %s',
    async (how) => {
      await put([row('a')]);
      const fence = fenceOf(only(await take()));
      await leasesRunOut();
      await take('two');

      const settled = await settle((db) => {
        if (how === 'markSent') return markSent(db, fence);
        if (how === 'quarantine') return quarantine(db, fence, 'refused');
        return retryLater(db, fence, { afterMs: 0, error: 'down', mayHaveHappened: false });
      });

      expect(settled).toBe(false);
      expect(await states()).toEqual({ a: 'waiting' });
    },
  );

  it('is known to hold, to have run out, and to belong to another attempt', async () => {
    await put([row('a')]);
    const fence = fenceOf(only(await take()));

    expect(await holdsLease(database.pool, fence)).toBe(true);
    expect(await holdsLease(database.pool, { ...fence, attempt: 2 })).toBe(false);
    expect(await holdsLease(database.pool, { ...fence, owner: 'two' })).toBe(false);
    await leasesRunOut();
    expect(await holdsLease(database.pool, fence)).toBe(false);
  });

  it.each([true, false])(
    'given back after a failure that may have happened (%s) says so to the next',
    async (mayHaveHappened) => {
      await put([row('a')]);
      const fence = fenceOf(only(await take()));

      await settle((db) => retryLater(db, fence, { afterMs: 0, error: 'a\u0000b', mayHaveHappened }));

      expect(only(await take('two')).again).toBe(mayHaveHappened);
      const { rows } = await database.pool.query('select last_error from outbox');
      expect(rows).toEqual([{ last_error: 'ab' }]);
    },
  );
});

describe('a budget', () => {
  const budget = { name: 'chat.update', everyMs: 60_000, burst: 3 };
  const spend = (count: number, prefix = 'row', of = id) =>
    put(
      Array.from({ length: count }, (_, n) => row(`${prefix}-${n}`, { budget })),
      of,
    );
  const passes = (ms: number) =>
    database.pool.query(`update budgets set spent_until = spent_until - $1::float8 * interval '1 ms'`, [ms]);

  it('lets go what it holds at once, and then one for each interval', async () => {
    await spend(6);

    expect(await taken()).toEqual(['row-0', 'row-1', 'row-2']);
    expect(await taken()).toEqual([]);
    await passes(60_000);
    expect(await taken()).toEqual(['row-3']);
  });

  it('never holds more than its burst, however long nobody came', async () => {
    await spend(1);
    await take();
    await passes(3_600_000);
    await spend(5, 'later');

    expect(await taken()).toHaveLength(3);
    expect(await taken()).toEqual([]);
  });

  it('is shared by all who claim, at the same time too', async () => {
    await spend(9);
    const first = await hold(database.url);
    const claiming = { owner: 'one', lane: 'bulk', limit: 2, leaseMs: 60_000 } as const;
    expect(await claim(first.db, claiming)).toHaveLength(2);
    const second = taken('two');
    await somebodyWaits(database.pool);

    await first.commit();

    expect(await second).toHaveLength(1);
  });

  it('goes to the highest severity when it does not reach for all', async () => {
    const p3 = (await insert(database.pool, { severity: 'p3' })).id;
    await spend(3, 'p3', p3);
    await spend(2, 'p1');

    expect(await taken()).toEqual(['p3-0', 'p1-0', 'p1-1']);
  });

  it('goes to what somebody waits for before the rest, though that came first and asks alone', async () => {
    await spend(3, 'rest');
    await put([row('urgent-0', { budget, lane: 'urgent' }), row('urgent-1', { budget, lane: 'urgent' })]);

    expect(await taken()).toEqual(['rest-0']);
    expect(await taken('one', { lane: 'urgent' })).toEqual(['urgent-0', 'urgent-1']);
  });

  it.each(['p1', 'p3'] as const)(
    'of the announcements is that of their threads too, and a new announcement goes before them, that of a %s as well',
    async (severity) => {
      const of = (await insert(database.pool, { severity })).id;
      const home = { kind: 'thread' as const, channel: 'C0', ts: '1.0' };
      const threaded = (await insert(database.pool, { home })).id;
      const pace = { ...budget, name: announcing };
      const card = (n: number) => row(`card-${n}`, { needs: 'home', budget: { ...budget, name: `post:${threaded}` } });
      await put([card(0), card(1), card(2)], threaded);
      await put(
        [row('announcement', { budget: pace }), row('elsewhere', { budget: { ...budget, name: 'post:C9' } })],
        of,
      );

      expect((await taken('one')).toSorted()).toEqual(['announcement', 'card-0', 'card-1', 'elsewhere']);
    },
  );

  it('takes no share for rows beyond the limit of the claim', async () => {
    await spend(3);

    await take('one', { limit: 1 });

    expect(await taken()).toHaveLength(2);
  });

  it('leaves other budgets, and rows without one, alone', async () => {
    await spend(4);
    await put([row('other', { budget: { ...budget, name: 'chat.post' } }), row('free')]);

    expect(await taken()).toEqual(['row-0', 'row-1', 'row-2', 'other', 'free']);
  });

  it('that the other side paused lets nothing go before then, and one after', async () => {
    await spend(4);
    const first = only(await take('one', { limit: 1 }));

    await settle((db) => pauseBudget(db, first, 30_000));

    expect(await taken()).toEqual([]);
    await passes(29_000);
    expect(await taken()).toEqual([]);
    await passes(1_000);
    expect(await taken()).toEqual(['row-1']);
  });
});
