/** Our own database behind the real PgBouncer in transaction pooling: what goes through it, and what is beside it. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { handle, wakeUp } from '../../src/engine/handle.ts';
import { makeLog } from '../../src/log.ts';
import { loadPolicy } from '../../src/runbook/load.ts';
import { claim } from '../../src/store/claim.ts';
import { inTransaction, makePool } from '../../src/store/db.ts';
import { listen } from '../../src/store/listen.ts';
import { migrate } from '../../src/store/migrate.ts';
import { type TestDatabase, testDatabase } from '../tools/database.ts';
import { because, type Pooler, pooled, startPooler } from '../tools/pooler.ts';

let database: TestDatabase;
let pooler: Pooler;
beforeAll(async () => {
  database = await testDatabase();
  if (because === '') pooler = await startPooler(database.url);
});
afterAll(async () => {
  pooler?.stop();
  await database.end();
});

pooled(`declares, wakes and claims through two server connections, eight at a time${because}`, async () => {
  const pool = makePool(pooler.url, makeLog('silent'));
  const policy = loadPolicy(readFileSync('runbook.yaml', 'utf8'), 'runbook.yaml');
  const engine = { pool, policy, playbooks: [], clients: {}, log: makeLog('silent') };
  const declare = (n: number) =>
    handle(engine, {
      key: `k${n}`,
      actor: { slack: 'U0ANA' },
      command: { kind: 'declare', severity: 'p1', title: `incident ${n}`, anyway: true },
    });

  const answers = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(declare));
  const ids = answers.map(({ incident }) => incident?.id ?? '');
  const woken = await Promise.all(ids.map((id) => wakeUp(engine, id)));
  const claimed = await inTransaction(pool, (db) =>
    claim(db, { owner: 'one', lane: 'page', limit: 20, leaseMs: 8_000 }),
  );

  expect(answers.every(({ ok }) => ok)).toBe(true);
  expect(answers.map(({ incident }) => incident?.number).toSorted((a = 0, b = 0) => a - b)).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8,
  ]);
  expect(woken).toEqual(ids.map(() => true));
  expect(claimed).toHaveLength(8);
  await pool.end();
});

pooled(`brings an empty database to this release through the pooler, four processes at once${because}`, async () => {
  const empty = await testDatabase('template0');
  const through = new URL(pooler.url);
  through.pathname = new URL(empty.url).pathname;

  const applied = await Promise.all([1, 2, 3, 4].map(() => migrate(through.href)));

  // each file by whoever came first
  expect(applied.flat().toSorted()).toEqual(await migratedIds(empty));
  await empty.end();
});

const migratedIds = async ({ pool }: TestDatabase): Promise<string[]> =>
  (await pool.query<{ id: string }>('select id from migrations order by id')).rows.map(({ id }) => id);

/** What a listener logs until it has made up its mind: the pooler is seen, or every channel was poked. */
async function heard(url: string): Promise<{ said: string[]; hears: boolean }> {
  const said: string[] = [];
  const log = makeLog('silent');
  const { promise, resolve } = Promise.withResolvers<void>();
  log.warn = (...words: unknown[]) => {
    said.push(words.map(String).join(' '));
    resolve();
  };
  const listening = listen(url, { duties: resolve }, log);
  await promise;
  const hears = listening.hears();
  await listening.stop();
  return { said, hears };
}

pooled(
  `a listener sees that a pooler stands before the database, says so once, and does not listen${because}`,
  async () => {
    const { said, hears } = await heard(pooler.url);

    expect(said).toEqual([expect.stringContaining('no notification comes through a pooler')]);
    expect(hears).toBe(false);
  },
);

it('a listener takes no server for a pooler', async () => {
  expect(await heard(database.url)).toEqual({ said: [], hears: true });
});
