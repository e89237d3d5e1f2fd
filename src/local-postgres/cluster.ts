/** The data of a server of ours: where it lies, how it is made, and which version can read it. */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Account, isReachable, makeFolder } from './account.ts';
import type { Binaries } from './binaries.ts';

export const user = 'responder';

export interface Cluster {
  binaries: Binaries;
  account: Account | undefined;
  /** the folder that holds password and data */
  folder: string;
  data: string;
  password: string;
}

export const urlOf = ({ password }: Cluster, port: number, database: string): string =>
  `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;

export interface Place {
  path: string;
  account: Account | undefined;
}

export interface LocalPostgresSettings {
  dataDir: string;
  /** false only for data that nobody will miss: tests and demo */
  durable: boolean;
  log: (line: string) => void;
}

/** Under root the data must lie where the stand-in can reach it; a note in DATA_DIR says where that is. */
export function placeFor({ dataDir, durable, log }: LocalPostgresSettings, account: Account | undefined): Place {
  const wanted = resolve(dataDir);
  mkdirSync(wanted, { recursive: true, mode: 0o755 });
  const note = join(wanted, 'elsewhere');
  const moved = existsSync(note) ? readFileSync(note, 'utf8').trim() : undefined;
  const reachable = !account || isReachable(wanted);
  const path = moved ?? (reachable ? join(wanted, 'postgres') : awayFrom(wanted, durable));
  if (moved === undefined && !reachable) {
    writeFileSync(note, `${path}\n`);
    log(`Postgres cannot run as root, and its stand-in cannot enter ${wanted}: the data is kept in ${path}.`);
  }
  makeFolder(path, account);
  return { path, account };
}

/** What should last does not belong where a machine clears up by itself, nor where others might have been before us. */
function awayFrom(wanted: string, durable: boolean): string {
  if (!durable && isReachable(tmpdir())) return mkdtempSync(join(tmpdir(), 'responder-'));
  return join('/var/lib', `responder-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`);
}

const versionFile = ({ path }: Place): string => join(path, 'cluster', 'data', 'PG_VERSION');

/** The major version that made the data; nothing where there is none yet. */
export function madeBy(place: Place): number | undefined {
  const file = versionFile(place);
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined;
}

export interface Opening {
  binaries: Binaries;
  place: Place;
  durable: boolean;
}

/** Opens the data, and makes it the first time. */
export async function openCluster({ binaries, place, durable }: Opening): Promise<Cluster> {
  const folder = join(place.path, 'cluster');
  if (madeBy(place) === undefined) await makeCluster(folder, { binaries, place, durable });
  checkVersion(place, binaries);
  const password = readFileSync(join(folder, 'password'), 'utf8');
  return { binaries, account: place.account, folder, data: join(folder, 'data'), password };
}

/**
 * Made beside its place and moved there when it is complete: initdb writes its version file early, so that a process
 * killed half-way would leave what looks like a cluster and is none.
 */
async function makeCluster(folder: string, { binaries, place, durable }: Opening): Promise<void> {
  const made = mkdtempSync(`${folder}.`);
  makeFolder(made, place.account);
  const password = join(made, 'password');
  writeFileSync(password, randomBytes(18).toString('hex'), { mode: 0o600 });
  if (place.account) chownSync(password, place.account.uid, place.account.gid);
  const args = [
    '-D',
    join(made, 'data'),
    '-U',
    user,
    `--pwfile=${password}`,
    '-A',
    'scram-sha-256',
    '--locale=C',
    '-E',
    'UTF8',
  ];
  const spawning = spawningIn(made, place.account);
  try {
    await promisify(execFile)(join(binaries.folder, 'initdb'), durable ? args : [...args, '--no-sync'], spawning);
    renameSync(made, folder);
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    // another process was faster: its cluster is the one
    if (madeBy(place) === undefined) throw error;
  }
}

export const spawningIn = (cwd: string, account: Account | undefined) => ({
  cwd,
  env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
  ...account,
});

function checkVersion(place: Place, { major, version }: Binaries): void {
  const made = madeBy(place);
  if (made === major) return;
  throw new Error(
    `The data in ${place.path} was made by Postgres ${made}, but the server found here is ${version}. Nothing was ` +
      `changed. Install Postgres ${made}, or name its folder in POSTGRES_BIN, or move the data with pg_upgrade.`,
  );
}
