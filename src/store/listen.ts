/** Postgres's `notify` as pokes. The connection has to be direct, since a pooler loses it; it comes back by itself. */
import pg from 'pg';
import { z } from 'zod';
import type { Logger } from '../log.ts';

export interface Listening {
  /** while it does not, whoever changes something has to poke by themselves */
  hears(): boolean;
  stop(): Promise<void>;
}

const reconnectMs = 1_000;

/** Every (re)connection pokes every channel once: what was notified meanwhile is unknown. */
export function listen(directUrl: string, pokes: Record<string, () => void>, log: Logger): Listening {
  const state = { stopped: false, hears: false };
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;

  const again = (lost: pg.Client, error: unknown): void => {
    // a connection says several times that it is gone, and may do so when the next one stands already
    if (state.stopped || retry || client !== lost) return;
    state.hears = false;
    log.warn({ err: error }, 'listening for notifications was interrupted; the sweep goes on meanwhile');
    retry = setTimeout(() => {
      retry = undefined;
      void connect();
    }, reconnectMs);
  };

  const connect = async (): Promise<void> => {
    const mine = makeClient(directUrl);
    client = mine;
    mine.on('error', (error) => again(mine, error));
    mine.on('end', () => again(mine, new Error('the connection ended')));
    mine.on('notification', ({ channel }) => pokes[channel]?.());
    try {
      await mine.connect();
      if (await isPooled(mine)) return await doWithout(mine);
      for (const channel of Object.keys(pokes)) await mine.query(`listen ${pg.escapeIdentifier(channel)}`);
      state.hears = true;
      for (const poke of Object.values(pokes)) poke();
    } catch (error) {
      again(mine, error);
      await mine.end().catch(() => {});
    }
  };

  const doWithout = async (mine: pg.Client): Promise<void> => {
    client = undefined;
    log.warn(
      'no notification comes through a pooler: what other processes leave to be done is found up to 5 s later; ' +
        'set DATABASE_DIRECT_URL to the same database past the pooler',
    );
    await mine.end().catch(() => {});
  };

  void connect();
  return {
    hears: () => state.hears,
    async stop() {
      state.stopped = true;
      clearTimeout(retry);
      await client?.end().catch(() => {});
    },
  };
}

const makeClient = (connectionString: string): pg.Client =>
  new pg.Client({
    connectionString,
    connectionTimeoutMillis: 3_000,
    keepAlive: true,
    application_name: 'responder-listen',
  });

const Greeted = z.looseObject({ processID: z.number() });
const Asked = z.tuple([z.object({ pid: z.number() })]);

/** Postgres greets with the process that serves the session. A pooler greets by itself, before it has chosen one. */
async function isPooled(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query('select pg_backend_pid() as pid');
  return Asked.parse(rows)[0].pid !== Greeted.parse(client).processID;
}
