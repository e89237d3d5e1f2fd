/** How late a duty is, with little and with much pending; how fast a backlog drains, and whether pages go first. */
import { setTimeout as pause } from 'node:timers/promises';
import { bareClock } from './clocks/bare.ts';
import type { Clock, Fired } from './clocks/clock.ts';
import { graphileClock } from './clocks/graphile.ts';
import { ourClock } from './clocks/ours.ts';
import { bossClock } from './clocks/pg-boss.ts';
import { type Server, startServer } from './database.ts';
import { quantile } from './figures.ts';
import { add, interleaved, type Measured, type Sample } from './interleaved.ts';
import { type Line, ours, type Report } from './report.ts';

const rounds = 2;
const pendings = [10_000, 100_000, 1_000_000];
const perSecond = 200;
const seconds = 2;
/** not counted: code that has run for a while is what is measured */
const warmSeconds = 1;
const overdue = 10_000;
const pages = 100;
const patienceMs = 90_000;

const sizeOf = (pending: number): string => `${pending.toLocaleString('en')} pending`;

export async function duties(): Promise<Report> {
  const server = await startServer();
  const clocks: Clock[] = [];
  try {
    for (const make of [ourClock, bareClock, graphileClock, bossClock]) clocks.push(await open(server, make));
    const measured: Measured = {};
    const inTurn = async (measure: (clock: Clock) => Promise<Sample>) => {
      const contestants = clocks.map((clock) => ({ name: clock.name, measure: () => measure(clock) }));
      merge(measured, await interleaved(contestants, rounds));
    };
    await inTurn(drain);
    for (const pending of pendings) {
      await Promise.all(clocks.map((clock) => clock.fill(pending)));
      await inTurn((clock) => punctuality(clock, pending));
    }
    return { bench: 'duties', lines: [...drainLines, ...pendings.flatMap(linesOf)], measured };
  } finally {
    for (const clock of clocks) await clock.end();
    await server.stop();
  }
}

async function open(server: Server, make: (url: string) => Promise<Clock>): Promise<Clock> {
  return make(await server.database(make === ourClock ? 'migrated' : 'empty'));
}

function merge(into: Measured, more: Measured): void {
  for (const [name, figures] of Object.entries(more))
    for (const [figure, values] of Object.entries(figures))
      for (const value of values) add(into, name, { [figure]: value });
}

function linesOf(pending: number): Line[] {
  const size = sizeOf(pending);
  return [
    { figure: `late p50, ${size}`, unit: 'ms' },
    { figure: `late p99, ${size}`, unit: 'ms', aim: { says: '≤ 100 ms', holds: (of) => of(ours) <= 100 } },
  ];
}

const drainLines: Line[] = [
  { figure: 'first page of 10,000 overdue', unit: 's', aim: { says: '≤ 2 s', holds: (of) => of(ours) <= 2 } },
  { figure: 'last page', unit: 's' },
  { figure: 'all 10,000', unit: 's' },
  { figure: 'rate', unit: '/s' },
];

async function punctuality(clock: Clock, pending: number): Promise<Sample> {
  const count = perSecond * (seconds + warmSeconds);
  const begin = Date.now() + 1_200;
  await clock.owe(Array.from({ length: count }, (_, n) => begin + (n * 1_000) / perSecond));
  const running = await clock.start();
  const all = await untilFired(clock, count);
  await running.stop();
  const late = all.slice(perSecond * warmSeconds).map(({ at, dueAt }) => at - dueAt);
  if (Math.min(...late) < -1) throw new Error(`${clock.name} fired early`);
  const size = sizeOf(pending);
  return { [`late p50, ${size}`]: quantile(late, 0.5), [`late p99, ${size}`]: quantile(late, 0.99) };
}

async function drain(clock: Clock): Promise<Sample> {
  const long = Date.now() - 60_000;
  await clock.owe(
    Array.from({ length: overdue }, (_, n) => long + n),
    pages,
  );
  const began = Date.now();
  const running = await clock.start();
  const all = await untilFired(clock, overdue);
  await running.stop();
  const after = (some: Fired[]): number[] => some.map(({ at }) => (at - began) / 1_000);
  const whole = Math.max(...after(all));
  const paged = after(all.filter(({ page }) => page));
  return {
    'first page of 10,000 overdue': Math.min(...paged),
    'last page': Math.max(...paged),
    'all 10,000': whole,
    rate: overdue / whole,
  };
}

async function untilFired(clock: Clock, count: number): Promise<Fired[]> {
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    const all = await clock.fired(count);
    if (all) return all;
    if (Date.now() > giveUpAt) throw new Error(`${clock.name} has not fired ${count} after ${patienceMs / 1_000} s`);
    await pause(250);
  }
}
