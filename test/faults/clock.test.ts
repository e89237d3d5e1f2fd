/** Row 21, clocks: what is due is due by the database's time, what waits goes by a clock that nobody sets. */
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { House } from '../../src/sandbox/house.ts';
import { incidentChannel, textOf } from '../../src/sandbox/stories/story.ts';
import { dutiesOf, saveDuties } from '../../src/store/duties.ts';
import { insert } from '../store/rows.ts';
import { testDatabase } from '../tools/database.ts';
import { openHouse } from '../tools/house.ts';
import { inCi, shapes } from '../tools/shapes.ts';
import { type Inside, makeInside } from './orders.ts';
import { sweepNow, sweepOver } from './scene.ts';

const minutes = (n: number): number => n * 60_000;
const hour = minutes(60);

/** Nobody is told: what notices it, notices by itself. */
const setClock = (house: House, instant: number) =>
  house.databases.own.pool.query(
    `create or replace function app_now() returns timestamptz language sql stable
       as $$ select timestamptz '${new Date(instant).toISOString()}' $$`,
  );

describe('row 21: a process whose clock is wrong', () => {
  let house: House;
  let inside: Inside;
  const start = 1_772_420_400_000;
  beforeEach(async () => {
    inside = makeInside();
    // without the secret of the webhook the pager is asked instead
    house = await openHouse({ socket: true, env: { ...inside.env, WEBHOOK_SECRET: '' } });
    await house.slack.until('a socket', () => (house.slack.sockets.count() > 0 ? true : undefined));
    await setClock(house, start);
    await house.slack.user('U0ANA').command('declare p1 checkout returns 502');
    await incidentChannel(house);
    await pages(1);
  }, 60_000);
  afterEach(() => house.stop(), 60_000);

  const pages = (count: number, withinMs = 10_000) =>
    house.pager.until(
      `page ${count}`,
      (transcript) => (transcript.filter(({ kind }) => kind === 'page').length >= count ? true : undefined),
      withinMs,
    );
  const paid = async (): Promise<number> =>
    (await house.databases.own.pool.query(`select from duties where state = 'paid'`)).rowCount ?? 0;
  const logged = (words: string) =>
    house.slack.until(`the log line "${words}"`, () => house.bot.lastLines().find((line) => line.includes(words)));

  const quiet = async (): Promise<void> => {
    const waiting = `select from outbox where state = 'waiting'`;
    while ((await house.databases.own.pool.query(waiting)).rowCount) await new Promise((done) => setTimeout(done, 50));
  };

  const wrongs = [
    ['an hour ahead', hour],
    ['an hour behind', -hour],
  ] as const;

  it.each(shapes(wrongs))(
    '%s fires nothing early, and what falls due at once',
    async (_, ms) => {
      const before = await paid();

      await inside.order({ kind: 'clock', ms });
      await logged('the clock of this machine was set');
      // it looks at everything again now: what it would do early it has done by then
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      const early = (await paid()) - before;
      await setClock(house, start + minutes(5));
      await house.databases.own.pool.query('notify duties');
      await pages(2);

      expect(early).toBe(0);
      const { rows } = await house.databases.own.pool.query(
        `select max(late_ms)::int as late from duties where state = 'paid' and due_at > timestamptz '${new Date(start).toISOString()}' + interval '4 minutes'`,
      );
      expect(rows).toEqual([{ late: 0 }]);
    },
    60_000,
  );

  inCi(
    'looks at the pager every 20 s as before after its clock was set back by an hour',
    async () => {
      await inside.order({ kind: 'clock', ms: -hour });
      await logged('the clock of this machine was set');
      const alias = house.pager.transcript.find(({ kind }) => kind === 'page')?.alias ?? '';

      await house.pager.person('dana@example.com').acknowledge(alias);

      const seen = await house.slack.until(
        'the acknowledgement',
        (transcript) => transcript.find(({ kind, text }) => kind === 'message' && text.includes('acknowledged by')),
        40_000,
      );
      expect(textOf(seen)).toContain('dana@example.com at the pager');
    },
    60_000,
  );

  inCi(
    'looks again within a second after the machine slept for ten minutes',
    async () => {
      await quiet();
      const sweep = await sweepOver();

      await setClock(house, start + minutes(10));
      await inside.order({ kind: 'clock', ms: minutes(10) });
      await pages(2);

      expect(sweepNow()).toBe(sweep);
      await logged('the clock of this machine was set, or the machine slept');
    },
    60_000,
  );

  inCi(
    'stopped for a while, does what fell due meanwhile when it goes on, once and with how late',
    async () => {
      await quiet();
      const sweep = await sweepOver();

      house.bot.freeze();
      await setClock(house, start + minutes(10));
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      house.bot.thaw();
      await pages(2);

      expect(sweepNow()).toBe(sweep);
      await logged('this process stood still');
      await house.slack.until('how late', (transcript) =>
        transcript.find((entry) => textOf(entry).includes(' late: ')),
      );
    },
    60_000,
  );
});

it('row 21: over HTTP, a genuine request of another time is refused, and the log asks whether the clock is right', async () => {
  const inside = makeInside();
  const house = await openHouse({ env: inside.env });
  try {
    for (const ms of [hour, -2 * hour]) {
      await inside.order({ kind: 'clock', ms });
      expect((await house.slack.user('U0ANA').command('list')).status).toBe(401);
    }
    await inside.order({ kind: 'clock', ms: hour });

    expect((await house.slack.user('U0ANA').command('list')).status).toBe(200);
    const asked = house.bot.lastLines().filter((line) => line.includes('is the clock of this machine right'));
    expect(asked).toHaveLength(2);
  } finally {
    await house.stop();
  }
}, 60_000);

const zones = ['UTC', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
/** Around the nights in which New York and Lord Howe change their clocks, every quarter of an hour. */
const nights = ['2026-03-08T00:00Z', '2026-11-01T00:00Z', '2026-04-04T10:00Z', '2026-10-03T10:00Z'].flatMap((from) =>
  Array.from({ length: 60 }, (_, n) => Date.parse(from) + n * minutes(15)),
);

it('row 21: a time is written the same whatever zone the process runs in', () => {
  const script = `import { clock } from './src/slack/views/words.ts';
    console.log(JSON.stringify(${JSON.stringify(nights)}.map(clock)));`;

  const written = zones.map((TZ) =>
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { env: { ...process.env, TZ } }).toString(),
  );

  expect(new Set(written).size).toBe(1);
  expect(JSON.parse(written[0] ?? '[]')).toHaveLength(nights.length);
});

it('row 21: a duty is due at the same instant whatever zone the database is set to', async () => {
  const database = await testDatabase();
  const { id } = await insert(database.pool);
  const db = await database.pool.connect();
  const instants = fc.oneof(fc.constantFrom(...nights), fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2036, 0) }));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...zones), instants, async (zone, dueAt) => {
      await db.query(`set timezone = '${zone}'`);
      const duty = { kind: 'update' as const, key: `update:${dueAt}`, dueAt, page: [], who: [] };
      await saveDuties(db, id, { duties: [duty], paid: [], reason: 'test', now: dueAt });
      const saved = (await dutiesOf(db, id)).find(({ key }) => key === duty.key);
      expect(saved?.dueAt).toBe(dueAt);
    }),
    { numRuns: 200 },
  );
  db.release();
  await database.end();
});
