/** The image as its Dockerfile makes it: built by its own steps, started from a read-only folder that has nothing else. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect } from '@jest/globals';
import { freePort } from '../../src/local-postgres/free-port.ts';
import { type TestDatabase, testDatabase } from '../tools/database.ts';
import { inCi as it } from '../tools/shapes.ts';
import { all, command, copyBuilt, last, readDockerfile, runBuild } from './dockerfile.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const image = readDockerfile(join(root, 'Dockerfile'));
const asRoot = process.getuid?.() === 0;
const user = Number(last(image.final, 'USER').split(':')[0]);

let folder: string;
let app: string;
let node: string;
let database: TestDatabase;
let running: ChildProcess[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'responder-image-'));
  chmodSync(folder, 0o755);
  app = join(folder, 'app');
  const build = join(folder, 'build');
  for (const made of [app, build]) mkdirSync(made);
  await runBuild(image, { from: root, to: build });
  copyBuilt(image, { from: build, to: app });
  makeReadOnly(app);
  node = nodeForEveryone();
  database = await testDatabase('template0');
  running = [];
}, 60_000);

afterEach(async () => {
  for (const child of running.splice(0)) await ended(child, 'SIGKILL');
});
afterAll(async () => {
  await database.end();
  for (const path of [app, ...foldersIn(app)]) chmodSync(path, 0o755);
  rmSync(folder, { recursive: true, force: true });
});

const foldersIn = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));

const filesIn = (path: string): string[] => readdirSync(path, { recursive: true, encoding: 'utf8' }).toSorted();

function makeReadOnly(path: string): void {
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) chmodSync(join(path, name), 0o555);
  chmodSync(path, 0o555);
}

/** The image's user may not be able to enter the folder of this checkout; no mode keeps root from anything. */
function nodeForEveryone(): string {
  if (!asRoot) return process.execPath;
  const copied = join(folder, 'node');
  copyFileSync(process.execPath, copied);
  chmodSync(copied, 0o755);
  return copied;
}

function start([, ...args]: string[], env: Record<string, string>): ChildProcess {
  const child = spawn(node, args, {
    cwd: app,
    env: { ...declared(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(asRoot ? { uid: user, gid: user } : {}),
  });
  running.push(child);
  return child;
}

const declared = (): Record<string, string> =>
  Object.fromEntries(
    all(image.final, 'ENV').map((text) => {
      const [name = '', value = ''] = text.split('=');
      return [name, value];
    }),
  );

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
  return child.exitCode;
}

async function said(child: ChildProcess): Promise<string> {
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => chunks.push(String(chunk)));
  await once(child, 'close');
  return chunks.join('');
}

const settings = (): Record<string, string> => ({
  SLACK_BOT_TOKEN: 'xoxb-test',
  SLACK_SIGNING_SECRET: 'signing-secret',
  // nobody listens there: Slack being away must not keep the bot from starting
  SLACK_API_URL: 'http://127.0.0.1:1/api',
  DATABASE_URL: database.url,
});

/** Until its log has said `says`. */
async function startBot(
  env: Record<string, string> = {},
  says = '"msg":"ready"',
): Promise<{ child: ChildProcess; url: string; port: string }> {
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const child = start(command(last(image.final, 'CMD')), { ...settings(), ...env, PORT: port });
  await saying(child, says);
  return { child, url, port };
}

async function saying(child: ChildProcess, words: string): Promise<void> {
  const log: string[] = [];
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        log.push(String(chunk));
        if (log.join('').includes(words)) resolve();
      });
    child.once('close', () => reject(new Error(`it ended before it said so:\n${log.join('')}`)));
  });
}

/** What is loaded late, and what that shares with the bot. */
const isPart = (path: string): boolean => /^(session|chunk)-[A-Z0-9]{8}\.mjs$/.test(path);

describe('the image', () => {
  it('has the bundle, its migrations and the runbook, and nothing else', () => {
    const migrations = readdirSync(join(root, 'src/store/migrations')).map((name) => `migrations/${name}`);

    expect(filesIn(app).filter((path) => !isPart(path))).toEqual(
      ['bot.mjs', 'main.mjs', 'migrations', ...migrations, 'runbook.yaml'].toSorted(),
    );
  });

  it('tells nothing of the machine that built it, and has nothing of the sandbox', () => {
    const code = filesIn(app).filter((path) => path === 'bot.mjs' || isPart(path));
    const bundle = code.map((path) => readFileSync(join(app, path), 'utf8')).join('');

    for (const foreign of [folder, root, 'U0DANA', 'a-local-signing-secret']) expect(bundle).not.toContain(foreign);
  });

  it('has what only a look at a cluster needs in a file that no start loads', () => {
    const late = readFileSync(join(app, filesIn(app).find((path) => path.startsWith('session-')) ?? ''), 'utf8');
    const early = readFileSync(join(app, 'bot.mjs'), 'utf8');

    expect(late).toContain('channel.k8s.io');
    expect(early).not.toContain('channel.k8s.io');
  });

  it('is built with every package: the program of esbuild is an optional one', () => {
    expect(all(image.build, 'RUN').filter((step) => step.includes('npm ci'))).toEqual(['npm ci']);
  });

  it('runs as a user that is not root', () => {
    expect(user).toBeGreaterThan(0);
  });
});

describe('what runs in it', () => {
  it('is healthy and ready, brings its database to this release, and leaves no file behind', async () => {
    const before = filesIn(app);

    const { url } = await startBot();

    const answers = await Promise.all(['/healthz', '/readyz'].map((path) => fetch(`${url}${path}`)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await database.pool.query('select from migrations')).rowCount).toBeGreaterThan(0);
    expect(filesIn(app)).toEqual(before);
  });

  it('is alive, and not ready, while the database is away', async () => {
    const { child, url } = await startBot(
      { DATABASE_URL: 'postgres://u:p@127.0.0.1:1/d' },
      'the database is not there yet',
    );

    const answers = await Promise.all(['/healthz', '/readyz'].map((path) => fetch(`${url}${path}`)));

    expect(answers.map(({ status }) => status)).toEqual([200, 503]);
    expect(await ended(child, 'SIGTERM')).toBe(0);
  });

  it('ends in order when it is asked to', async () => {
    const { child } = await startBot();

    expect(await ended(child, 'SIGTERM')).toBe(0);
  });

  it('is found healthy by the check of the image while it runs, and not afterwards', async () => {
    const { child, port } = await startBot();
    const check = async (): Promise<number | null> => {
      const [code] = await once(start(command(last(image.final, 'HEALTHCHECK')), { PORT: port }), 'exit');
      return code;
    };

    const alive = await check();
    await ended(child, 'SIGTERM');

    expect([alive, await check()]).toEqual([0, 1]);
  });

  it('keeps compiled code where it may write', async () => {
    const cache = join(folder, 'cache');
    mkdirSync(cache);
    chmodSync(cache, 0o777);
    const { child } = await startBot({ COMPILE_CACHE: cache });

    await ended(child, 'SIGTERM');

    expect(filesIn(cache).length).toBeGreaterThan(0);
  });

  it('says every fault of its settings and does not start', async () => {
    const child = start(command(last(image.final, 'CMD')), { PORT: 'many' });

    const words = await said(child);

    expect(child.exitCode).toBe(1);
    for (const part of [
      'SLACK_BOT_TOKEN is not set',
      'PORT must be a port number',
      'Neither DATABASE_URL nor DATA_DIR is set',
      'Responder did not start.',
    ])
      expect(words).toContain(part);
  });
});
