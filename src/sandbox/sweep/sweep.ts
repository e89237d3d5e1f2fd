/** Finds by itself where a scenario can be struck, kills the bot at each such point, and looks whether all is there. */
import { availableParallelism, loadavg } from 'node:os';
import type { Allowance } from '../history/check.ts';
import { judge } from '../history/judge.ts';
import { type Boundary, nameOf, type Point, phases } from '../kills.ts';
import type { Grounds } from './grounds.ts';
import type { Scenario } from './scenario.ts';
import { type Fate, type Insists, raise, type Set } from './stage.ts';

/** A night in March, as in the stories. */
const begins = Date.UTC(2026, 2, 2, 3, 0);
const completeWithinMs = 10_000;
/** a core that has more to do than this makes a time measured on it longer by as much */
const fairLoad = 2;

/** A point as a person can repeat it. */
export interface Strike {
  scenario: Scenario;
  point: Point | undefined;
  insists: Insists;
}

export interface Outcome extends Fate {
  name: string;
  passed: Boundary[];
  faults: string[];
}

export async function playOnce(grounds: Grounds, { scenario, point, insists }: Strike): Promise<Outcome> {
  const name = `${scenario.name}: ${point ? nameOf(point) : 'nobody is killed'}, ${insists}`;
  try {
    const set = await raise(grounds, { insists, begins });
    const faults = await faultsOf(scenario, set, point);
    await set.stage.house.stop();
    return { ...set.fate, name, passed: set.kills.passed(), faults };
  } catch (error) {
    return { struck: false, lost: 0, completeMs: undefined, name, passed: [], faults: [String(error)] };
  }
}

async function faultsOf(scenario: Scenario, set: Set, point: Point | undefined): Promise<string[]> {
  const { stage, fate } = set;
  try {
    await scenario.prepare(stage);
    set.strikeAt(point);
    await scenario.play(stage);
    const crowd = Math.max(1, (loadavg()[0] ?? 0) / availableParallelism() / fairLoad);
    const late = (fate.completeMs ?? 0) > completeWithinMs * crowd;
    return [
      ...(late ? [`complete only ${fate.completeMs} ms after the restart`] : []),
      ...(await scenario.faults(stage)),
      ...(await judge(stage.house, { allowances: allowancesFor(fate), withinMs: 2_000 })),
    ];
  } catch (error) {
    return [String(error), ...stage.house.bot.lastLines().slice(-5)];
  }
}

/** Whoever was answered by a process that is dead was not answered. */
const allowancesFor = ({ lost, struck }: Fate): Allowance[] =>
  struck ? [{ kind: 'lost-acknowledgement', most: lost, why: 'the process was killed before it answered' }] : [];

/** Every point of a scenario, as one play without a death shows them. */
export async function pointsOf(grounds: Grounds, scenario: Scenario): Promise<Point[]> {
  const { passed, faults } = await playOnce(grounds, { scenario, point: undefined, insists: 'same' });
  if (faults.length > 0) throw new Error(`${scenario.name} does not go well by itself: ${faults.join('; ')}`);
  return passed.flatMap((boundary) => phases.map((phase) => ({ ...boundary, phase })));
}

/** Where an input was lost, both ways of going on are played. */
export async function strikeAt(
  grounds: Grounds,
  { scenario, point }: { scenario: Scenario; point: Point },
): Promise<Outcome[]> {
  const first = await playOnce(grounds, { scenario, point, insists: 'same' });
  if (first.lost === 0) return [first];
  return [first, await playOnce(grounds, { scenario, point, insists: 'fresh' })];
}

export const faultsIn = (outcomes: Outcome[]): string[] =>
  outcomes.flatMap(({ name, faults }) => faults.map((fault) => `${name}: ${fault}`));

/** For the record: how many points, how many of them were met, and how long it took to be complete again. */
export function summaryOf(outcomes: Outcome[]): string {
  const struck = outcomes.filter((one) => one.struck);
  const times = struck.flatMap(({ completeMs }) => completeMs ?? []).toSorted((a, b) => a - b);
  const missed = outcomes.filter((one) => !one.struck).map(({ name }) => name);
  return [
    `${outcomes.length} plays, killed in ${struck.length}`,
    `complete after ${times[Math.floor(times.length / 2)] ?? 0} ms (median), ${times.at(-1) ?? 0} ms (most)`,
    ...(missed.length > 0 ? [`not met, for calls that were made into one: ${missed.join(', ')}`] : []),
  ].join('; ');
}
