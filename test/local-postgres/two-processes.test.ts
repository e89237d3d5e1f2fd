import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startPostgres } from '../../src/local-postgres/start.ts';
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

/** Another process of the bot, which runs until it is killed. */
async function otherProcess(then = 'setInterval(() => {}, 1_000)'): Promise<Other> {
  const module = pathToFileURL('src/local-postgres/start.ts').href;
  const script = `
    import { startPostgres } from ${JSON.stringify(module)};
    const settings = { dataDir: ${JSON.stringify(folder.path)}, durable: true, log: () => {} };
    console.log((await startPostgres(settings)).url);
    ${then};`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
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

it('goes on with the server of a process that was killed, and ends it in its stead', async () => {
  const other = await otherProcess();
  const born = await bornAt(other.url);
  await kill(other, 'SIGKILL');

  const mine = await start();

  expect(mine.server).toContain('It was running already.');
  expect(await bornAt(mine.url)).toBe(born);
  await mine.stop();
  await expect(ask(mine.url, 'select 1')).rejects.toThrow('ECONNREFUSED');
});

it('leaves the server to a process that still needs it', async () => {
  const other = await otherProcess();

  const mine = await start();
  await mine.stop();

  expect(mine.url).toBe(other.url);
  expect(await ask(other.url, 'select 1')).toBe(1);
  await kill(other, 'SIGKILL');
  await (await start()).stop();
});

it('is gone with a process that ended without stopping it', async () => {
  const other = await otherProcess('process.exit(1)');

  const refused = async () => {
    const error: unknown = await ask(other.url, 'select 1').catch((error: unknown) => error);
    expect(String(error)).toContain('ECONNREFUSED');
  };
  await eventually(refused);
  expect(other.child.exitCode).toBe(1);
});

it('makes one cluster and one server when two processes start on an empty folder at once', async () => {
  const [mine, other] = await Promise.all([start(), otherProcess()]);

  expect(mine.url).toBe(other.url);

  await mine.stop();
  await kill(other, 'SIGKILL');
  await (await start()).stop();
});
