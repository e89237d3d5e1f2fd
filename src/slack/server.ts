/** The HTTP server: our own routes (health, metrics, webhooks) and, where Slack calls us over HTTP, Slack's requests. */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../log.ts';
import type { Guard } from './guard.ts';

export interface Route {
  method: string;
  path: string;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void> | void;
}

export interface Serving {
  port: number;
  routes: Route[];
  /** absent in Socket Mode */
  slack?: { path: string; guard: Guard; listener: RequestListener };
  log: Logger;
}

export interface Served {
  port: number;
  /** takes no new connection; those that are being answered may finish */
  stop(): Promise<void>;
}

export async function serve(serving: Serving): Promise<Served> {
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    answer(serving, request, response).catch((error: unknown) => {
      serving.log.error({ err: error, path: pathOf(request) }, 'a request could not be answered');
      end(response, 500);
    });
  });
  await listening(server, serving.port);
  server.on('error', (error) => serving.log.error({ err: error }, 'the HTTP server failed'));
  return { port: portOf(server), stop: () => closed(server) };
}

async function answer(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = pathOf(request);
  const route = serving.routes.find((route) => route.path === path && route.method === request.method);
  if (route) return route.handle(request, response);
  if (serving.slack?.path !== path || request.method !== 'POST') return end(response, 404);
  const verdict = await serving.slack.guard(request);
  if (verdict === 'untimely') {
    serving.log.error({ path }, 'a genuine request of another time was refused: is the clock of this machine right?');
    return end(response, 401);
  }
  response.on('finish', () => {
    if (response.statusCode === 401) serving.log.warn({ path }, 'a request without a valid signature was refused');
  });
  if (verdict === 'refused') return end(response, 401);
  // the rest of the body is not read: the connection ends with the answer
  if (verdict === 'too-large') return end(response.setHeader('connection', 'close'), 413);
  serving.slack.listener(request, response);
}

/** A target that is no URL at all is nobody's path. */
const pathOf = (request: IncomingMessage): string => request.url?.split('?', 1)[0] ?? '';

function end(response: ServerResponse, status: number): void {
  if (!response.headersSent) response.writeHead(status);
  response.end();
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

const isInternet = (address: AddressInfo | string | null): address is AddressInfo =>
  typeof address === 'object' && address !== null;

function portOf(server: Server): number {
  const address = server.address();
  return isInternet(address) ? address.port : 0;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
