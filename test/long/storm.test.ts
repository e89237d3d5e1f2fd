/** The whole storm: 200 declarations in a minute from 20 people, 2,000 presses, 50 incidents that were open before. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type House, startHouse } from '../../src/sandbox/house.ts';
import { playStorm, type Storm } from '../../src/sandbox/storm.ts';
import { announced, recordOf, type StormRecord } from '../../src/sandbox/storm-record.ts';

const scale = { open: 50, declarations: 200, clicks: 2_000, people: 20, overMs: 60_000, seed: 1 };
const pagesWithinMs = 10_000;
/** one announcement a second, and patience */
const announcedWithinMs = 480_000;

let house: House;
let storm: Storm;
let record: StormRecord;
beforeAll(async () => {
  house = await startHouse({ now: Date.now, say: () => {}, crowd: scale.people });
  storm = await playStorm(house, scale);
  const all = storm.open.length + storm.declared.length;
  await house.slack.until('every announcement', () => (announced(house) === all ? true : undefined), announcedWithinMs);
  record = recordOf(house, storm);
}, 900_000);
afterAll(() => house.stop(), 60_000);

it('makes one incident of every declaration, each with a number of its own and none left out', async () => {
  const { rows } = await house.databases.own.pool.query<{ n: number; last: number }>(
    'select count(*)::int as n, max(number) as last from incidents',
  );

  const all = storm.open.length + storm.declared.length;
  expect(rows[0]).toEqual({ n: all, last: all });
});

it('pages for every P1 within ten seconds', () => {
  expect(record.pages).toHaveLength(scale.declarations);
  expect(record.pages.filter((ms) => ms > pagesWithinMs)).toEqual([]);
});

it('answers every command and press before Slack gives up', () => {
  const late = [...storm.declared.map(({ answer }) => answer), ...storm.clicks].filter((answer) => answer.late);

  expect(late).toEqual([]);
});

it('opens channels for the oldest P1 first, announces before it replies, says where, and keeps to the rules of Slack', () => {
  expect(record.faults).toEqual([]);
});

it('reminds of what was open before, in the middle of it', async () => {
  const { rows } = await house.databases.own.pool.query<{ n: number }>(
    `select count(distinct incident)::int as n from duties where kind = 'update' and state = 'paid'`,
  );

  expect(rows[0]?.n).toBe(scale.open);
});

it('holds no more memory at its end than a little more than before', () => {
  const { before, after } = record.memoryMb;

  expect(after - before).toBeLessThan(150);
});
