/** A connection is slow, silent or gone, but what it brings, it brings in order: no network hands out a later byte first. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type Line, startLine } from '../../src/sandbox/line.ts';

let server: Server;
let line: Line;
let near: Socket;
let heard: string;
let isOver: boolean;

beforeEach(async () => {
  [heard, isOver] = ['', false];
  server = createServer((far) => {
    far.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    far.on('end', () => (isOver = true));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  line = await startLine(`postgres://anna@127.0.0.1:${address.port}/town`);
  near = connect({ host: '127.0.0.1', port: Number(new URL(line.url).port) });
  await once(near, 'connect');
});

afterEach(async () => {
  near.destroy();
  await line.stop();
  await once(server.close(), 'close');
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(5);
}

async function write(words: string): Promise<void> {
  near.write(words);
  await pause(20);
}

it('hands on in order what came while it was slow and what came after', async () => {
  line.set({ kind: 'slow', ms: 150 });
  await write('begin ');
  await write('update ');

  line.set({ kind: 'pass' });
  await write('commit ');
  near.end();

  await until(() => isOver);
  expect(heard).toBe('begin update commit ');
});

it('keeps what is under way until its time when it becomes less slow', async () => {
  line.set({ kind: 'slow', ms: 200 });
  const began = performance.now();
  await write('begin ');
  line.set({ kind: 'slow', ms: 1 });
  await write('commit ');

  await until(() => heard.includes('commit'));
  expect(heard).toBe('begin commit ');
  expect(performance.now() - began).toBeGreaterThan(190);
});

it('holds back everything while it is silent, and loses none of it', async () => {
  await write('begin ');
  line.set({ kind: 'silent' });
  await write('commit ');
  expect(heard).toBe('begin ');

  line.set({ kind: 'pass' });
  await until(() => heard === 'begin commit ');
});
