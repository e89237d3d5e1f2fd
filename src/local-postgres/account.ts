/** Postgres refuses to run as root: whom it runs as then, and which folders that account can reach. */
import { chownSync, existsSync, mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

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
  const full = existsSync(path) ? realpathSync(path) : resolve(path);
  const above = dirname(full);
  const open = !existsSync(full) || (statSync(full).mode & 0o001) !== 0;
  return open && (above === full || isReachable(above));
}

export function makeFolder(path: string, account: Account | undefined): void {
  mkdirSync(path, { recursive: true, mode: account ? 0o755 : 0o700 });
  if (account) chownSync(path, account.uid, account.gid);
}
