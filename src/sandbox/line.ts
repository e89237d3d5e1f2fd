/** The line between the bot and a server of the sandbox: it passes, refuses, goes silent, or is slow, as a test asks. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Kills } from './kills.ts';
import { watchTransactions } from './transactions.ts';

/** `silent`: accepts and never answers, and what is open already stands still, as with a frozen server */
export type LineMode = { kind: 'pass' } | { kind: 'refuse' } | { kind: 'silent' } | { kind: 'slow'; ms: number };

export interface Line {
  /** the server's URL, by this line */
  url: string;
  set(mode: LineMode): void;
  /** whoever connects from now on reaches another server, with the same database and login */
  leadTo(url: string): void;
  /** cuts what is open; whoever comes next is served by the mode */
  cut(): void;
  open(): number;
  stop(): Promise<void>;
}

interface Pair {
  near: Socket;
  far: Socket;
}

interface State {
  target: URL;
  mode: LineMode;
  pairs: Set<Pair>;
  kills: Kills | undefined;
}

/** `through`: the server's own URL, with host and port. With `kills` every transaction is a place to die at. */
export async function startLine(through: string, kills?: Kills): Promise<Line> {
  const state: State = { target: new URL(through), mode: { kind: 'pass' }, pairs: new Set(), kills };
  const server = createServer((near) => take(state, near));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  const url = new URL(through);
  url.hostname = '127.0.0.1';
  url.port = String(address.port);
  return {
    url: url.href,
    cut: () => cut(state),
    open: () => state.pairs.size,
    leadTo: (server) => {
      state.target = new URL(server);
    },
    set(mode) {
      state.mode = mode;
      if (mode.kind === 'refuse') cut(state);
      for (const pair of state.pairs) hold(pair, mode.kind === 'silent');
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      cut(state);
      await closed;
    },
  };
}

function take(state: State, near: Socket): void {
  near.on('error', () => {});
  if (state.mode.kind === 'refuse') return void near.destroy();
  const far = connect({ host: state.target.hostname, port: Number(state.target.port) });
  const { kills } = state;
  const witness = kills && watchTransactions((name) => kills.reach('database', name));
  const pair = { near, far };
  state.pairs.add(pair);
  near.on('close', () => state.pairs.delete(pair));
  pump(state, { from: near, to: far, stopsAt: (chunk) => witness?.fromBot(chunk) ?? false });
  pump(state, {
    from: far,
    to: near,
    stopsAt: (chunk) => witness?.fromServer(chunk) ?? false,
    written: () => witness?.delivered(),
  });
  hold(pair, state.mode.kind === 'silent');
}

interface Way {
  from: Socket;
  to: Socket;
  /** the bot is dead: what it said, or would have heard, is lost */
  stopsAt: (chunk: Buffer) => boolean;
  written?: () => void;
}

/** What is under way arrives before what came later, however the mode changes meanwhile: a stream has one order. */
function pump(state: State, { from, to, stopsAt, written }: Way): void {
  let before: Promise<unknown> = Promise.resolve();
  const inTurn = (arrive: () => void): void => {
    const due = state.mode.kind === 'slow' ? pause(state.mode.ms) : undefined;
    before = Promise.all([before, due]).then(arrive);
  };
  from.on('data', (chunk: Buffer) => {
    inTurn(() => {
      if (!stopsAt(chunk)) to.write(chunk, written);
    });
  });
  from.on('end', () => inTurn(() => to.end()));
  from.on('error', () => to.destroy());
  from.on('close', () => inTurn(() => to.destroySoon()));
}

function cut({ pairs }: State): void {
  for (const { near, far } of pairs) {
    near.destroy();
    far.destroy();
  }
}

/** A socket that is not read keeps its bytes until it is read again: nothing is lost. */
function hold({ near, far }: Pair, held: boolean): void {
  for (const socket of [near, far]) {
    if (held) socket.pause();
    else socket.resume();
  }
}
