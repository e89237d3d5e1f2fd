/** A port for a server that is about to start on this machine. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that systems give to connections on their way out: one of them may take what was free a moment ago. */
const range = { first: 20_000, count: 10_000 };
const mostTries = 100;

/**
 * Handed out once: between this answer and the server's own listening, nobody else who asks here gets the same port, in
 * whatever process, for as long as this process lives.
 */
export async function freePort({ first, count } = range): Promise<number> {
  for (let tried = 0; tried < mostTries; tried += 1) {
    const port = first + Math.floor(Math.random() * count);
    // only what is ours is tried: trying it is listening there, and another's server may be about to
    if ((await reserve(port)) && (await isFree(port))) return port;
  }
  throw new Error('this machine gave no free port');
}

/** The same number for datagrams is in nobody's way, and the system gives it back whatever becomes of this process. */
async function reserve(port: number): Promise<boolean> {
  const socket = createSocket('udp4').unref();
  try {
    socket.bind({ port, address: '127.0.0.1', exclusive: true });
    await once(socket, 'listening');
    return true;
  } catch {
    socket.close();
    return false;
  }
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
