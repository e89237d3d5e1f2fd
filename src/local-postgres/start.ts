/** Runs a Postgres server of our own on this machine, on loopback only, and says which one it took. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { type Account, isReachable, makeFolder, runnable, standIn } from './account.ts';
import { type Binaries, findBinaries } from './binaries.ts';

export interface LocalPostgres {
  url: string;
  /** a sentence: which server, from where, with its data where */
  server: string;
  stop(): Promise<void>;
}

export interface LocalPostgresSettings {
  dataDir: string;
  /** false only for data that nobody will miss: tests and demo */
  durable: boolean;
  log: (line: string) => void;
}

const user = 'responder';
const readyWithinMs = 20_000;

/** Starts the server, or goes on with the one that already runs on this folder. */
export async function startPostgres({ dataDir, durable, log }: LocalPostgresSettings): Promise<LocalPostgres> {
  const account = standIn();
  const binaries = runnable(await findBinaries(), account);
  const place = dataPlace(dataDir, account, log);
  const password = await initialise({ binaries, place, account });
  checkVersion(place, binaries);
  const urlOf = (port: number): string => `postgres://${user}:${password}@127.0.0.1:${port}/postgres`;
  const server = `Postgres ${binaries.version} from ${binaries.from} (${binaries.folder}), its data in ${place}.`;
  const running = await alreadyRunning(place, urlOf);
  if (running) return { url: running, server: `${server} It was running already.`, stop: async () => {} };
  const port = await freePort();
  const child = run({ binaries, place, account }, { port, durable });
  await ready(child, urlOf(port));
  return { url: urlOf(port), server, stop: () => stop(child) };
}

/** Under root the data must lie where the stand-in can reach it; a note in DATA_DIR says where that is. */
function dataPlace(dataDir: string, account: Account | undefined, log: (line: string) => void): string {
  const wanted = resolve(dataDir);
  mkdirSync(wanted, { recursive: true, mode: 0o755 });
  const note = join(wanted, 'elsewhere');
  if (existsSync(note)) return readFileSync(note, 'utf8').trim();
  if (!account || isReachable(wanted)) return join(wanted, 'postgres');
  const name = `responder-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`;
  const base = existsSync('/var/lib') ? '/var/lib' : tmpdir();
  const place = join(base, name);
  writeFileSync(note, `${place}\n`);
  log(`Postgres cannot run as root, and its stand-in cannot enter ${wanted}: the data is kept in ${place}.`);
  return place;
}

interface Cluster {
  binaries: Binaries;
  place: string;
  account: Account | undefined;
}

/** The superuser's password; made with the cluster and kept beside it, readable by its owner alone. */
async function initialise({ binaries, place, account }: Cluster): Promise<string> {
  makeFolder(place, account);
  const file = join(place, 'password');
  if (existsSync(join(place, 'data', 'PG_VERSION'))) return readFileSync(file, 'utf8');
  rmSync(join(place, 'data'), { recursive: true, force: true });
  const password = randomBytes(18).toString('hex');
  writeFileSync(file, password, { mode: 0o600 });
  if (account) chownSync(file, account.uid, account.gid);
  const args = [
    '-D',
    join(place, 'data'),
    '-U',
    user,
    `--pwfile=${file}`,
    '-A',
    'scram-sha-256',
    '--locale=C',
    '-E',
    'UTF8',
    '-N',
  ];
  await promisify(execFile)(join(binaries.folder, 'initdb'), args, spawning({ place, account }));
  return password;
}

const spawning = ({ place, account }: Pick<Cluster, 'place' | 'account'>) => ({
  cwd: place,
  env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
  ...account,
});

function checkVersion(place: string, { major, version }: Binaries): void {
  const made = Number(readFileSync(join(place, 'data', 'PG_VERSION'), 'utf8'));
  if (made === major) return;
  throw new Error(
    `The data in ${place} was made by Postgres ${made}, but the server found here is ${version}. Nothing was changed. ` +
      `Install Postgres ${made}, or move the data with pg_upgrade.`,
  );
}

/** A server that outlived us (kill -9) still runs on this folder: its pid file names the port. */
async function alreadyRunning(place: string, urlOf: (port: number) => string): Promise<string | undefined> {
  const file = join(place, 'data', 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const port = Number(readFileSync(file, 'utf8').split('\n')[3]);
  return Number.isInteger(port) && (await answers(urlOf(port))) ? urlOf(port) : undefined;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('this machine gave no free port');
  return address.port;
}

function run(
  { binaries, place, account }: Cluster,
  { port, durable }: { port: number; durable: boolean },
): ChildProcess {
  const fast = durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 100,
    logging_collector: 'off',
    ...fast,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

  return spawn(join(binaries.folder, 'postgres'), ['-D', join(place, 'data'), ...args], {
    ...spawning({ place, account }),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

async function ready(child: ChildProcess, url: string): Promise<void> {
  const said: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => {
    said.push(chunk.toString());
    if (said.length > 20) said.shift();
  });
  const giveUpAt = Date.now() + readyWithinMs;
  while (Date.now() < giveUpAt && child.exitCode === null) {
    if (await answers(url)) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 30);
    });
  }
  child.kill('SIGKILL');
  throw new Error(`Postgres did not start. It said: ${said.join('').trim()}`);
}

/** SIGINT is Postgres's fast shutdown: clients are cut off, everything committed is kept. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGINT');
  await exited;
}
