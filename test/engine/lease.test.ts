/** A lease outlasts the call that is made under it, and nobody sends under one that another has taken. */
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { deliverRound } from '../../src/engine/deliver.ts';
import { holdLease, type Lease, leaseMs } from '../../src/engine/lease.ts';
import { callLimitMs, sendLimitMs } from '../../src/engine/ports.ts';
import { claim } from '../../src/store/claim.ts';
import { inTransaction } from '../../src/store/db.ts';
import { type Bench, makeBench } from './bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await makeBench();
  await bench.declare();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await bench.end();
});

/** In the database: a lease claimed so long ago. */
const age = (id: string, ms: number) =>
  bench.engine.pool.query(`update outbox set lease_until = lease_until - $2 * interval '1 ms' where id = $1`, [id, ms]);

async function leftOf(id: string): Promise<number> {
  const { rows } = await bench.engine.pool.query<{ ms: number }>(
    `select (extract(epoch from lease_until - clock_timestamp()) * 1000)::float8 as ms from outbox where id = $1`,
    [id],
  );
  return rows[0]?.ms ?? 0;
}

/** Answers how to set the process's own clock forward. */
function lateClock(): (ms: number) => void {
  const clock = performance.now.bind(performance);
  let late = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => clock() + late);
  return (ms) => {
    late += ms;
  };
}

const take = async (owner: string): Promise<{ id: string; attempt: number }> => {
  const [row] = await inTransaction(bench.engine.pool, (db) => claim(db, { owner, lane: 'page', limit: 1, leaseMs }));
  if (!row) throw new Error('nothing was claimed');
  return row;
};

/** A lease that was taken so long ago, here and in the database. */
async function heldFor(ms: number): Promise<{ id: string; lease: Lease }> {
  const row = await take('one');
  await age(row.id, ms);
  return { id: row.id, lease: holdLease(bench.engine.pool, { ...row, owner: 'one' }, performance.now() - ms) };
}

it.each([2_000, 6_500])('is renewed for the whole call where what came before took %i ms', async (ms) => {
  const { id, lease } = await heldFor(ms);

  await lease.keep();

  expect(await leftOf(id)).toBeGreaterThan(callLimitMs);
});

it('costs no statement where it lasts long enough', async () => {
  const { id, lease } = await heldFor(500);
  const before = await leftOf(id);

  await lease.keep();

  expect(await leftOf(id)).toBeLessThanOrEqual(before);
});

it.each([2_000, 5_500])(
  'is asked for once more, and longer, where the database takes its time to renew it, and took %i ms for the claim',
  async (ms) => {
    const { pool } = bench.engine;
    const row = await take('one');
    const lag = lateClock();
    const slow = new Proxy(pool, {
      get(of, name) {
        if (name === 'query') lag(1_500);
        const known: unknown = Reflect.get(of, name);
        return typeof known === 'function' ? known.bind(of) : known;
      },
    });

    await holdLease(slow, { ...row, owner: 'one' }, performance.now() - ms).keep();

    expect(await leftOf(row.id)).toBeGreaterThan(leaseMs);
  },
);

it('is not kept where another process has taken the row', async () => {
  const { id, lease } = await heldFor(6_500);
  await take('two');
  const before = await leftOf(id);

  await expect(lease.keep()).rejects.toMatchObject({ code: 'lease-over', retry: 'later' });

  expect(await leftOf(id)).toBeLessThanOrEqual(before);
});

it('is not kept by what still runs once the row is being settled', async () => {
  const { lease } = await heldFor(0);
  lease.end();

  await expect(lease.keep()).rejects.toMatchObject({ code: 'lease-over' });
});

it('is not kept when a call could outlast the send', async () => {
  const lag = lateClock();
  const { lease } = await heldFor(0);
  lag(sendLimitMs - callLimitMs);

  await expect(lease.keep()).rejects.toMatchObject({ code: 'lease-over' });
});

it('holds for a send whose look-ups are slow, and for its second call too', async () => {
  const left: number[] = [];
  const lag = lateClock();
  bench.world.chat.announce = async ({ id, keepLease }) => {
    for (let call = 1; call <= 2; call += 1) {
      lag(2_000);
      await age(id, 2_000);
      await keepLease();
      left.push(await leftOf(id));
    }
    return { channel: 'C0OPS', ts: '1.0' };
  };

  await deliverRound({ engine: bench.engine, world: bench.world, lane: 'urgent', owner: 'one' });

  expect(left.map((ms) => ms > callLimitMs)).toEqual([true, true]);
});

it('is over for a send that was given up', async () => {
  const afterwards = Promise.withResolvers<unknown>();
  bench.world.chat.announce = async ({ keepLease }) => {
    setImmediate(() => void bench.states().then(keepLease).catch(afterwards.resolve));
    throw new Error('no answer within the limit');
  };

  await deliverRound({ engine: bench.engine, world: bench.world, lane: 'urgent', owner: 'one' });

  expect(await afterwards.promise).toMatchObject({ code: 'lease-over' });
});
