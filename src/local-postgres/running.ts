/** A server that outlived the process that started it: found by its pid file, adopted when nobody else needs it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { type Cluster, urlOf } from './cluster.ts';

export const lookEveryMs = 30;
const readyWithinMs = 20_000;
const stopWithinMs = 10_000;

export interface Running {
  pid: number;
  port: number;
  status: string;
}

/** One that is still starting (recovery after a crash takes its time) is waited for. */
export async function findRunning(cluster: Cluster): Promise<Running | undefined> {
  const giveUpAt = performance.now() + readyWithinMs;
  for (;;) {
    const named = readPidFile(cluster);
    if (!named || !isAlive(named.pid)) return undefined;
    if (await answers(cluster, named.port)) return named;
    // the pid of a stale file may belong to anybody by now; Postgres itself refuses to start beside a living server
    if (named.status === 'ready' || performance.now() > giveUpAt) return undefined;
    await pause(lookEveryMs);
  }
}

function readPidFile({ data }: Cluster): Running | undefined {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]), status: (lines[7] ?? '').trim() };
}

function isAlive(pid: number): boolean {
  try {
    return Number.isInteger(pid) && pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The password is this cluster's own: another server on the port does not pass for it. */
export async function answers(cluster: Cluster, port: number): Promise<boolean> {
  const connectionString = urlOf(cluster, port, 'postgres');
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 1_000 });
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

const ownerFile = ({ folder }: Cluster): string => join(folder, 'owner');

/** From now on it is this process that ends the server. */
export const own = (cluster: Cluster): void => writeFileSync(ownerFile(cluster), `${process.pid}`);

/** False when the process that started the server still lives: then it needs the server and ends it. */
export function adopt(cluster: Cluster): boolean {
  const file = ownerFile(cluster);
  const owner = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (isAlive(owner)) return false;
  own(cluster);
  return true;
}

/** Not our child, so there is no exit to wait for. */
export async function stopRunning({ pid }: Running): Promise<void> {
  if (!isAlive(pid)) return;
  process.kill(pid, 'SIGINT');
  const giveUpAt = performance.now() + stopWithinMs;
  while (isAlive(pid) && performance.now() < giveUpAt) await pause(lookEveryMs);
}
