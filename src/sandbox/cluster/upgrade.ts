/** Requests for exec, which leave HTTP behind: refused in words while they still are HTTP. */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { refusalOf } from './answer.ts';
import { type Asked, askedOf, callOf } from './asked.ts';
import { podAt } from './change.ts';
import type { ClusterFault, Reply } from './effects.ts';
import { mustBePlaced, protocolOf, runCommand } from './exec.ts';
import { chosen } from './logs.ts';
import { NoSuchPath, Refused } from './refused.ts';
import { accountOf, mustBeAllowed, wishOf } from './rights.ts';
import { type ClusterState, execsOf } from './state.ts';

export function upgrade(state: ClusterState, request: IncomingMessage, socket: Duplex): void {
  try {
    open(state, request, socket);
  } catch (error) {
    refuse(socket, refusalOf(error));
  }
}

function open(state: ClusterState, request: IncomingMessage, socket: Duplex): void {
  const account = accountOf(state.accounts, request.headers.authorization);
  const asked = askedOf(request);
  if (asked?.subresource !== 'exec') throw new NoSuchPath();
  state.requests.push({ call: callOf(asked), path: request.url ?? '', user: account.user, accept: undefined });
  const effect = state.faults.take(callOf(asked));
  if (strike(effect, socket)) return;
  mustBeAllowed(account, wishOf(asked));
  // since 1.35 reading is not enough to run something
  mustBeAllowed(account, wishOf({ ...asked, verb: 'create' }));
  run(state, { asked, request, socket, effect });
}

interface Opened {
  asked: Asked;
  request: IncomingMessage;
  socket: Duplex;
  effect: ClusterFault | undefined;
}

function run(state: ClusterState, { asked, request, socket, effect }: Opened): void {
  const pod = podAt(state.store, asked);
  mustBePlaced(pod);
  chosen(pod, asked.query.get('container'));
  mustSpeakWebSocket(request);
  protocolOf(request);
  runCommand(request, socket, { pod, query: asked.query, execs: execsOf(state, pod), effect });
}

function mustSpeakWebSocket({ headers, method }: IncomingMessage): void {
  if (method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket') return;
  throw new Refused(
    400,
    `this API runs commands over WebSocket only, not over ${headers.upgrade}: kubectl 1.30 or later`,
  );
}

/** Before anything is said; true when nothing more is to be done. */
function strike(effect: ClusterFault | undefined, socket: Duplex): boolean {
  switch (effect?.kind) {
    case 'status':
      throw new Refused(effect.status, effect.message ?? 'a fault on demand');
    case 'text':
      refuse(socket, { status: effect.status, headers: { 'content-type': 'text/plain' }, body: effect.text });
      return true;
    case 'reset':
      socket.destroy();
      return true;
    case 'hang':
      return true;
    default:
      return false;
  }
}

function refuse(socket: Duplex, { status, headers, body }: Reply): void {
  const all = { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n'));
}
