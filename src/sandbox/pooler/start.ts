/** An admin console that refuses what PgBouncer's refuses, for a machine without one. It pools nothing. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { type PoolerScene, shown, views } from './shows.ts';
import * as wire from './wire.ts';

export interface PoolerConsole {
  /** of its console, for one who may look and no more */
  url: string;
  /** what it shows from now on */
  play(scene: PoolerScene): void;
  stop(): Promise<void>;
}

const login = { user: 'watcher', password: 'looks-only' };

export async function startPoolerConsole(first: PoolerScene = {}): Promise<PoolerConsole> {
  const told = { scene: first };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy()));
    converse(socket, () => told.scene);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `postgres://${login.user}:${login.password}@127.0.0.1:${port}/pgbouncer`,
    play(scene) {
      told.scene = scene;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}

/** What a connection is waiting for next. */
type Stage = 'start' | 'password' | 'open';

interface Answer {
  say: Buffer;
  next?: Stage;
  isOver?: boolean;
}

function converse(socket: Socket, scene: () => PoolerScene): void {
  let stage: Stage = 'start';
  let buffer: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (let taken = wire.takeMessage(buffer, stage === 'start'); taken; ) {
      buffer = taken.rest;
      const { say, next = stage, isOver = false } = answerTo(taken.message, stage, scene());
      socket.write(say);
      stage = next;
      if (isOver) return void socket.end();
      taken = wire.takeMessage(buffer, stage === 'start');
    }
  });
}

function answerTo(message: wire.Message, stage: Stage, scene: PoolerScene): Answer {
  if (stage === 'start') return begin(message.body);
  if (stage === 'password') return letIn(message.body);
  if (message.type === 'Q') return { say: Buffer.concat([show(wire.textIn(message.body), scene), wire.ready()]) };
  if (message.type === 'X') return { say: Buffer.alloc(0), isOver: true };
  const say = [
    wire.refusal('ERROR', 'extended query protocol not supported by admin console'),
    wire.refusal('FATAL', 'bad packet'),
  ];
  return { say: Buffer.concat(say), isOver: true };
}

const over = (text: string): Answer => ({ say: wire.refusal('FATAL', text), isOver: true });

/** It takes these and forgets them; any other it would have to set at a server, and does not. */
const parameters = new Set([
  'user',
  'database',
  'application_name',
  'client_encoding',
  'datestyle',
  'timezone',
  'standard_conforming_strings',
]);

function begin(body: Buffer): Answer {
  const code = body.readInt32BE(0);
  if (code === wire.sslRequest || code === wire.gssRequest) return { say: Buffer.from('N') };
  if (code !== wire.protocolVersion) return over('bad packet');
  const asked = wire.parametersIn(body.subarray(4));
  const unknown = [...asked.keys()].find((name) => !parameters.has(name.toLowerCase()));
  if (unknown !== undefined) return over(`unsupported startup parameter: ${unknown}`);
  // the real one asks somebody unknown for a password first, and says the same then
  const isKnown = asked.get('user') === login.user && (asked.get('database') ?? login.user) === 'pgbouncer';
  return isKnown ? { say: wire.askPassword(), next: 'password' } : over(refusedFor(asked));
}

const refusedFor = (asked: Map<string, string>): string =>
  asked.get('user') === login.user ? `no such database: ${asked.get('database')}` : 'password authentication failed';

function letIn(body: Buffer): Answer {
  if (wire.textIn(body) !== login.password) return over('password authentication failed');
  const parameters = { server_version: '1.18.0/bouncer', client_encoding: 'UTF8', server_encoding: 'UTF8' };
  return {
    say: wire.welcome({ ...parameters, DateStyle: 'ISO', TimeZone: 'GMT', standard_conforming_strings: 'on' }),
    next: 'open',
  };
}

const adminOnly =
  /^\s*(pause|resume|disable|enable|reconnect|kill|suspend|shutdown|reload|wait_close|set|show\s+fds)\b/i;

function show(statement: string, scene: PoolerScene): Buffer {
  if (adminOnly.test(statement)) return wire.refusal('ERROR', 'admin access needed');
  const [, word = ''] = /^\s*show\s+(\w+)\s*;?\s*$/i.exec(statement) ?? [];
  const view = views.find((one) => one === word.toLowerCase());
  if (word.toLowerCase() === 'help') return Buffer.concat([wire.notice('Console usage'), wire.done()]);
  if (view === undefined) return wire.refusal('ERROR', `invalid command '${statement}', use SHOW HELP;`);
  const { columns, rows } = shown(view, scene);
  return wire.rowsOf(columns, rows);
}
