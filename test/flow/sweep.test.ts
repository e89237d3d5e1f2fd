/** The bot is killed at a few of its remote calls and transactions, chosen by chance; `npm run test:long` takes all. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Point, phases, type Source } from '../../src/sandbox/kills.ts';
import { fewAtOnce } from '../../src/sandbox/sweep/at-once.ts';
import { type Chance, chanceOf, oneOf, seedOf } from '../../src/sandbox/sweep/chance.ts';
import { type Grounds, startGrounds } from '../../src/sandbox/sweep/grounds.ts';
import { scenarios } from '../../src/sandbox/sweep/scenarios.ts';
import { faultsIn, pointsOf, strikeAt } from '../../src/sandbox/sweep/sweep.ts';

const seed = seedOf(process.env);
const sources: Source[] = ['slack', 'pager', 'database'];
const atOnce = 5;

let grounds: Grounds;
beforeAll(async () => {
  grounds = await startGrounds();
}, 60_000);
afterAll(() => grounds.stop());

/** One point per source, each in another phase: in three scenarios every source meets every phase. */
const sample = (points: Point[], turn: number, chance: Chance): Point[] =>
  sources.map((source, n) => {
    const phase = phases[(turn + n) % phases.length];
    return oneOf(
      chance,
      points.filter((point) => point.source === source && point.phase === phase),
    );
  });

it(`all is there, once, wherever the process was killed (SEED=${seed} plays the same again)`, async () => {
  const chance = chanceOf(seed);
  const found = await fewAtOnce(scenarios.length, scenarios, (scenario) => pointsOf(grounds, scenario));
  const strikes = scenarios.flatMap((scenario, turn) =>
    sample(found[turn] ?? [], turn, chance).map((point) => ({ scenario, point })),
  );

  const outcomes = await fewAtOnce(atOnce, strikes, (strike) => strikeAt(grounds, strike));

  expect(faultsIn(outcomes.flat())).toEqual([]);
  expect(outcomes.flat().filter(({ struck }) => struck).length).toBeGreaterThan(strikes.length / 2);
}, 180_000);
