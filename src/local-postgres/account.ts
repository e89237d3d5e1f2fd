/** Postgres refuses to run as root: whom it runs as then, and which folders that account can reach. */
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Binaries } from './binaries.ts';

export interface Account {
  uid: number;
  gid: number;
}

/** The unprivileged account that stands in for root; nothing when we are not root. */
export function standIn(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((one) => one.startsWith('nobody:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined)
    throw new Error('Postgres does not run as root, and there is no user nobody to run it as.');
  return { uid: Number(uid), gid: Number(gid) };
}

/** May everybody walk down to this folder? A clone in a folder of mode 0700 may not be entered by another account. */
export function isReachable(path: string): boolean {
  const full = resolve(path);
  const above = dirname(full);
  const open = !existsSync(full) || (statSync(full).mode & 0o001) !== 0;
  return open && (above === full || isReachable(above));
}

export function makeFolder(path: string, account: Account | undefined): void {
  mkdirSync(path, { recursive: true, mode: account ? 0o755 : 0o700 });
  if (account) chownSync(path, account.uid, account.gid);
}

interface Link {
  source: string;
  target: string;
}

/**
 * Programs that the account can run: where they stand if that is reachable and complete, else a copy. The npm package
 * lacks its library links when it was installed without scripts; the copy gets them.
 */
export function runnable(binaries: Binaries, account: Account | undefined): Binaries {
  const root = dirname(binaries.folder);
  const list = join(root, 'pg-symlinks.json');
  const links: Link[] = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
  const complete = links.every(({ target }) => existsSync(join(root, '..', target)));
  if (complete && (!account || isReachable(binaries.folder))) return binaries;
  const copy = join(tmpdir(), `responder-postgres-${binaries.version}-${process.getuid?.() ?? 0}`);
  const native = join(copy, 'native');
  const done = join(copy, 'complete');
  if (!existsSync(done)) {
    cpSync(root, native, { recursive: true, verbatimSymlinks: true, mode: 0 });
    for (const link of links) hydrate(copy, link);
    mkdirSync(done);
  }
  return { ...binaries, folder: join(native, basename(binaries.folder)) };
}

function hydrate(copy: string, { source, target }: Link): void {
  const at = join(copy, target);
  if (!existsSync(at)) symlinkSync(relative(dirname(at), join(copy, source)), at);
}
