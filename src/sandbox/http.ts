/** The small HTTP server that the sandbox's services stand on: loopback only, bodies read whole. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

export interface LocalServer {
  url: string;
  port: number;
  server: Server;
  stop(): Promise<void>;
}

export type Answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => Promise<void> | void;

/** With a key and its certificate it speaks TLS. */
export async function startServer(answer: Answer, port = 0, tls?: { key: string; cert: string }): Promise<LocalServer> {
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    await answer(request, response, Buffer.concat(chunks));
  };
  const listen = (request: IncomingMessage, response: ServerResponse): void => {
    handle(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  };
  const server = tls ? createTlsServer(tls, listen) : createServer(listen);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${address.port}`,
    port: address.port,
    server,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  if (response.writableEnded || response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}

/** Waits for something that a transcript shows; says what it waited for when it does not come. */
export async function until<T>(what: string, look: () => T | undefined, withinMs = 10_000): Promise<T> {
  const giveUpAt = performance.now() + withinMs;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (performance.now() > giveUpAt) throw new Error(`waited ${withinMs / 1_000} s in vain for ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}
