/** A server that answered and then stands still, as after SIGSTOP: its connection stays open, and nobody closes it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';

const hello = Buffer.from('R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I', 'latin1');
const done = Buffer.from('C\0\0\0\x0dSELECT 0\0Z\0\0\0\x05I', 'latin1');

let server: Server;
let sockets: Socket[];
let answers: number;

beforeEach(async () => {
  sockets = [];
  server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
    socket.on('data', ([first]) => {
      if (first === 0) return void socket.write(hello);
      // not even the goodbye is read
      socket.pause();
      if (first === 'Q'.charCodeAt(0) && answers > 0) socket.write(done);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await once(server.close(), 'close');
});

function url(): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `postgres://u:p@127.0.0.1:${address.port}/app`;
}

/** A process of its own ends by itself only when nothing keeps it. */
async function runs(program: string): Promise<{ exit: unknown; said: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
  let said = '';
  child.stdout.on('data', (part: Buffer) => {
    said += part.toString();
  });
  const [exit]: unknown[] = await once(child, 'close', { signal: AbortSignal.timeout(15_000) }).finally(() =>
    child.kill(),
  );
  return { exit, said: said.trim() };
}

const ofDatabase = (): string => `
  const { makeTargetDatabase } = await import('./src/clients/postgres.ts');
  const one = makeTargetDatabase('${url()}', () => {});
  const ask = () => one.query('select 1');`;
const ofPooler = (): string => `
  const { makePoolerConsole } = await import('./src/clients/pgbouncer.ts');
  const one = makePoolerConsole('${url()}');
  const ask = () => one.show('version');`;

const cases = [
  ['the database', 'after an answer', ofDatabase, 1],
  ['the console of PgBouncer', 'after an answer', ofPooler, 1],
  ['the console of PgBouncer', 'before any', ofPooler, 0],
] as const;

it.each(cases)(
  '%s that stands still %s keeps no process after the end',
  async (_what, _when, made, before) => {
    answers = before;

    const { exit, said } = await runs(`${made()}
      console.log(await ask().then(() => 'seen', (error) => error.code));
      await one.end();`);

    expect([exit, said]).toEqual([0, before > 0 ? 'seen' : 'late']);
  },
  30_000,
);
