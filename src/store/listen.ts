/** Postgres's `notify` as pokes. The connection has to be direct, since a pooler loses it; it comes back by itself. */
import { Socket } from 'node:net';
import pg from 'pg';
import { z } from 'zod';
import type { Logger } from '../log.ts';

export interface Listening {
  /** while it does not, whoever changes something has to poke by themselves */
  hears(): boolean;
  stop(): Promise<void>;
}

const reconnectMs = 1_000;
/** a server that stands still answers neither this nor a farewell */
const waitMs = 3_000;
const farewellMs = 500;

interface Line {
  client: pg.Client;
  /** waits for the server's farewell, but not for long */
  end(): Promise<void>;
}

/** Every (re)connection pokes every channel once: what was notified meanwhile is unknown. */
export function listen(directUrl: string, pokes: Record<string, () => void>, log: Logger): Listening {
  const state = { stopped: false, hears: false };
  let line: Line | undefined;
  let retry: NodeJS.Timeout | undefined;

  const again = (lost: Line, error: unknown): void => {
    // a connection says several times that it is gone, and may do so when the next one stands already
    if (state.stopped || retry || line !== lost) return;
    state.hears = false;
    log.warn({ err: error }, 'listening for notifications was interrupted; the sweep goes on meanwhile');
    retry = setTimeout(() => {
      retry = undefined;
      void connect();
    }, reconnectMs);
  };

  const connect = async (): Promise<void> => {
    const mine = makeLine(directUrl);
    const { client } = mine;
    line = mine;
    client.on('error', (error) => again(mine, error));
    client.on('end', () => again(mine, new Error('the connection ended')));
    client.on('notification', ({ channel }) => pokes[channel]?.());
    try {
      await client.connect();
      if (await isPooled(client)) return await doWithout(mine);
      for (const channel of Object.keys(pokes)) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
      state.hears = true;
      for (const poke of Object.values(pokes)) poke();
    } catch (error) {
      again(mine, error);
      await mine.end();
    }
  };

  const doWithout = async (mine: Line): Promise<void> => {
    line = undefined;
    log.warn(
      'no notification comes through a pooler: what other processes leave to be done is found up to 5 s later; ' +
        'set DATABASE_DIRECT_URL to the same database past the pooler',
    );
    await mine.end();
  };

  void connect();
  return {
    hears: () => state.hears,
    async stop() {
      state.stopped = true;
      clearTimeout(retry);
      await line?.end();
    },
  };
}

function makeLine(connectionString: string): Line {
  const socket = new Socket();
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: waitMs,
    query_timeout: waitMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'responder-listen',
    stream: () => socket,
  });
  const end = async (): Promise<void> => {
    const cut = setTimeout(() => socket.destroy(), farewellMs);
    await client.end().catch(() => {});
    clearTimeout(cut);
  };
  return { client, end };
}

const Greeted = z.looseObject({ processID: z.number() });
const Asked = z.tuple([z.object({ pid: z.number() })]);

/** Postgres greets with the process that serves the session. A pooler greets by itself, before it has chosen one. */
async function isPooled(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query('select pg_backend_pid() as pid');
  return Asked.parse(rows)[0].pid !== Greeted.parse(client).processID;
}
