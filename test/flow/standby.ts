/** A standby of a server on this machine, made of a copy of its data while it runs; it becomes the primary when it is told. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import pg from 'pg';
import { standIn } from '../../src/local-postgres/account.ts';
import { freePort } from '../../src/local-postgres/free-port.ts';

export interface Standby {
  url: string;
  pool: pg.Pool;
  promote(): Promise<void>;
  stop(): Promise<void>;
}

/** With the server's own programs alone: those from npm bring no others. */
export async function startStandby(primaryUrl: string): Promise<Standby> {
  const folder = mkdtempSync(join(tmpdir(), 'responder-standby-'));
  const data = join(folder, 'data');
  const port = await freePort();
  const program = await copyData(primaryUrl, data);
  writeFileSync(join(data, 'standby.signal'), '');
  const account = standIn();
  chmodSync(folder, 0o755);
  chmodSync(data, 0o700);
  if (account) execFileSync('chown', ['-R', `${account.uid}:${account.gid}`, data]);
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    primary_conninfo: primaryUrl,
    // a standby must allow as many as its primary
    max_connections: 300,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(program, ['-D', data, ...args], { cwd: folder, stdio: 'ignore', ...account });
  const url = new URL(primaryUrl);
  url.port = String(port);
  const pool = new pg.Pool({ connectionString: url.href, max: 2 });
  pool.on('error', () => {});
  await answering(pool);
  return {
    url: url.href,
    pool,
    promote: async () => void (await pool.query('select pg_promote()')),
    async stop() {
      await pool.end();
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Answers with the program that the server runs. */
async function copyData(url: string, to: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    const from = rows[0]?.data_directory ?? '';
    await client.query(`select pg_backup_start('standby', true)`);
    cpSync(from, to, {
      recursive: true,
      filter: (path) => !['postmaster.pid', 'postmaster.opts'].includes(basename(path)),
    });
    const stopped = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');
    cpSync(join(from, 'pg_wal'), join(to, 'pg_wal'), { recursive: true });
    writeFileSync(join(to, 'backup_label'), stopped.rows[0]?.labelfile ?? '');
    return readFileSync(join(from, 'postmaster.opts'), 'utf8').split(' ')[0] ?? '';
  } finally {
    await client.end();
  }
}

async function answering(pool: pg.Pool): Promise<void> {
  const giveUpAt = Date.now() + 30_000;
  while (!(await pool.query('select 1').catch(() => undefined))) {
    if (Date.now() > giveUpAt) throw new Error('the standby does not answer');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  if (child.exitCode === null && child.kill('SIGQUIT')) await exited;
}
