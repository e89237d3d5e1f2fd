/** What the tests of local servers share: folders that go away, which servers there are, the bot's process killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { findBinaries } from '../../src/local-postgres/binaries.ts';

/** A folder of the test's own, which everybody may enter. */
export function makeFolder(mode = 0o755): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'responder-local-'));
  // the umask has no say in what mkdtemp makes: always 0700
  chmodSync(path, mode);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

const nothing = () => undefined;
export const embedded = await findBinaries({ choice: 'embedded' }).catch(nothing);
const any = await findBinaries({ choice: undefined }).catch(nothing);
export const ofSystem = any?.from === 'this system' ? any : undefined;

/** A copy of the npm package, as `npm ci --ignore-scripts` leaves it: without its links. Answers its programs' folder. */
export function copyPackage(to: string): string {
  const root = dirname(dirname(embedded?.folder ?? ''));
  cpSync(root, to, { recursive: true, filter: (path) => !lstatSync(path).isSymbolicLink() });
  return join(to, 'native', 'bin');
}
