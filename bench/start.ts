/** How soon `/incident` is answered after a start, and what the idle bot costs in memory and at its database. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../src/local-postgres/free-port.ts';
import { flags } from '../src/sandbox/bot.ts';
import { type House, startHouse } from '../src/sandbox/house.ts';
import { secrets } from '../src/sandbox/town.ts';
import { bot, bundled, empty } from './bundle.ts';
import { type Server, startServer } from './database.ts';
import { add, interleaved, type Sample } from './interleaved.ts';
import { megabytes, processorSeconds } from './processes.ts';
import { type Line, ours, type Report } from './report.ts';

const rounds = 3;
const idleSeconds = 15;
/** the heap has settled, caches are filled, nothing is left to load */
const settleMs = 2_000;

const answered = '/incident answered after';
const memory = 'idle memory';
const load = 'idle load on the database';

const lines: Line[] = [
  { figure: answered, unit: 'ms', aim: { says: '≤ 400 ms', holds: (of) => of(ours) <= 400 } },
  { figure: memory, unit: 'MB', aim: { says: '≤ 105 MB', holds: (of) => of(ours) <= 105 } },
  { figure: load, unit: '% of a core', aim: { says: '< 0.5 %', holds: (of) => of(ours) < 0.5 } },
];

export async function start(): Promise<Report> {
  const server = await startServer();
  const scripts = {
    ours: await bundled(bot, join(server.folder, 'ours')),
    empty: await bundled(empty, join(server.folder, 'empty')),
  };
  const house = await startHouse({ now: Date.now, say: () => {}, command: [scripts.ours] });
  try {
    await house.bot.stop();
    const database = await server.database();
    const cached = { COMPILE_CACHE: join(server.folder, 'cache') };
    const ourStart = { script: scripts.ours, env: { ...house.env, ...cached, DATABASE_URL: database } };
    const emptyStart = { script: scripts.empty, env: { ...cached, SLACK_SIGNING_SECRET: secrets.signingSecret } };
    const contestants = [
      { name: ours, measure: () => coldStart(house, ourStart) },
      { name: 'empty', measure: () => coldStart(house, emptyStart) },
    ];
    // the first start of each fills its cache
    for (const { measure } of contestants) await measure();
    const measured = await interleaved(contestants, rounds);
    add(measured, ours, await idleLoad(server, ourStart));
    return { bench: 'start', lines, measured };
  } finally {
    await house.stop();
    await server.stop();
  }
}

interface Starting {
  script: string;
  env: Record<string, string>;
}

async function coldStart(house: House, starting: Starting): Promise<Sample> {
  const began = performance.now();
  const { process, url } = await launch(starting);
  try {
    await untilAnswered(house, url);
    const took = performance.now() - began;
    await pause(settleMs);
    return { [answered]: took, [memory]: megabytes(process.pid ?? 0) };
  } finally {
    process.kill('SIGKILL');
  }
}

async function launch({ script, env }: Starting) {
  const port = await freePort();
  const child = spawn(process.execPath, [...flags, script], { env: { ...env, PORT: String(port) }, stdio: 'ignore' });
  await once(child, 'spawn');
  return { process: child, url: `http://127.0.0.1:${port}` };
}

const giveUpMs = 10_000;

async function untilAnswered(house: House, url: string): Promise<void> {
  const giveUpAt = performance.now() + giveUpMs;
  while (performance.now() < giveUpAt) {
    const { status } = await house.slack.user('U0ANA', url).command('help');
    if (status === 200) return;
    await pause(2);
  }
  throw new Error(`nothing was answered within ${giveUpMs / 1_000} s`);
}

/** Processor time of the server's processes while one bot with nothing to do is connected, less the same without it. */
async function idleLoad(server: Server, starting: Starting): Promise<Sample> {
  const without = await processorShare(server);
  const { process } = await launch(starting);
  try {
    await pause(settleMs);
    return { [load]: Math.max(0, (await processorShare(server)) - without) };
  } finally {
    process.kill('SIGKILL');
  }
}

async function processorShare(server: Server): Promise<number> {
  const before = processorSeconds(server.pid);
  await pause(idleSeconds * 1_000);
  return ((processorSeconds(server.pid) - before) / idleSeconds) * 100;
}
