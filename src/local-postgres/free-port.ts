/** A port for a server that is about to start on this machine. */
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that systems give to connections on their way out: one of them may take what was free a moment ago. */
const first = 20_000;
const ports = 10_000;
const mostTries = 100;

export async function freePort(): Promise<number> {
  for (let tried = 0; tried < mostTries; tried += 1) {
    const port = first + Math.floor(Math.random() * ports);
    if (await isFree(port)) return port;
  }
  throw new Error('this machine gave no free port');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port);
  try {
    await once(server, 'listening');
    await once(server.close(), 'close');
    return true;
  } catch {
    return false;
  }
}
