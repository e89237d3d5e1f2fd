/** The server on a cluster: started or found running, started again when it dies, ended in order. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Cluster, spawningIn } from './cluster.ts';
import { freePort } from './free-port.ts';
import { adopt, answers, findRunning, lookEveryMs, own, type Running, stopRunning } from './running.ts';

export interface Server {
  port: number;
  wasRunning: boolean;
  /** false: left running, because another process needs it */
  stop: () => Promise<boolean>;
}

export interface Serving {
  durable: boolean;
  log: (line: string) => void;
}

const readyWithinMs = 20_000;
const stopWithinMs = 10_000;
const restartAfterMs = 500;
const linesKept = 20;

/** Goes on with the server that already runs on this data, or starts one. */
export async function serve(cluster: Cluster, serving: Serving): Promise<Server> {
  const running = await findRunning(cluster);
  if (running) return goOnWith(cluster, running);
  try {
    return await start(cluster, serving);
  } catch (error) {
    // another process may have been faster on the same data
    const faster = await findRunning(cluster);
    if (faster) return goOnWith(cluster, faster);
    throw error;
  }
}

function goOnWith(cluster: Cluster, running: Running): Server {
  const ours = adopt(cluster);
  return {
    port: running.port,
    wasRunning: true,
    async stop() {
      if (ours) await stopRunning(running);
      return ours;
    },
  };
}

async function start(cluster: Cluster, serving: Serving): Promise<Server> {
  const port = await freePort();
  const launching = { port, ...serving };
  let stopping = false;
  let current = launch(cluster, launching);
  await ready(cluster, current, port);
  own(cluster);
  const again = (): void => {
    if (stopping) return;
    serving.log('The local Postgres ended by itself and is started again.');
    current = launch(cluster, launching);
    watch();
  };
  const watch = (): void => void current.child.once('close', () => setTimeout(again, restartAfterMs).unref());
  watch();
  // a process that ends without stop() takes its server along
  const atExit = (): void => void current.child.kill('SIGINT');
  process.once('exit', atExit);
  return {
    port,
    wasRunning: false,
    async stop() {
      stopping = true;
      process.off('exit', atExit);
      await end(current.child);
      return true;
    },
  };
}

interface Launched {
  child: ChildProcess;
  /** its last lines, for when it does not start */
  said: string[];
}

/** Without fsync a crash of the machine costs the data; a crash of the server alone does not. */
const fast = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

function launch(cluster: Cluster, { port, durable }: Serving & { port: number }): Launched {
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    // what is thrown away serves many at once
    max_connections: durable ? 100 : 300,
    logging_collector: 'off',
    ...(durable ? {} : fast),
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(join(cluster.binaries.folder, 'postgres'), ['-D', cluster.data, ...args], {
    ...spawningIn(cluster.folder, cluster.account),
    // Ctrl-C reaches the whole process group, and we still need the database while we drain
    detached: durable,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  const hear = (line: string): void => {
    said.push(line);
    if (said.length > linesKept) said.shift();
  };
  child.on('error', ({ message }) => hear(message));
  // always read: a full pipe would stop the server
  child.stderr.on('data', (chunk: Buffer) => hear(chunk.toString()));
  return { child, said };
}

async function ready(cluster: Cluster, { child, said }: Launched, port: number): Promise<void> {
  const giveUpAt = performance.now() + readyWithinMs;
  while (performance.now() < giveUpAt && !hasEnded(child)) {
    if (await answers(cluster, port)) return;
    await pause(lookEveryMs);
  }
  child.kill('SIGKILL');
  throw new Error(`Postgres did not start. It said: ${said.join('').trim()}`);
}

/** A program that could not be run at all has no pid. */
const hasEnded = ({ pid, exitCode, signalCode }: ChildProcess): boolean =>
  pid === undefined || exitCode !== null || signalCode !== null;

/** SIGINT is Postgres's fast shutdown: clients are cut off, everything committed is kept. */
async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exited = once(child, 'exit');
  child.kill('SIGINT');
  const late = setTimeout(() => child.kill('SIGQUIT'), stopWithinMs);
  await exited;
  clearTimeout(late);
}
