/** One of the project's programs, as a process of its own: what it printed, and how it ended. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Ended {
  code: number | null;
  printed: string;
}

const longestMs = 60_000;

/** It inherits nothing of the environment but where compiled code is kept. */
export async function ran(words: string[], env: Record<string, string> = {}, cwd = '.'): Promise<Ended> {
  const compiled = process.env['NODE_COMPILE_CACHE'];
  const child = spawn(process.execPath, words, {
    cwd,
    env: { ...(compiled === undefined ? {} : { NODE_COMPILE_CACHE: compiled }), ...env },
    timeout: longestMs,
    killSignal: 'SIGKILL',
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => {
      printed += part.toString();
    });
  await once(child, 'close');
  return { code: child.exitCode, printed: printed.trim() };
}
