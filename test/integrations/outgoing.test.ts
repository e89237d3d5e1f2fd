/** What goes out past Slack and the pager: the signed webhook of the fallback, and the heartbeat. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { makeHeartbeat } from '../../src/integrations/heartbeat.ts';
import { isSigned } from '../../src/integrations/signature.ts';
import { makeWebhook } from '../../src/integrations/webhook.ts';
import { begin } from '../incident/story.ts';

interface Heard {
  request: string;
  body: string;
  signature: string;
  timestamp: string;
}

const secret = 'a secret of sixteen';
let heard: Heard[];
let status: number;
let url: string;
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (part: Buffer) => {
    body += part.toString();
  });
  request.on('end', () => {
    const header = (name: string): string => String(request.headers[name]);
    heard.push({
      request: `${request.method} ${request.url}`,
      body,
      signature: header('x-responder-signature'),
      timestamp: header('x-responder-timestamp'),
    });
    response.writeHead(status).end();
  });
});

beforeEach(async () => {
  heard = [];
  status = 200;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/hook`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

it('the webhook hears of an alarm, signed', async () => {
  await makeWebhook({ url, secret }).alarm(['#12: a page waits.']);

  const [one] = heard;
  expect(one?.body).toBe('{"alarm":["#12: a page waits."]}');
  expect(one && isSigned(secret, one, Date.now())).toBe(true);
});

it('the webhook hears what happened to an incident, signed, and no more of it than it needs', async () => {
  const { incident } = begin('p1');

  await makeWebhook({ url, secret }).send({ incident, entry: { kind: 'mitigated' } });

  const [one] = heard;
  expect(JSON.parse(one?.body ?? '')).toEqual({
    incident: { id: 'inc', number: 12, severity: 'p1', title: 'checkout returns 502' },
    entry: { kind: 'mitigated' },
  });
  expect(one && isSigned(secret, one, Date.now())).toBe(true);
});

it('the heartbeat is one call, and says so when it is not taken', async () => {
  await makeHeartbeat(url)();
  status = 500;

  await expect(makeHeartbeat(url)()).rejects.toThrow('The watcher of the heartbeat answered 500.');
  expect(heard.map(({ request }) => request)).toEqual(['GET /hook', 'GET /hook']);
});
