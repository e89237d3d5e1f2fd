/** Socket Mode: the bot comes to Slack. Envelopes go out on one of its sockets and are acknowledged by their id. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Answer, Delivery } from './delivery.ts';
import { isObject, parsed } from './json.ts';
import { acceptSocket, type WebSocketServer } from './web-socket.ts';
import type { Workspace } from './workspace.ts';

export interface Sockets {
  count(): number;
  connect(request: IncomingMessage, socket: Duplex): void;
  send(delivery: Delivery): Promise<Answer>;
  /**
   * Slack takes its sockets away now and then: `warning` some seconds ahead, `refresh_requested` at once; and
   * `link_disabled` when somebody turns Socket Mode off and on again.
   */
  disconnect(reason: 'warning' | 'refresh_requested' | 'link_disabled'): void;
  /** that many of the ten places are taken by other processes of the app, which hear nothing */
  crowd(places: number): void;
  /** how many were sent away because there was no place */
  refused(): number;
  stop(): void;
}

const mostSockets = 10;
/** The client takes a silence of half a minute for a dead line. */
const pingEveryMs = 5_000;
const giveUpMs = 10_000;

/** What goes on between Slack and all the sockets of one app. */
interface Exchange {
  workspace: Workspace;
  open: Set<WebSocketServer>;
  /** the bare lines, greeted or not */
  lines: Set<Duplex>;
  waiting: Map<string, (answer: Answer) => void>;
  turn: number;
  elsewhere: number;
  refused: number;
}

export function makeSockets(workspace: Workspace): Sockets {
  const exchange: Exchange = {
    workspace,
    open: new Set(),
    lines: new Set(),
    waiting: new Map(),
    turn: 0,
    elsewhere: 0,
    refused: 0,
  };
  const { open, lines } = exchange;
  const timer = setInterval(() => {
    for (const socket of open) socket.ping();
  }, pingEveryMs).unref();
  return {
    count: () => open.size,
    connect: (request, line) => connect(exchange, request, line),
    send: (delivery) => send(exchange, delivery),
    disconnect(reason) {
      for (const socket of open) leave(socket, reason);
    },
    crowd: (places) => {
      exchange.elsewhere = places;
    },
    refused: () => exchange.refused,
    stop() {
      clearInterval(timer);
      for (const line of lines) line.destroy();
    },
  };
}

/** Whoever comes has a ticket from apps.connections.open, which is good for one socket. */
function connect(exchange: Exchange, request: IncomingMessage, line: Duplex): void {
  const { workspace, open, lines } = exchange;
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (!workspace.tickets.delete(searchParams.get('ticket') ?? ''))
    return void line.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
  lines.add(line);
  const socket = acceptSocket(request, line, {
    text: (text) => hear(exchange, text),
    closed: () => {
      open.delete(socket);
      lines.delete(line);
    },
  });
  if (open.size + exchange.elsewhere >= mostSockets) {
    exchange.refused += 1;
    return leave(socket, 'too_many_websockets');
  }
  open.add(socket);
  socket.send(JSON.stringify(hello(workspace, open.size)));
}

function hear({ workspace, waiting }: Exchange, text: string): void {
  const said = parsed(text);
  const id = isObject(said) ? String(said['envelope_id']) : '';
  const answered = waiting.get(id);
  if (!isObject(said) || !answered) return void workspace.violations.push(`socket: nothing waits for ${id}`);
  waiting.delete(id);
  answered({ status: 200, body: said['payload'] ?? '', headers: {} });
}

/** Slack sends each envelope on any one of the sockets. */
function send(exchange: Exchange, delivery: Delivery): Promise<Answer> {
  const { open, waiting } = exchange;
  const socket = [...open][exchange.turn++ % open.size];
  const id = randomUUID();
  return new Promise((resolve) => {
    const late = setTimeout(() => {
      waiting.delete(id);
      resolve({ status: 0, body: '', headers: {} });
    }, giveUpMs).unref();
    waiting.set(id, (answer) => {
      clearTimeout(late);
      resolve(answer);
    });
    socket?.send(JSON.stringify(envelope(id, delivery)));
  });
}

function leave(socket: WebSocketServer, reason: string): void {
  socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'local' } }));
  if (reason !== 'warning') socket.close();
}

const hello = ({ app }: Workspace, connections: number): object => ({
  type: 'hello',
  num_connections: connections,
  connection_info: { app_id: app },
  debug_info: { host: 'local', approximate_connection_time: 18_060 },
});

const envelope = (id: string, { kind, payload, tampering: { retry } }: Delivery): object => ({
  envelope_id: id,
  type: kind,
  payload,
  accepts_response_payload: kind !== 'events_api',
  ...(kind === 'events_api' ? { retry_attempt: retry?.num ?? 0, retry_reason: retry?.reason ?? '' } : {}),
});
