import { EventEmitter, once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { makeLog } from '../../src/log.ts';
import { type Listening, listen } from '../../src/store/listen.ts';
import { type TestDatabase, testDatabase } from '../tools/database.ts';

let database: TestDatabase;
let poked: EventEmitter;
let listening: Listening;
beforeEach(async () => {
  database = await testDatabase();
  poked = new EventEmitter();
  const pokes = { duties: () => void poked.emit('duties'), outbox: () => void poked.emit('outbox') };
  const ready = once(poked, 'outbox');
  listening = listen(database.url, pokes, makeLog('silent'));
  await ready;
});
afterEach(async () => {
  await listening.stop();
  await database.end();
});

const listeners = `application_name = 'responder-listen' and datname = current_database()`;
const cut = () => database.pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${listeners}`);

it('pokes whom a notification is for, and nobody else', async () => {
  let others = 0;
  poked.on('duties', () => {
    others += 1;
  });
  const outbox = once(poked, 'outbox');

  await database.pool.query('notify outbox');
  await outbox;

  expect(others).toBe(0);
});

it('comes back when the connection is lost, and pokes everybody: what was notified meanwhile is unknown', async () => {
  const both = Promise.all([once(poked, 'duties'), once(poked, 'outbox')]);

  await cut();

  await both;
  const { rows } = await database.pool.query(`select count(*)::int as n from pg_stat_activity where ${listeners}`);
  expect(rows).toEqual([{ n: 1 }]);
});

it('hears again after it came back', async () => {
  const back = once(poked, 'outbox');
  await cut();
  await back;
  const duties = once(poked, 'duties');

  await database.pool.query('notify duties');

  await expect(duties).resolves.toEqual([]);
});

/** A server that stands still as soon as somebody says these words to it. */
async function frozenAt(words: string): Promise<{ url: string; thaw(): void; stop(): Promise<void> }> {
  const { hostname, port } = new URL(database.url);
  const open = new Set<Socket>();
  let isFrozen = true;
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) open.add(socket.on('error', () => {}));
    let isStill = false;
    near.on('data', (data) => {
      isStill ||= isFrozen && data.includes(words);
      if (!isStill) far.write(data);
    });
    far.on('data', (data) => void (isStill || near.write(data)));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = new URL(database.url);
  const address = server.address();
  url.port = String(typeof address === 'object' ? address?.port : '');
  return {
    url: url.href,
    thaw: () => {
      isFrozen = false;
    },
    async stop() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

it('does not wait for ever for a server that stands still in the middle', async () => {
  const server = await frozenAt('listen "duties"');
  const log = makeLog('silent');
  const interrupted = new Promise<void>((resolve) => {
    log.warn = () => resolve();
  });
  const mine = listen(server.url, { duties: () => void poked.emit('mine') }, log);

  await interrupted;
  server.thaw();
  await once(poked, 'mine');

  expect(mine.hears()).toBe(true);
  await mine.stop();
  await server.stop();
});

it('is stopped although the server does not say farewell', async () => {
  const farewell = 'X\0\0\0\u0004';
  const server = await frozenAt(farewell);
  const ready = once(poked, 'mine');
  const mine = listen(server.url, { duties: () => void poked.emit('mine') }, makeLog('silent'));
  await ready;

  await mine.stop();

  expect(mine.hears()).toBe(true);
  await server.stop();
});

it('is gone once it was stopped', async () => {
  await listening.stop();

  // the server takes a moment to see that a connection is closed
  let left = 1;
  while (left > 0) left = (await database.pool.query(`select from pg_stat_activity where ${listeners}`)).rowCount ?? 0;
  expect(left).toBe(0);
});
