/** Two processes on one database in a busy night, one of them killed or frozen at a random moment; SEED=<n> plays one. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { fewAtOnce } from '../../src/sandbox/sweep/at-once.ts';
import { type Grounds, startGrounds } from '../../src/sandbox/sweep/grounds.ts';
import { type Blow, playNight } from '../../src/sandbox/sweep/night.ts';
import { bundled } from '../tools/house.ts';

const one = process.env['SEED'];
const from = Math.floor(Math.random() * 1_000_000);
const seedsFor = (most: number): number[] =>
  one === undefined ? Array.from({ length: most }, (_, n) => from + n) : [Number(one)];

let grounds: Grounds;
beforeAll(async () => {
  grounds = await startGrounds(bundled());
}, 120_000);
afterAll(() => grounds.stop());

it.each<[string, Blow, { seeds: number[]; atOnce: number }]>([
  ['killed', { kind: 'kill' }, { seeds: seedsFor(20), atOnce: 3 }],
  ['frozen for 90 s', { kind: 'freeze', ms: 90_000 }, { seeds: seedsFor(4), atOnce: 4 }],
])(
  'nothing is lost and nothing is done twice when one is %s',
  async (what, blow, { seeds, atOnce }) => {
    const faults = await fewAtOnce(atOnce, seeds, async (seed) =>
      (await playNight(grounds, { seed, blow })).map((fault) => `SEED=${seed}: ${fault}`),
    );

    console.info(`${what}: seeds ${seeds.join(' ')}`);
    expect(faults.flat()).toEqual([]);
  },
  20 * 60_000,
);
