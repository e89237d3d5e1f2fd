/** Our own database behind the real PgBouncer in transaction pooling: the door works through it, listening beside it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { handle, wakeUp } from '../../src/engine/handle.ts';
import { makeLog } from '../../src/log.ts';
import { loadPolicy } from '../../src/runbook/load.ts';
import { freePort } from '../../src/sandbox/bot.ts';
import { claim } from '../../src/store/claim.ts';
import { inTransaction, makePool } from '../../src/store/db.ts';
import { type TestDatabase, testDatabase } from '../tools/database.ts';

const binary = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'].find(existsSync);
const pooled = binary === undefined ? it.skip : it;
const because = binary === undefined ? ' (skipped: no pgbouncer on this machine)' : '';

let database: TestDatabase;
let folder: string;
let pooler: ChildProcess | undefined;
let url: string;

beforeAll(async () => {
  if (binary === undefined) return;
  database = await testDatabase();
  folder = mkdtempSync(join(tmpdir(), 'responder-pooler-'));
  const port = await freePort();
  const own = new URL(database.url);
  const ini = [
    '[databases]',
    `* = host=127.0.0.1 port=${own.port}`,
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
  writeFileSync(join(folder, 'users.txt'), `"${own.username}" "${own.password}"\n`);
  const account = asNobody();
  pooler = spawn(binary, [join(folder, 'pgbouncer.ini')], { stdio: 'ignore', ...account });
  own.port = String(port);
  url = own.href;
  await answering();
});
afterAll(async () => {
  if (binary === undefined) return;
  pooler?.kill('SIGINT');
  await database.end();
  rmSync(folder, { recursive: true, force: true });
});

/** PgBouncer refuses to run as root. */
function asNobody(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'nobody'])));
  if (uid === undefined || gid === undefined) throw new Error('there is no user nobody');
  chmodSync(folder, 0o755);
  for (const path of [folder, join(folder, 'pgbouncer.ini'), join(folder, 'users.txt')]) chownSync(path, uid, gid);
  return { uid, gid };
}

async function answering(tries = 200): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    if (tries === 0) throw error;
    await new Promise((resolve) => setTimeout(resolve, 25));
    await answering(tries - 1);
  } finally {
    await client.end().catch(() => {});
  }
}

pooled(`declares, wakes and claims through two server connections, eight at a time${because}`, async () => {
  const pool = makePool(url, makeLog('silent'));
  const policy = loadPolicy(readFileSync('runbook.yaml', 'utf8'), 'runbook.yaml');
  const engine = { pool, policy, playbooks: [], clients: {}, log: makeLog('silent') };
  const declare = (n: number) =>
    handle(engine, {
      key: `k${n}`,
      actor: { slack: 'U0ANA' },
      command: { kind: 'declare', severity: 'p1', title: `incident ${n}`, anyway: true },
    });

  const answers = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(declare));
  const ids = answers.map(({ incident }) => incident?.id ?? '');
  const woken = await Promise.all(ids.map((id) => wakeUp(engine, id)));
  const claimed = await inTransaction(pool, (db) =>
    claim(db, { owner: 'one', lane: 'page', limit: 20, leaseMs: 8_000 }),
  );

  expect(answers.every(({ ok }) => ok)).toBe(true);
  expect(answers.map(({ incident }) => incident?.number).toSorted((a = 0, b = 0) => a - b)).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8,
  ]);
  expect(woken).toEqual(ids.map(() => true));
  expect(claimed).toHaveLength(8);
  await pool.end();
});
