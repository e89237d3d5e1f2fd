/** Many declare and press at once: less than a tenth of the long form's storm, at half its pace: other files run beside it. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { House } from '../../src/sandbox/house.ts';
import { playStorm, type Storm } from '../../src/sandbox/storm.ts';
import { announced, recordOf, type StormRecord } from '../../src/sandbox/storm-record.ts';
import { openHouse } from '../tools/house.ts';

const scale = { open: 4, declarations: 15, clicks: 150, people: 20, overMs: 9_000, seed: 1 };
const pagesWithinMs = 10_000;

let house: House;
let storm: Storm;
let record: StormRecord;
beforeAll(async () => {
  house = await openHouse({ crowd: scale.people });
  storm = await playStorm(house, scale);
  const all = storm.open.length + storm.declared.length;
  await house.slack.until('every announcement', () => (announced(house) === all ? true : undefined), 30_000);
  record = recordOf(house, storm);
}, 120_000);
afterAll(() => house.stop(), 60_000);

it('makes one incident of every declaration', async () => {
  const { rows } = await house.databases.own.pool.query<{ n: number }>('select count(*)::int as n from incidents');

  expect(rows[0]?.n).toBe(storm.open.length + storm.declared.length);
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
