/** Programs that can be run: where they stand, or as a copy where they are out of reach or lack their library links. */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { type Account, isReachable } from './account.ts';
import type { Binaries } from './binaries.ts';

const Links = z.array(z.object({ source: z.string(), target: z.string() }));
type Link = z.infer<typeof Links>[number];

export interface Setting {
  account: Account | undefined;
  /** where a copy may be kept: beside the data, where nobody else can have put programs of his own before us */
  place: string;
}

/**
 * The npm package lacks its library links when it was installed without scripts, and a clone in a folder of mode 0700
 * is closed to root's stand-in: both times a copy of the package, with its links, is run.
 */
export function runnable(binaries: Binaries, { account, place }: Setting): Binaries {
  const root = dirname(binaries.folder);
  const links = linksOf(root);
  const complete = links.every(({ target }) => existsSync(join(root, '..', target)));
  const reachable = !account || isReachable(binaries.folder);
  if (complete && reachable) return binaries;
  if (links.length === 0)
    throw new Error(
      `Postgres does not run as root, and its stand-in cannot enter ${binaries.folder}. Nothing was started.`,
    );
  const copy = copyOf(root, { to: join(place, `programs-${binaries.version}`), links });
  return { ...binaries, folder: join(copy, 'native', basename(binaries.folder)) };
}

/** Only the npm package has such a list, because npm packages cannot hold links. */
function linksOf(root: string): Link[] {
  const list = join(root, 'pg-symlinks.json');
  return existsSync(list) ? Links.parse(JSON.parse(readFileSync(list, 'utf8'))) : [];
}

/** Whole or not at all: made beside its place and moved there, so that a process that dies half-way leaves no half. */
function copyOf(root: string, { to, links }: { to: string; links: Link[] }): string {
  if (existsSync(to)) return to;
  const made = mkdtempSync(`${to}.`);
  const native = join(made, 'native');
  cpSync(root, native, { recursive: true, verbatimSymlinks: true });
  for (const link of links) hydrate(made, link);
  openToAll(made);
  try {
    renameSync(made, to);
  } catch (error) {
    rmSync(made, { recursive: true });
    if (!existsSync(to)) throw error;
  }
  return to;
}

function hydrate(copy: string, { source, target }: Link): void {
  const at = join(copy, target);
  if (!existsSync(at)) symlinkSync(relative(dirname(at), join(copy, source)), at);
}

/** npm installs under the umask of whoever runs it: files of a private clone are private too. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isSymbolicLink()) continue;
    const runs = entry.isDirectory() || (statSync(path).mode & 0o100) !== 0;
    chmodSync(path, runs ? 0o755 : 0o644);
  }
}
