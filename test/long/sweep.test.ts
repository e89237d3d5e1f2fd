/** The bot is killed at every remote call and every transaction of an incident's life. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { fewAtOnce } from '../../src/sandbox/sweep/at-once.ts';
import { type Grounds, startGrounds } from '../../src/sandbox/sweep/grounds.ts';
import { scenarios } from '../../src/sandbox/sweep/scenarios.ts';
import { faultsIn, pointsOf, strikeAt, summaryOf } from '../../src/sandbox/sweep/sweep.ts';
import { bundled } from '../tools/house.ts';

/** Most of a play is waiting for a lease to run out. */
const atOnce = 5;

let grounds: Grounds;
beforeAll(async () => {
  grounds = await startGrounds(bundled());
}, 120_000);
afterAll(() => grounds.stop());

it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
  '%s: all is there, once, wherever the process was killed',
  async (_, scenario) => {
    const points = await pointsOf(grounds, scenario);

    const outcomes = await fewAtOnce(atOnce, points, (point) => strikeAt(grounds, { scenario, point }));

    console.info(`${scenario.name}: ${summaryOf(outcomes.flat())}`);
    expect(faultsIn(outcomes.flat())).toEqual([]);
  },
  20 * 60_000,
);
