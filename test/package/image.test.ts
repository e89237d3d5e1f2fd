/** The image's content, made by the Dockerfile's own steps, starts in an empty folder and answers. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { freePort } from '../../src/sandbox/bot.ts';
import { type TestDatabase, testDatabase } from '../tools/database.ts';

const run = promisify(execFile);
const dockerfile = readFileSync('Dockerfile', 'utf8').split('\n');
const [build = [], final = []] = stages();

function stages(): string[][] {
  const starts = dockerfile.flatMap((line, n) => (line.startsWith('FROM') ? [n] : []));
  return starts.map((at, n) => dockerfile.slice(at, starts[n + 1]));
}

const instructions = (stage: string[], name: string): string[] =>
  stage.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));

let checkout: string;
let image: string;
let database: TestDatabase;
beforeAll(async () => {
  checkout = mkdtempSync(join(tmpdir(), 'responder-build-'));
  image = mkdtempSync(join(tmpdir(), 'responder-image-'));
  for (const name of ['src', 'package.json', 'runbook.yaml', 'esbuild.config.js'])
    cpSync(name, join(checkout, name), { recursive: true });
  // what `npm ci` of the build stage would bring is installed here already
  symlinkSync(join(process.cwd(), 'node_modules'), join(checkout, 'node_modules'), 'dir');
  for (const step of instructions(build, 'RUN').filter((line) => !line.startsWith('npm ci')))
    await run('sh', ['-c', step], { cwd: checkout });
  for (const copy of instructions(final, 'COPY')) {
    const [from = '', to = ''] = copy.split(/\s+/).filter((word) => !word.startsWith('--'));
    cpSync(
      join(checkout, from.replace('/app/', '')),
      join(image, to === './' && from.endsWith('dist') ? '.' : `${to}${from.split('/').at(-1)}`),
      { recursive: true },
    );
  }
  database = await testDatabase('template0');
}, 60_000);
afterAll(async () => {
  await database.end();
  for (const folder of [checkout, image]) rmSync(folder, { recursive: true, force: true });
});

interface Started {
  child: ChildProcess;
  said: string[];
}

function start(env: Record<string, string>): Started {
  const cmd: unknown = JSON.parse(instructions(final, 'CMD')[0] ?? '[]');
  const [, ...args] = Array.isArray(cmd) ? cmd.map(String) : [];
  const child = spawn(process.execPath, args, { cwd: image, env: { PATH: process.env['PATH'] ?? '', ...env } });
  const said: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  return { child, said };
}

const ended = ({ child }: Started): Promise<number | null> => new Promise((resolve) => child.once('exit', resolve));

async function answers(url: string, within = 10_000): Promise<number> {
  const giveUpAt = Date.now() + within;
  while (Date.now() < giveUpAt) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return answer.status;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return 0;
}

const env = async () => ({
  SLACK_BOT_TOKEN: 'xoxb-test',
  SLACK_SIGNING_SECRET: 'secret',
  // nobody listens there: Slack being away must not keep the bot from starting
  SLACK_API_URL: 'http://127.0.0.1:1/api/',
  DATABASE_URL: database.url,
  PORT: String(await freePort()),
  LOG_LEVEL: 'warn',
});

it('is alive, becomes ready, and ends within the drain when it is told to', async () => {
  const settings = await env();
  const bot = start(settings);

  expect(await answers(`http://127.0.0.1:${settings.PORT}/healthz`)).toBe(200);
  expect(await answers(`http://127.0.0.1:${settings.PORT}/readyz`)).toBe(200);

  bot.child.kill('SIGTERM');
  expect(await ended(bot)).toBe(0);
}, 40_000);

it('is alive but not ready while the database is away', async () => {
  const settings = { ...(await env()), DATABASE_URL: 'postgres://u:p@127.0.0.1:1/d' };
  const bot = start(settings);

  expect(await answers(`http://127.0.0.1:${settings.PORT}/healthz`)).toBe(200);
  expect((await fetch(`http://127.0.0.1:${settings.PORT}/readyz`)).status).toBe(503);

  bot.child.kill('SIGTERM');
  expect(await ended(bot)).toBe(0);
}, 40_000);

it('stops with every fault at once when it is not configured', async () => {
  const bot = start({ PORT: 'many' });

  expect(await ended(bot)).toBe(1);
  const words = bot.said.join('');
  for (const part of [
    'SLACK_BOT_TOKEN',
    'PORT',
    'Neither DATABASE_URL nor DATA_DIR is set',
    'Responder did not start.',
  ])
    expect(words).toContain(part);
}, 20_000);
