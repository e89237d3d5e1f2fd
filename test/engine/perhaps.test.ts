/** A commit whose answer is lost: the same input is asked for once more, and its key says what became of it. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type pg from 'pg';
import { handle } from '../../src/engine/handle.ts';
import { makePool } from '../../src/store/db.ts';
import { ana, type Bench, makeBench } from './bench.ts';

let bench: Bench;
let server: Server;
let pool: pg.Pool;
const open = new Set<Socket>();
/** how many answers to a commit are still lost, with their connection */
let losing = 0;

beforeEach(async () => {
  bench = await makeBench();
  const url = new URL(bench.url);
  const { hostname, port } = new URL(bench.url);
  server = createServer((near) => serve(near, connect(Number(port), hostname))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  url.port = String(typeof address === 'object' ? address?.port : '');
  pool = makePool(url.href, bench.engine.log);
});
afterEach(async () => {
  await pool.end();
  for (const socket of open) socket.destroy();
  server.close();
  await bench.end();
});

function serve(near: Socket, far: Socket): void {
  for (const socket of [near, far]) open.add(socket.on('error', () => {}));
  let isLost = false;
  near.on('data', (data) => {
    isLost = losing > 0 && data.includes('commit\0');
    if (isLost) losing -= 1;
    far.write(data);
  });
  far.on('data', (data) => void (isLost ? near.destroy() : near.write(data)));
}

const declaring = { kind: 'declare' as const, severity: 'p1' as const, title: 'checkout returns 502' };
const declare = () => handle({ ...bench.engine, pool }, { key: 'command:1', actor: ana, command: declaring });
const count = async () => (await bench.engine.pool.query('select from incidents')).rowCount;

it('is answered as what was done', async () => {
  losing = 1;

  expect(await declare()).toMatchObject({ ok: true, incident: { number: 1 }, repeated: { by: ana } });

  expect(await count()).toBe(1);
});

it('stays open when its key cannot be asked either', async () => {
  losing = 1;
  const asking = declare();
  await once(server, 'connection');
  server.close();

  await expect(asking).rejects.toMatchObject({ code: 'perhaps-done' });

  expect(await count()).toBe(1);
});
