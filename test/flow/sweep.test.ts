/** The bot is struck at a few moments, chosen by chance, at more in CI; `npm run test:long` takes every one. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startClock } from '../../src/sandbox/clock.ts';
import { judge } from '../../src/sandbox/history/judge.ts';
import { makeKills, type Point, phases, type Source } from '../../src/sandbox/kills.ts';
import { cardIn, incidentChannel } from '../../src/sandbox/stories/story.ts';
import { fewAtOnce } from '../../src/sandbox/sweep/at-once.ts';
import { type Chance, chanceOf, oneOf, seedOf } from '../../src/sandbox/sweep/chance.ts';
import { type Grounds, startGrounds } from '../../src/sandbox/sweep/grounds.ts';
import { playNight } from '../../src/sandbox/sweep/night.ts';
import { scenarios } from '../../src/sandbox/sweep/scenarios.ts';
import { faultsIn, pointsOf, strikeAt } from '../../src/sandbox/sweep/sweep.ts';
import { bundled } from '../tools/house.ts';
import { isOfRecord } from '../tools/shapes.ts';

const seed = seedOf(process.env);
const sources: Source[] = ['slack', 'pager', 'database'];
const atOnce = 5;

let grounds: Grounds;
beforeAll(async () => {
  grounds = await startGrounds(bundled());
}, 120_000);
afterAll(() => grounds.stop());

/** One point per source, each in another phase: in three scenarios every source meets every phase. */
const sample = (points: Point[], turn: number, chance: Chance): Point[] =>
  sources
    .map((_, n) => ({ source: sources[(turn + n) % 3], phase: phases[(turn + 2 * n) % 3] }))
    .map((wanted) =>
      oneOf(
        chance,
        points.filter(({ source, phase }) => source === wanted.source && phase === wanted.phase),
      ),
    );

it(`all is there, once, wherever the process was killed (SEED=${seed} plays the same again)`, async () => {
  const chance = chanceOf(seed);
  const some = isOfRecord ? scenarios : [oneOf(chance, scenarios)];
  const found = await fewAtOnce(some.length, some, (scenario) => pointsOf(grounds, scenario));
  const strikes = some.flatMap((scenario, turn) =>
    sample(found[turn] ?? [], turn, chance).map((point) => ({ scenario, point })),
  );

  const outcomes = await fewAtOnce(atOnce, strikes, (strike) => strikeAt(grounds, strike));

  expect(faultsIn(outcomes.flat())).toEqual([]);
  expect(outcomes.flat().filter(({ struck }) => struck).length).toBeGreaterThan(strikes.length / 2);
}, 180_000);

it(`nothing is lost or done twice when one of two processes is killed (SEED=${seed} plays the same again)`, async () => {
  expect(await playNight(grounds, { seed, blow: { kind: 'kill' } })).toEqual([]);
}, 120_000);

it('a process that stood still before a post does not post what another one has posted meanwhile', async () => {
  const kills = makeKills();
  const house = await grounds.house({ now: Date.now, kills });
  const clock = await startClock(house.databases.own.pool, Date.now(), 60_000);
  // while nobody knows who is on call, every post asks for it right before it goes
  house.pager.faults.add({ method: 'GET schedules on-calls', effect: { kind: 'status', status: 503 } });
  await house.slack.user('U0ANA').command('declare p1 checkout returns 502');
  const channel = await incidentChannel(house);
  await clock.settle();
  const card = cardIn(house, channel);
  const frozen = new Promise<void>((resolve) => {
    const freeze = () => {
      house.bot.freeze();
      resolve();
      return 'alive' as const;
    };
    kills.arm(freeze, { source: 'pager', name: 'GET schedules on-calls', nth: 1, phase: 'before' });
  });

  // no answer of its own and no redraw: the steps of the runbook are the one post
  await house.slack.user('U0ANA').click(card, 'Diagnose');
  await frozen;
  await house.another();
  await clock.settle();
  house.bot.thaw();
  await house.slack.user('U0BEN').command('list');
  await house.slack.user('U0BEN').command('list');

  const why = 'it stood still when it should have answered';
  const faults = await judge(house, { allowances: [{ kind: 'lost-acknowledgement', most: 2, why }] });
  await house.stop();
  expect(faults).toEqual([]);
}, 120_000);
