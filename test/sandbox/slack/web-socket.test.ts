/** The server's half of a WebSocket, with Node's own client as the other half. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { acceptSocket } from '../../../src/sandbox/slack/web-socket.ts';

let server: Server;
let client: WebSocket;
beforeAll(async () => {
  server = createServer();
  server.on('upgrade', (request, socket) => {
    const echo = acceptSocket(request, socket, { text: (text) => echo.send(text), closed: () => undefined });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  client = new WebSocket(`ws://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`);
  await once(client, 'open');
});
afterAll(async () => {
  const closed = once(client, 'close');
  client.close();
  await closed;
  server.close();
});

it.each([1, 125, 126, 127, 65_535, 65_536, 200_000])('carries %i bytes there and back', async (length) => {
  const text = 'é'.repeat(length / 2).padEnd(length - Math.floor(length / 2), 'x');
  const answer = once(client, 'message');

  client.send(text);

  const [message] = await answer;
  expect(Buffer.byteLength(text)).toBe(length);
  expect(message).toHaveProperty('data', text);
});

it('carries many at once in their order', async () => {
  const texts = Array.from({ length: 200 }, (_, n) => `${n} ${'x'.repeat(n * 50)}`);
  const heard: string[] = [];
  const all = new Promise<void>((resolve) => {
    client.addEventListener('message', ({ data }) => {
      heard.push(String(data));
      if (heard.length === texts.length) resolve();
    });
  });

  for (const text of texts) client.send(text);
  await all;

  expect(heard).toEqual(texts);
});
