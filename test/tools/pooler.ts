/** The real PgBouncer before a server, in transaction pooling with two server connections. */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from '@jest/globals';
import pg from 'pg';
import { freePort } from '../../src/sandbox/bot.ts';

export interface Pooler {
  /** the same database, through it */
  url: string;
  stop(): void;
}

const binary = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'].find(existsSync);

export const pooled = binary === undefined ? it.skip : it;
export const because = binary === undefined ? ' (skipped: no pgbouncer on this machine)' : '';

export async function startPooler(direct: string): Promise<Pooler> {
  const url = new URL(direct);
  const folder = mkdtempSync(join(tmpdir(), 'responder-pooler-'));
  const port = await freePort();
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
    '',
  ];
  writeFileSync(join(folder, 'pgbouncer.ini'), ini.join('\n'));
  writeFileSync(join(folder, 'users.txt'), `"${url.username}" "${url.password}"\n`);
  const child = spawn(binary ?? '', [join(folder, 'pgbouncer.ini')], { stdio: 'ignore', ...asNobody(folder) });
  url.port = String(port);
  await answering(url.href);
  return {
    url: url.href,
    stop() {
      child.kill('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
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
