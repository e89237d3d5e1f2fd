/** How soon Slack hears from us: a read, a form and a declaration, beside a Bolt app that does nothing at all. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../src/local-postgres/free-port.ts';
import { type Bot, startBot } from '../src/sandbox/bot.ts';
import { type House, startHouse } from '../src/sandbox/house.ts';
import { secrets } from '../src/sandbox/town.ts';
import { bot, bundled, empty } from './bundle.ts';
import { type Server, startServer } from './database.ts';
import { quantile } from './figures.ts';
import { type Contestant, interleaved, type Sample } from './interleaved.ts';
import { allAnswered, openLoop } from './open-loop.ts';
import { type Line, ours, type Report } from './report.ts';
import { unheardOf } from './words.ts';

const rounds = 3;
/** how long at which pace: enough requests for a p99 at either */
const paces = [
  { perSecond: 50, seconds: 3 },
  { perSecond: 500, seconds: 2 },
];
type Pace = (typeof paces)[number];

/** an ordinary night */
const openBefore = 5;
const settleMs = 1_000;

const floor = 'empty';
const inserting = 'empty + insert';

const declaration = () => `declare p1 ${unheardOf()}`;

const kinds: Record<string, () => string> = {
  read: () => 'list',
  form: () => 'declare',
  declaration,
};

const figure = (kind: string, { perSecond }: Pace, q: string): string => `${kind}, ${perSecond}/s, ${q}`;

export async function ack(): Promise<Report> {
  const server = await startServer();
  const script = await bundled(bot, join(server.folder, 'ours'));
  const emptyScript = await bundled(empty, join(server.folder, 'empty'));
  const house = await startHouse({ now: Date.now, say: () => {}, command: [script] });
  try {
    await house.bot.stop();
    const contestants: Contestant[] = paces.flatMap((pace) => [
      { name: ours, measure: () => measureOurs({ house, server }, pace) },
      { name: floor, measure: () => measureEmpty({ house, script: emptyScript }, pace) },
      { name: inserting, measure: () => measureInserting({ house, server, script: emptyScript }, pace) },
    ]);
    return { bench: 'ack', lines: paces.flatMap(linesAt), measured: await interleaved(contestants, rounds) };
  } finally {
    await house.stop();
    await server.stop();
  }
}

function linesAt(pace: Pace): Line[] {
  const times = Object.keys(kinds).flatMap((kind): Line[] => [
    { figure: figure(kind, pace, 'p50'), unit: 'ms' },
    { figure: figure(kind, pace, 'p99'), unit: 'ms', aim: aimOf(kind) },
  ]);
  return [...times, { figure: figure('declaration', pace, 'not done'), unit: '%' }];
}

const aimOf = (kind: string): NonNullable<Line['aim']> =>
  kind === 'declaration'
    ? { says: `≤ ${inserting} + 10 ms`, holds: (of) => of(ours) <= of(inserting) + 10 }
    : { says: `≤ ${floor} + 5 ms`, holds: (of) => of(ours) <= of(floor) + 5 };

/** What a process that has run for a while has behind it. */
async function warmUp(house: House, url: string, words: () => string): Promise<void> {
  await allAnswered({ perSecond: 100, seconds: 1, send: () => say(house, url, words()) });
}

async function say(house: House, url: string, words: string): Promise<void> {
  const { status, body } = await house.slack.user('U0ANA', url).command(words);
  if (status !== 200) throw new Error(`${words} was answered with ${status}`);
  if (JSON.stringify(body).includes('was not done')) throw new Error(`${words} was not done`);
}

interface Timing {
  pace: Pace;
  words: () => string;
}

async function timed(house: House, url: string, { pace, words }: Timing) {
  const took = await allAnswered({ ...pace, send: () => say(house, url, words()) });
  return { p50: quantile(took, 0.5), p99: quantile(took, 0.99) };
}

/** More declarations than one database can carry: those that were given up are a figure, not a failure of the bench. */
async function timedDeclarations(house: House, url: string, { pace, words }: Timing): Promise<Sample> {
  const { took, faults, count } = await openLoop({ ...pace, send: () => say(house, url, words()) });
  return {
    [figure('declaration', pace, 'p50')]: quantile(took, 0.5),
    [figure('declaration', pace, 'p99')]: quantile(took, 0.99),
    [figure('declaration', pace, 'not done')]: (faults.length / count) * 100,
  };
}

/** On a database of its own each time: what one round left behind must not slow the next. */
async function measureOurs({ house, server }: { house: House; server: Server }, pace: Pace): Promise<Sample> {
  const url = await server.database();
  const process = await house.another({ DATABASE_URL: url });
  try {
    const sample: Sample = {};
    for (let n = 0; n < openBefore; n += 1) await say(house, process.url, declaration());
    await pause(settleMs);
    for (const [kind, words] of Object.entries(kinds)) {
      await warmUp(house, process.url, words);
      if (kind === 'declaration') {
        Object.assign(sample, await timedDeclarations(house, process.url, { pace, words }));
        continue;
      }
      const { p50, p99 } = await timed(house, process.url, { pace, words });
      Object.assign(sample, { [figure(kind, pace, 'p50')]: p50, [figure(kind, pace, 'p99')]: p99 });
    }
    return sample;
  } finally {
    process.kill();
    await server.drop(url);
  }
}

interface Emptiness {
  house: House;
  script: string;
}

async function measureEmpty({ house, script }: Emptiness, pace: Pace, env = {}): Promise<Sample> {
  const process = await startEmpty(script, env);
  try {
    await warmUp(house, process.url, declaration);
    const { p50, p99 } = await timed(house, process.url, { pace, words: declaration });
    const pairs = Object.keys(kinds).map((kind) => ({
      [figure(kind, pace, 'p50')]: p50,
      [figure(kind, pace, 'p99')]: p99,
    }));
    return Object.assign({}, ...pairs);
  } finally {
    process.kill();
  }
}

async function measureInserting(given: Emptiness & { server: Server }, pace: Pace): Promise<Sample> {
  const url = await given.server.database('empty');
  try {
    return await measureEmpty(given, pace, { DATABASE_URL: url });
  } finally {
    await given.server.drop(url);
  }
}

async function startEmpty(script: string, env: Record<string, string>): Promise<Bot> {
  const port = await freePort();
  return startBot({ port, command: [script], env: { SLACK_SIGNING_SECRET: secrets.signingSecret, ...env } });
}
