/** Orders to inside.ts: what goes wrong inside a process of the bot, and when. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Order =
  /** the wall clock is set by so much; Node's own timers go by another */
  | { kind: 'clock'; ms: number }
  | { kind: 'dns'; isDown: boolean }
  | { kind: 'stand-still'; ms: number }
  | { kind: 'throw' }
  | { kind: 'eat-memory' };

let made = 0;

export interface Inside {
  /** what the process is told by its environment */
  env: Record<string, string>;
  /** resolves when it was done, or when the process ended over it */
  order(order: Order): Promise<void>;
}

export function makeInside(options = ''): Inside {
  made += 1;
  const path = join(tmpdir(), `responder-inside-${process.pid}-${made}`);
  return {
    env: { INSIDE: path, NODE_OPTIONS: `--import=./test/faults/inside.ts ${options}`.trim() },
    async order(order) {
      const socket = connect(path);
      socket.on('error', () => {});
      const closed = once(socket, 'close');
      socket.write(JSON.stringify(order));
      socket.resume();
      await closed;
    },
  };
}
