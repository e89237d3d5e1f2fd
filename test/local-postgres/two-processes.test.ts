import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startPostgres } from '../../src/local-postgres/start.ts';
import { inCi } from '../tools/shapes.ts';
import { ask, eventually, type Folder, makeFolder } from './machine.ts';

let folder: Folder;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => folder.remove());

interface Other {
  child: ChildProcess;
  url: string;
}

/** A process of its own that starts the server as the bot does, and then does something else. */
function spawnBot(then: string, env = process.env) {
  const module = pathToFileURL('src/local-postgres/start.ts').href;
  const script = `
    import { startPostgres } from ${JSON.stringify(module)};
    const settings = { dataDir: ${JSON.stringify(folder.path)}, durable: true, log: () => {} };
    console.log((await startPostgres(settings)).url);
    ${then};`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Another process of the bot, which runs until it is killed. */
async function otherProcess(then = 'setInterval(() => {}, 1_000)'): Promise<Other> {
  const child = spawnBot(then);
  const [url] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, url: String(url) };
}

async function kill({ child }: Other, signal: NodeJS.Signals): Promise<void> {
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

const start = () => startPostgres({ dataDir: folder.path, durable: true, log: () => {} });
const bornAt = (url: string) => ask(url, 'select pg_postmaster_start_time()::text');

inCi('goes on with the server of a process that was killed, and ends it in its stead', async () => {
  const other = await otherProcess();
  const born = await bornAt(other.url);
  await kill(other, 'SIGKILL');

  const mine = await start();

  expect(mine.server).toContain('It was running already.');
  expect(await bornAt(mine.url)).toBe(born);
  await mine.stop();
  await expect(ask(mine.url, 'select 1')).rejects.toThrow('ECONNREFUSED');
});

inCi('leaves the server to a process that still needs it', async () => {
  const other = await otherProcess();

  const mine = await start();
  await mine.stop();

  expect(mine.url).toBe(other.url);
  expect(await ask(other.url, 'select 1')).toBe(1);
  await kill(other, 'SIGKILL');
  await (await start()).stop();
});

inCi('is gone with a process that ended without stopping it', async () => {
  const other = await otherProcess('process.exit(1)');

  const refused = async () => {
    const error: unknown = await ask(other.url, 'select 1').catch((error: unknown) => error);
    expect(String(error)).toContain('ECONNREFUSED');
  };
  await eventually(refused);
  await eventually(async () => expect(other.child.exitCode).toBe(1));
});

inCi('does not take what a process left that was killed while it made the data', async () => {
  const slow = join(folder.path, 'slow');
  mkdirSync(slow);
  chmodSync(slow, 0o777);
  const script = (name: string, text: string) =>
    writeFileSync(join(slow, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  script('postgres', 'echo "postgres (PostgreSQL) 15.1"');
  script('initdb', `mkdir "$2" && echo 15 > "$2/PG_VERSION" && touch ${slow}/half-way && exec sleep 5`);
  const child = spawnBot('', { ...process.env, POSTGRES_BIN: slow });
  await eventually(() => access(join(slow, 'half-way')));
  await kill({ child, url: '' }, 'SIGKILL');

  const mine = await start();

  expect(await ask(mine.url, 'select 1')).toBe(1);
  await mine.stop();
});

it('makes one cluster and one server when two processes start on an empty folder at once', async () => {
  const [mine, other] = await Promise.all([start(), otherProcess()]);

  expect(mine.url).toBe(other.url);

  await mine.stop();
  await kill(other, 'SIGKILL');
  await (await start()).stop();
});
