/** The Opsgenie driver against the local pager: what it says, and what each failure becomes. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { PageRequest, Pager } from '../../src/engine/ports.ts';
import { SendFailed } from '../../src/errors.ts';
import { makeOpsgenie } from '../../src/integrations/pager/opsgenie.ts';
import { type LocalPager, startPager } from '../../src/sandbox/pager/start.ts';
import { hasVendor, readVendor } from './vendor.ts';

const keys = { alertKey: 'alert-key', readKey: 'read-key' };
const rota = {
  schedules: { cloudflow: [{ email: 'dana@example.com', name: 'Dana' }] },
  teams: ['cloudflow'],
  escalations: ['second'],
  users: ['lead@example.com'],
};

let local: LocalPager;
let pager: Pager;
beforeEach(async () => {
  local = await startPager({ ...keys, ...rota });
  pager = makeOpsgenie({ apiUrl: local.url, ...keys });
});
afterEach(() => local.stop());

const page: PageRequest = {
  key: 'abc:1.0',
  severity: 'p1',
  message: 'P1 #12 checkout returns 502',
  description: 'Acknowledge this alert, or in Slack: /incident ack #12.',
  targets: [
    { type: 'team', name: 'cloudflow' },
    { type: 'escalation', name: 'second' },
    { type: 'user', name: 'lead@example.com' },
    { type: 'schedule', name: 'cloudflow' },
  ],
};

const paged = () => local.until('the page', (transcript) => transcript.find(({ kind }) => kind === 'page'));

async function failure(work: Promise<unknown>): Promise<SendFailed> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof SendFailed) return error;
  throw new Error(`it did not fail as it should: ${String(error)}`);
}

it('pages under our key, with severity, words and every target', async () => {
  await pager.page(page);

  expect(await paged()).toMatchObject({
    alias: 'abc:1.0',
    text: 'P1 #12 checkout returns 502',
    responders: ['team cloudflow', 'escalation second', 'user lead@example.com', 'schedule cloudflow'],
  });
  expect(local.alerts()[0]?.priority).toBe('P1');
});

it('wakes nobody twice when the same page is sent again', async () => {
  await pager.page(page);
  await paged();

  await pager.page(page);
  await local.until('the repeat', (transcript) => transcript.find(({ kind }) => kind === 'repeat'));

  expect(local.alerts().map(({ count }) => count)).toEqual([2]);
});

it('says pending first, and delivered once the pager has worked it off', async () => {
  const slow = await startPager({ ...keys, ...rota, delayMs: 2_000 });
  const asked = makeOpsgenie({ apiUrl: slow.url, ...keys });
  const { request = '' } = await asked.page(page);

  expect(await asked.requestStatus(request)).toEqual({ state: 'pending' });
  await slow.until('the page', (transcript) => transcript.find(({ kind }) => kind === 'page'));
  expect(await asked.requestStatus(request)).toEqual({ state: 'delivered' });
  await slow.stop();
});

it('says refused, and why, when a target does not exist', async () => {
  const { request = '' } = await pager.page({ ...page, targets: [{ type: 'team', name: 'nobody' }] });
  await local.until('the refusal', (transcript) => transcript.find(({ kind }) => kind === 'refused'));

  expect(await pager.requestStatus(request)).toEqual({
    state: 'refused',
    why: 'Opsgenie refused the alert: team nobody does not exist',
  });
});

it('names who acknowledged at the pager', async () => {
  await pager.page(page);
  await paged();
  await local.person('dana@example.com').acknowledge('abc:1.0');

  expect(await pager.status('abc:1.0')).toEqual({
    state: 'acknowledged',
    by: { pager: 'dana@example.com', name: 'dana@example.com' },
  });
});

it('acknowledges, notes and closes by our key', async () => {
  await pager.page(page);
  await paged();

  await pager.note('abc:1.0', 'The channel is #inc-12.');
  await pager.acknowledge('abc:1.0', 'Slack U0ANA');
  await pager.resolve('abc:1.0', 'Responder');
  await local.until('the close', (transcript) => transcript.find(({ kind }) => kind === 'close'));

  expect(local.transcript.map(({ kind, by }) => `${kind} ${by}`.trim())).toEqual([
    'page',
    'note Responder',
    'acknowledge Slack U0ANA',
    'close Responder',
  ]);
  expect(await pager.status('abc:1.0')).toEqual({ state: 'closed' });
});

it('knows who is on call, and goes by what it knew when the pager is away', async () => {
  expect(await pager.onCall('cloudflow')).toEqual([
    { pager: 'dana@example.com', name: 'dana@example.com', email: 'dana@example.com' },
  ]);
  local.faults.add({ method: 'GET schedules on-calls', effect: { kind: 'status', status: 503 } });

  expect(await pager.onCall('cloudflow')).toHaveLength(1);
});

it('shortens words to what the pager takes, by whole characters', async () => {
  await pager.page({ ...page, message: '🔥'.repeat(200), description: 'x'.repeat(20_000) });

  expect(Array.from((await paged()).text)).toHaveLength(130);
  expect(local.alerts()[0]?.description).toHaveLength(15_000);
});

describe('what a failure means', () => {
  it.each<[string, Parameters<LocalPager['faults']['add']>[0]['effect'], string, 'later' | 'never']>([
    ['too many requests', { kind: 'rate-limited', retryAfter: 7 }, 'http-429', 'later'],
    ['an error of theirs', { kind: 'status', status: 500 }, 'http-500', 'later'],
    ['a refused key', { kind: 'status', status: 401 }, 'http-401', 'never'],
    ['words they do not take', { kind: 'status', status: 422 }, 'http-422', 'never'],
    ['a reply that was lost', { kind: 'reply-lost' }, 'unreachable', 'later'],
  ])('%s', async (_name, effect, code, retry) => {
    local.faults.add({ method: 'POST alerts', effect, times: 1 });

    const error = await failure(pager.page(page));

    expect(error).toMatchObject({ code, retry });
    expect(error.message).not.toContain(keys.alertKey);
  });

  it('passes on how long they ask us to wait', async () => {
    local.faults.add({ method: 'POST alerts', effect: { kind: 'rate-limited', retryAfter: 7 }, times: 1 });

    expect((await failure(pager.page(page))).afterMs).toBe(7_000);
  });

  it('a key that may only read', async () => {
    const reader = makeOpsgenie({ apiUrl: local.url, alertKey: keys.readKey, readKey: keys.readKey });

    expect(await failure(reader.page(page))).toMatchObject({ code: 'http-403', retry: 'never' });
  });

  it('a schedule that does not exist', async () => {
    expect(await failure(pager.onCall('nobody'))).toMatchObject({ code: 'no-such-schedule', retry: 'never' });
  });

  it('nobody there at all', async () => {
    await local.stop();

    expect(await failure(pager.page(page))).toMatchObject({ code: 'unreachable', retry: 'later' });
    local = await startPager({ ...keys, ...rota });
  });

  it('a pager that takes the call and never answers is given up after five seconds', async () => {
    local.faults.add({ method: 'POST alerts', effect: { kind: 'hang' }, times: 1 });

    expect((await failure(pager.page(page))).message).toContain('no reply within 5 s');
  });

  it('a redirect is not followed with our key', async () => {
    const elsewhere = createServer((_, response) => response.writeHead(302, { location: local.url }).end()).listen(
      0,
      '127.0.0.1',
    );
    await once(elsewhere, 'listening');
    const address = elsewhere.address();
    const port = typeof address === 'object' ? address?.port : 0;

    const error = await failure(makeOpsgenie({ apiUrl: `http://127.0.0.1:${port}`, ...keys }).page(page));

    expect(error.code).toBe('unreachable');
    expect(local.transcript).toEqual([]);
    elsewhere.close();
  });
});

const judged = hasVendor ? it : it.skip;

judged(
  `every request, and every reply of the local pager, is as the vendor describes it${hasVendor ? '' : ' (skipped: no vendor description)'}`,
  async () => {
    const vendor = readVendor();
    const faults: string[] = [];
    const judge = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(Buffer.from(chunk));
      const text = Buffer.concat(chunks).toString();
      const [path = ''] = (request.url ?? '').split('?');
      const asked = { method: request.method ?? '', path: decodeURIComponent(path) };
      faults.push(...vendor.faults({ ...asked, body: text === '' ? undefined : JSON.parse(text) }));
      const reply = await fetch(`${local.url}${request.url}`, {
        method: asked.method,
        headers: { authorization: request.headers.authorization ?? '' },
        ...(text === '' ? {} : { body: text }),
      });
      const body: unknown = await reply.json();
      faults.push(...vendor.replyFaults(asked, reply.status, body));
      response.writeHead(reply.status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const between = createServer((request, response) => void judge(request, response)).listen(0, '127.0.0.1');
    await once(between, 'listening');
    const address = between.address();
    const seen = makeOpsgenie({
      apiUrl: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
      ...keys,
    });

    const { request = '' } = await seen.page(page);
    await paged();
    await seen.requestStatus(request);
    await seen.note(page.key, 'a note');
    await seen.acknowledge(page.key, 'Slack U0ANA');
    await seen.status(page.key);
    await seen.resolve(page.key, 'Responder');
    await seen.onCall('cloudflow');
    between.close();

    expect(faults).toEqual([]);
    expect(vendor.faults({ method: 'POST', path: '/v2/alerts', body: { mesage: 'misspelt' } })).not.toEqual([]);
    expect(vendor.faults({ method: 'POST', path: '/v2/alerts', body: { message: 'x'.repeat(131) } })).not.toEqual([]);
  },
);
