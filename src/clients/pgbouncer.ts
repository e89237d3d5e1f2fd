/** The client of PgBouncer's admin console: one warm connection, one command at a time, read-only. */
import type pg from 'pg';
import type { Console } from '../diagnosis/diagnosis.ts';
import { CannotSee } from '../errors.ts';
import { ContainedClient } from './contained-client.ts';
import { ownSockets } from './own-sockets.ts';
import { refusalOfConsole } from './pgbouncer-refusal.ts';
import { within } from './within.ts';

export interface PoolerConsole extends Console {
  end(): Promise<void>;
}

const limitMs = 2_000;

/** The console refuses every other parameter of a session, and any limit that a server would keep. */
const session = {
  database: 'pgbouncer',
  application_name: 'responder-diagnosis',
  connectionTimeoutMillis: limitMs,
  query_timeout: limitMs,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
};

/** Throws for what is no URL; what cannot be reached is tried again at every question. */
export function makePoolerConsole(url: string): PoolerConsole {
  const connectionString = consoleUrl(url);
  const { stream, letGo } = ownSockets();
  const line = warmLine(() => new ContainedClient({ ...session, connectionString, stream }));
  let before: Promise<unknown> = Promise.resolve();
  return {
    show: (what) =>
      within(limitMs, (signal) => {
        const answer = before.then(() => {
          signal.throwIfAborted();
          return line.ask(`show ${what}`);
        });
        before = answer.catch(() => {});
        return answer;
      }),
    async end() {
      await line.end();
      letGo();
    },
  };
}

interface Line {
  ask(command: string): Promise<Record<string, unknown>[]>;
  end(): Promise<void>;
}

const stopping = (): CannotSee => new CannotSee('unreachable', 'the bot is stopping');

interface Connection {
  client: pg.Client;
  isNew: boolean;
}

/** Kept as long as it works. A kept one may have died unnoticed: what only reads is then asked once more, on a new one. */
function warmLine(make: () => pg.Client): Line {
  let kept: pg.Client | undefined;
  let isEnded = false;

  function drop(client: pg.Client): void {
    if (kept === client) kept = undefined;
    void client.end().catch(() => {});
  }

  async function connection(): Promise<Connection> {
    if (isEnded) throw stopping();
    if (kept) return { client: kept, isNew: false };
    const client = make();
    // without a listener a connection that breaks would end the process; the next question finds out
    client.on('error', () => drop(client));
    await client.connect().catch((error: unknown) => {
      drop(client);
      throw refusalOfConsole(error);
    });
    // the end came meanwhile, and found nothing to end
    if (isEnded) {
      drop(client);
      throw stopping();
    }
    kept = client;
    return { client, isNew: true };
  }

  async function ask(command: string): Promise<Record<string, unknown>[]> {
    const { client, isNew } = await connection();
    try {
      return (await client.query<Record<string, unknown>>(command)).rows;
    } catch (error) {
      const refusal = refusalOfConsole(error);
      if (refusal.code !== 'forbidden' && refusal.code !== 'absent') drop(client);
      if (refusal.code === 'unreachable' && !isNew) return ask(command);
      throw refusal;
    }
  }

  return {
    ask,
    async end() {
      isEnded = true;
      // one that stands still must not hold up the stop of the bot
      await within(limitMs, async () => kept?.end()).catch(() => {});
    },
  };
}

/** Of what stands in the URL only that on TLS is kept: everything else would be a parameter that the console refuses. */
function consoleUrl(url: string): string {
  const console = URL.parse(url);
  // never the URL in an error: it carries the password
  if (!console) throw new Error('the address of the console of PgBouncer is not a URL');
  const kept = Array.from(console.searchParams).filter(([name]) => /^(ssl|uselibpqcompat)/.test(name));
  console.search = new URLSearchParams(kept).toString();
  console.pathname = '/pgbouncer';
  return console.href;
}
