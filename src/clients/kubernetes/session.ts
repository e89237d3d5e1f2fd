/** One cluster, few connections to it that are kept and shared, and the proof of who asks on every call. */

import { PassThrough } from 'node:stream';
import { WebSocketHandler } from '@kubernetes/client-node/dist/web-socket-handler.js';
import { Agent, type Dispatcher, ProxyAgent, request, Socks5ProxyAgent } from 'undici';
import { type ClientOptions, WebSocket } from 'ws';
import { contain } from '../contain.ts';
import { type Credentials, type Proof, readCredentials } from './credentials.ts';
import type { Answer } from './refusal.ts';
import type { Where } from './where.ts';

export interface Call {
  path: string;
  /** as JSON, by POST; without one it is a GET */
  body?: unknown;
  signal: AbortSignal;
  /** of the answer no more than this is read, and the rest is not waited for */
  mostBytes?: number;
}

/** A web socket that is open; `end` drops it at once. */
export interface Socket {
  closed: Promise<void>;
  end(): void;
}

export interface Session {
  /** any answer at all, also a refusal */
  send(call: Call): Promise<Answer>;
  /** `frame` is given the channel and what came on it; must not throw */
  connect(path: string, frame: (channel: number, data: Buffer) => void): Promise<Socket>;
  end(): Promise<void>;
}

/** Eight took 200 reads in a third of the time of 200 connections. A page of 500 fat pods is 10 MB or so. */
const few = {
  connections: 8,
  keepAliveTimeout: 30_000,
  headersTimeout: 10_000,
  bodyTimeout: 10_000,
  maxResponseSize: 64 * 1_024 * 1_024,
};

/** Throws a `CannotSee` for a configuration that cannot be used. */
export function openSession(where: Where): Session {
  const credentials = readCredentials(where);
  const shared = sharedBy(credentials);
  // the path of a server behind a proxy, as in https://proxy/k8s/clusters/c-1
  const origin = credentials.cluster.server.replace(/\/+$/, '');
  const handler = new WebSocketHandler(credentials.config, containedSocket, deafStreams());
  return {
    async send({ path, body, signal, mostBytes }) {
      const proof = await credentials.proof();
      signal.throwIfAborted();
      const given = await request(`${origin}${path}`, {
        dispatcher: shared.for(proof),
        headers: { ...proof.headers, accept: 'application/json', ...(body === undefined ? {} : json) },
        signal,
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      });
      const again = given.headers['retry-after'];
      return {
        status: given.statusCode,
        body: mostBytes === undefined ? await given.body.text() : await beginningOf(given.body, mostBytes),
        ...(typeof again === 'string' ? { retryAfter: again } : {}),
      };
    },
    async connect(path, frame) {
      const socket = await handler.connect(path, null, (channel, data) => {
        frame(channel, data);
        return true;
      });
      return {
        closed: new Promise((resolve) => socket.addEventListener('close', () => resolve())),
        end: () => socket.terminate(),
      };
    },
    end: () => shared.end(),
  };
}

const json = { 'content-type': 'application/json' };

/** Whoever leaves the loop drops the connection, whatever is still to come on it. */
async function beginningOf(body: AsyncIterable<Buffer>, most: number): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of body) {
    parts.push(part);
    bytes += part.length;
    if (bytes > most) break;
  }
  return Buffer.concat(parts).subarray(0, most).toString('utf8');
}

/** client-node 2.0.1 reads the first byte of every frame, also of one that has none. */
function containedSocket(uri: string, protocols: string[], options: ClientOptions): WebSocket {
  const socket = new WebSocket(uri, protocols, options);
  contain(socket, 'message', () => socket.terminate());
  return socket;
}

/** client-node 2.0.1 ends the process's own stdout when the server closes a channel, unless it is given others. */
const deafStreams = () => ({ stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() });

/** New connections when the certificates have been replaced; calls under way end on the old ones. */
function sharedBy({ cluster: { proxyUrl } }: Credentials): { for(proof: Proof): Dispatcher; end(): Promise<void> } {
  let made: { by: string; dispatcher: Dispatcher } | undefined;
  return {
    for({ tls }) {
      const by = JSON.stringify(tls);
      if (made?.by === by) return made.dispatcher;
      void made?.dispatcher.close();
      made = { by, dispatcher: dispatcherOf(tls, proxyUrl) };
      return made.dispatcher;
    },
    async end() {
      await made?.dispatcher.destroy();
    },
  };
}

function dispatcherOf(tls: Proof['tls'], proxyUrl: string | undefined): Dispatcher {
  const connect = { ...tls, keepAlive: true, keepAliveInitialDelay: 30_000 };
  if (!proxyUrl) return new Agent({ ...few, connect });
  if (proxyUrl.startsWith('socks')) return new Socks5ProxyAgent(proxyUrl, { ...few, requestTls: connect });
  return new ProxyAgent({ ...few, uri: proxyUrl, requestTls: connect });
}
