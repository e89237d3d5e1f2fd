/** A server that lets us in and then sends what no parser takes: a question fails, and the process goes on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';

let server: Server;
afterEach(() => once(server.close(), 'close'));

const message = (code: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.write(code);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const welcome = Buffer.concat([message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]);

/** Says `garbled` to the first question. */
async function garbling(garbled: Buffer): Promise<string> {
  const answers = (socket: Socket): void => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(welcome);
      socket.on('data', () => socket.write(garbled));
    });
  };
  server = createServer(answers).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `postgres://u:p@127.0.0.1:${typeof address === 'object' ? address?.port : ''}/x`;
}

/** In a process of its own: what nobody catches ends that one. */
async function ask(code: string): Promise<{ exit: number | null; said: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => {
      said += part.toString();
    });
  await once(child, 'close');
  return { exit: child.exitCode, said: said.trim() };
}

const cases = [
  ['too short a description', message('T', Buffer.from([0, 1]))],
  ['a row without its columns', message('D', Buffer.from([0, 5]))],
  ['a notification of nothing', message('A', Buffer.from([0, 0]))],
] as const;

it.each(cases)(
  'the database is told as not seen for %s',
  async (_name, garbled) => {
    const url = await garbling(garbled);
    const { exit, said } = await ask(`
      import { makeTargetDatabase } from './src/clients/postgres.ts';
      const database = makeTargetDatabase('${url}', () => {});
      console.log(await database.query('select 1').then(() => 'seen', (error) => error.message));
      await database.end();`);

    expect([exit, said]).toEqual([0, 'it does not speak as Postgres does']);
  },
  30_000,
);

it.each(cases)(
  'PgBouncer is told as not seen for %s',
  async (_name, garbled) => {
    const url = await garbling(garbled);
    const { exit, said } = await ask(`
      import { makePoolerConsole } from './src/clients/pgbouncer.ts';
      const console_ = makePoolerConsole('${url}');
      console.log(await console_.show('version').then(() => 'seen', (error) => error.message));
      await console_.end();`);

    expect(exit).toBe(0);
    expect(said).toContain('it does not speak as Postgres does');
  },
  30_000,
);
