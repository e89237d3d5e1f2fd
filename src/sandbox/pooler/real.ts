/** The real PgBouncer before a server, in transaction pooling with two server connections. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { freePort } from '../../local-postgres/free-port.ts';

export interface Pooler {
  /** the same database, through it */
  url: string;
  /** its admin console, for the login `watcher`, who may look and no more */
  console: string;
  /** its log so far, a line each with the time of its writing before it */
  log(): string[];
  /** until all that happened so far stands in its log */
  logged(): Promise<void>;
  stop(): void;
}

export interface PoolerSettings {
  /** further lines of its section */
  settings?: string[];
  /** further logins, with their passwords */
  users?: Record<string, string>;
}

/** undefined: none on this machine */
export const pgbouncer = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'].find(existsSync);

export const watcher = { name: 'watcher', password: 'looks-only' };

export async function startPooler(direct: string, { settings = [], users = {} }: PoolerSettings = {}): Promise<Pooler> {
  const url = new URL(direct);
  const folder = mkdtempSync(join(tmpdir(), 'responder-pooler-'));
  const port = await freePort();
  configure(folder, { url, port, settings, users });
  const child = spawn(pgbouncer ?? '', [join(folder, 'pgbouncer.ini')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...asNobody(folder),
  });
  const said: string[] = [];
  const log = createInterface({ input: child.stderr }).on('line', (line) =>
    said.push(`${new Date().toISOString()} ${line}`),
  );
  url.port = String(port);
  await answering(url.href);
  const console = `postgres://${watcher.name}:${watcher.password}@127.0.0.1:${port}/pgbouncer`;
  return {
    url: url.href,
    console,
    log: () => said,
    async logged() {
      const mark = `mark-${said.length}`;
      const isThere = (): boolean => said.some((line) => line.includes(mark));
      const client = new pg.Client({ connectionString: console });
      client.on('error', () => {});
      await client.connect();
      // a command that it does not know is written down, behind all that was before
      await client.query(mark).catch(() => {});
      while (!isThere()) await once(log, 'line');
      await client.end();
    },
    stop() {
      child.kill('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Configuring extends Required<PoolerSettings> {
  /** of the server before which it stands, for its superuser */
  url: URL;
  port: number;
}

function configure(folder: string, { url, port, settings, users }: Configuring): void {
  const ini = [
    '[databases]',
    `* = host=127.0.0.1 port=${url.port}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = plain',
    `auth_file = ${join(folder, 'users.txt')}`,
    'pool_mode = transaction',
    'default_pool_size = 2',
    `stats_users = ${watcher.name}`,
    `admin_users = ${url.username}`,
    ...settings,
    '',
  ];
  writeFileSync(join(folder, 'pgbouncer.ini'), ini.join('\n'));
  const logins = { [url.username]: url.password, [watcher.name]: watcher.password, ...users };
  const lines = Object.entries(logins).map(([name, password]) => `"${name}" "${password}"\n`);
  writeFileSync(join(folder, 'users.txt'), lines.join(''));
}

/** PgBouncer refuses to run as root. */
function asNobody(folder: string): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'nobody'])));
  if (uid === undefined || gid === undefined) throw new Error('there is no user nobody');
  chmodSync(folder, 0o755);
  for (const path of [folder, join(folder, 'pgbouncer.ini'), join(folder, 'users.txt')]) chownSync(path, uid, gid);
  return { uid, gid };
}

async function answering(url: string, tries = 200): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    if (tries === 0) throw error;
    await new Promise((resolve) => setTimeout(resolve, 25));
    await answering(url, tries - 1);
  } finally {
    await client.end().catch(() => {});
  }
}
