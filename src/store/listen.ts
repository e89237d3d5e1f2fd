/** Postgres's `notify` as pokes. The connection is direct (a transaction pooler loses it) and comes back by itself. */
import pg from 'pg';
import type { Logger } from '../log.ts';

export interface Listening {
  stop(): Promise<void>;
}

const reconnectMs = 1_000;

/** Every (re)connection pokes every channel once: what was notified meanwhile is unknown. */
export function listen(directUrl: string, pokes: Record<string, () => void>, log: Logger): Listening {
  let stopped = false;
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;

  const again = (lost: pg.Client, error: unknown): void => {
    // a connection says several times that it is gone, and may do so when the next one stands already
    if (stopped || retry || client !== lost) return;
    log.warn({ err: error }, 'listening for notifications was interrupted; the sweep goes on meanwhile');
    retry = setTimeout(() => {
      retry = undefined;
      void connect();
    }, reconnectMs);
  };

  const connect = async (): Promise<void> => {
    const mine = new pg.Client({
      connectionString: directUrl,
      connectionTimeoutMillis: 3_000,
      keepAlive: true,
      application_name: 'responder-listen',
    });
    client = mine;
    mine.on('error', (error) => again(mine, error));
    mine.on('end', () => again(mine, new Error('the connection ended')));
    mine.on('notification', ({ channel }) => pokes[channel]?.());
    try {
      await mine.connect();
      for (const channel of Object.keys(pokes)) await mine.query(`listen ${pg.escapeIdentifier(channel)}`);
      for (const poke of Object.values(pokes)) poke();
    } catch (error) {
      again(mine, error);
      await mine.end().catch(() => {});
    }
  };

  void connect();
  return {
    async stop() {
      stopped = true;
      clearTimeout(retry);
      await client?.end().catch(() => {});
    },
  };
}
