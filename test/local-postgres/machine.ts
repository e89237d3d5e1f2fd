/** What the tests of local servers share: folders that go away, which servers there are, a copy of the npm package. */
import { chmodSync, cpSync, lstatSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { type Binaries, findBinaries } from '../../src/local-postgres/binaries.ts';

export interface Folder {
  path: string;
  remove(): void;
}

/** By default one that everybody may enter. */
export function makeFolder(mode = 0o755): Folder {
  const path = mkdtempSync(join(tmpdir(), 'responder-local-'));
  chmodSync(path, mode);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

const look = (choice: string | undefined): Promise<Binaries | undefined> =>
  findBinaries({ choice }).catch(() => undefined);

export const embedded = await look('embedded');
const any = await look(undefined);
export const ofSystem = any?.from === 'this system' ? any : undefined;

/** As `npm ci --ignore-scripts` leaves it, under some umask: without its links. Answers the folder of its programs. */
export function copyPackage(to: string, mask = 0o755): string {
  const root = join(embedded?.folder ?? '', '..', '..');
  cpSync(root, to, { recursive: true, filter: (path) => !lstatSync(path).isSymbolicLink() });
  for (const entry of readdirSync(to, { recursive: true, encoding: 'utf8' })) {
    const path = join(to, entry);
    chmodSync(path, statSync(path).mode & mask);
  }
  return join(to, 'native', 'bin');
}

/** The first value of the first row. */
export async function ask(url: string, text: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<unknown[]>({ text, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await client.end().catch(() => {});
  }
}

/** A server that comes back cannot be awaited: asked until it answers. */
export async function eventually<T>(look: () => Promise<T>): Promise<T> {
  const giveUpAt = Date.now() + 10_000;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > giveUpAt) throw error;
      await pause(20);
    }
  }
}
