/** The line between the bot and a server of the sandbox: it passes, refuses, goes silent, or is slow, as a test asks. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

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
}

/** `through`: the server's own URL, with host and port. */
export async function startLine(through: string): Promise<Line> {
  const state: State = { target: new URL(through), mode: { kind: 'pass' }, pairs: new Set() };
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
  const pair = { near, far };
  state.pairs.add(pair);
  near.on('close', () => state.pairs.delete(pair));
  pump(state, near, far);
  pump(state, far, near);
  hold(pair, state.mode.kind === 'silent');
}

function pump(state: State, from: Socket, to: Socket): void {
  from.on('data', (chunk) => {
    if (state.mode.kind === 'slow') setTimeout(() => to.write(chunk), state.mode.ms);
    else to.write(chunk);
  });
  from.on('end', () => to.end());
  from.on('error', () => to.destroy());
  from.on('close', () => to.destroy());
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
