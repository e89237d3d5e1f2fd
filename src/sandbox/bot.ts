/** The bot under test, as its users run it: a process of its own, told where everything is by its environment. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface Bot {
  url: string;
  pid: number;
  /** SIGTERM, then waits for the drain; answers the exit code */
  stop(): Promise<number | null>;
  /** SIGKILL: nothing is finished, nothing is said */
  kill(): void;
  /** SIGSTOP: it stands still where it is, and does not know it */
  freeze(): void;
  thaw(): void;
  isRunning(): boolean;
  /** its last log lines, for when something went wrong */
  lastLines(): string[];
}

export interface BotSettings {
  env: Record<string, string>;
  port: number;
  command?: string[];
  /** what it must answer before it counts as started; `/healthz` while its database is away */
  started?: '/readyz' | '/healthz';
}

/** As the image and `npm start` start it. */
export const flags = ['--max-semi-space-size=8'];

const keptLines = 200;
const readyWithinMs = 20_000;

export async function startBot({
  env,
  port,
  command = ['src/main.ts'],
  started = '/readyz',
}: BotSettings): Promise<Bot> {
  const lines: string[] = [];
  const child = spawn(process.execPath, [...flags, ...command], {
    env: { PATH: process.env['PATH'] ?? '', ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
    });
  const url = `http://127.0.0.1:${port}`;
  await ready(child, { url: `${url}${started}`, lines });
  return {
    url,
    pid: child.pid ?? 0,
    lastLines: () => lines,
    stop: () => end(child),
    kill: () => void child.kill('SIGKILL'),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    isRunning: () => child.exitCode === null && child.signalCode === null,
  };
}

async function ready(child: ChildProcess, { url, lines }: { url: string; lines: string[] }): Promise<void> {
  const giveUpAt = Date.now() + readyWithinMs;
  while (Date.now() < giveUpAt && child.exitCode === null) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
  child.kill('SIGKILL');
  throw new Error(`the bot did not become ready:\n${lines.join('\n')}`);
}

async function end(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
  return child.exitCode;
}
