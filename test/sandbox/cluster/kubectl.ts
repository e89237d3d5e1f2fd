/**
 * The kubectls of this machine. Where several versions stand side by side: the oldest, the first that runs commands over
 * WebSocket, and the newest; a machine with only one is judged by that.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

export interface Said {
  code: number;
  out: string;
  err: string;
}

export type Kubectl = (words: string[], input?: string) => Promise<Said>;

interface Found {
  /** `kubectl`, `kubectl.1.30` */
  name: string;
  path: string;
  /** minor version, where its name tells it */
  minor: number | undefined;
}

const versioned = /^kubectl\.1\.(?<minor>\d+)$/;

const minorOf = (name: string): number | undefined => {
  const minor = versioned.exec(name)?.groups?.['minor'];
  return minor === undefined ? undefined : Number(minor);
};

export function kubectls(): Found[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const first = folders.map((folder) => join(folder, 'kubectl')).find((path) => existsSync(path));
  if (first === undefined) return [];
  const home = dirname(realpathSync(first));
  const beside = readdirSync(home)
    .filter((name) => versioned.test(name))
    .toSorted();
  const chosen = [beside[0], beside.find((name) => minorOf(name) === 30), beside.at(-1)];
  const names = beside.length > 0 ? [...new Set(chosen.flatMap((name) => name ?? []))] : ['kubectl'];
  return names.map((name) => ({
    name,
    path: beside.length > 0 ? join(home, name) : first,
    minor: minorOf(name),
  }));
}

/** With a home of its own, so that it finds no configuration of this machine and keeps no cache there. */
export function kubectl(path: string, kubeconfig: string): Kubectl {
  const home = mkdtempSync(join(tmpdir(), 'kubectl-'));
  const file = join(home, 'config');
  writeFileSync(file, kubeconfig);
  const env = { HOME: home, KUBECONFIG: file, PATH: process.env['PATH'] };
  return (words, input) =>
    new Promise((resolve) => {
      const child = execFile(path, words, { env, timeout: 15_000 }, (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
      );
      child.stdin?.end(input);
    });
}
