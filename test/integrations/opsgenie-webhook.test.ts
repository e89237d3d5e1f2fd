import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Pager, PageStatus } from '../../src/engine/ports.ts';
import { takeOpsgenieWebhook } from '../../src/integrations/pager/opsgenie-webhook.ts';
import { sign } from '../../src/integrations/signature.ts';

const secret = 'a-secret-of-the-webhook';
const body = (over: object = {}) =>
  JSON.stringify({
    action: 'Acknowledge',
    alert: {
      alias: 'abc:1.0',
      username: 'dana@example.com',
      updatedAt: 1_772_420_400_000_000_000,
      createdAt: 1_772_420_400_000,
    },
    source: {},
    ...over,
  });

let taken: { page: string; key: string }[] = [];
let status: () => Promise<PageStatus>;
beforeEach(() => {
  taken = [];
  status = async () => ({ state: 'acknowledged', by: { pager: 'dana@example.com', name: 'Dana' } });
});

const refuse = async (): Promise<never> => {
  throw new Error('not asked for here');
};
const pager = (): Pager => ({
  name: 'a pager',
  capabilities: { status: true, webhook: true, onCall: false, note: false },
  page: refuse,
  requestStatus: refuse,
  note: refuse,
  acknowledge: refuse,
  resolve: refuse,
  onCall: refuse,
  status: () => status(),
});

const call = (headers: Record<string, string>, text = body(), own: string | undefined = secret) =>
  takeOpsgenieWebhook({ secret: own, pager: pager(), take: async (one) => void taken.push(one) }, headers, text);

const genuine = { 'x-responder-secret': secret };

it('takes an acknowledgement that the alert itself confirms', async () => {
  expect(await call(genuine)).toMatchObject({ status: 202 });
  expect(taken).toMatchObject([{ page: 'abc:1.0', by: { pager: 'dana@example.com' } }]);
});

it('gives the same delivery the same key, and another one another', async () => {
  await call(genuine);
  await call(genuine);
  await call(genuine, body({ alert: { alias: 'abc:1.0', username: 'dana@example.com', updatedAt: 2 } }));

  expect(taken[0]?.key).toBe(taken[1]?.key);
  expect(taken[2]?.key).not.toBe(taken[0]?.key);
});

it.each<[string, Record<string, string>]>([
  ['no secret', {}],
  ['a wrong secret', { 'x-responder-secret': 'guessed' }],
  [
    'a forged signature',
    { 'x-responder-signature': 'v0=00', 'x-responder-timestamp': String(Math.floor(Date.now() / 1_000)) },
  ],
])('refuses %s with 401 and takes nothing', async (_name, headers) => {
  expect(await call(headers)).toMatchObject({ status: 401 });
  expect(taken).toEqual([]);
});

it('refuses everybody when no secret is configured', async () => {
  const answer = await takeOpsgenieWebhook(
    { secret: undefined, pager: pager(), take: async (one) => void taken.push(one) },
    { 'x-responder-secret': '' },
    body(),
  );

  expect(answer.status).toBe(401);
});

describe('a relay that signs', () => {
  const signed = (shift: number) => {
    const timestamp = Math.floor(Date.now() / 1_000) + shift;
    return {
      'x-responder-signature': sign(secret, { timestamp, body: body() }),
      'x-responder-timestamp': String(timestamp),
    };
  };

  it.each([
    ['now', 0, 202],
    ['four minutes old', -240, 202],
    ['six minutes old', -360, 401],
    ['six minutes ahead', 360, 401],
  ])('%s', async (_name, shift, expected) => {
    expect((await call(signed(shift))).status).toBe(expected);
  });
});

it('asks to be sent again when the alert cannot be read back', async () => {
  status = () => Promise.reject(new Error('down'));

  expect((await call(genuine)).status).toBe(503);
  expect(taken).toEqual([]);
});

it('takes nothing when the alert is not acknowledged after all', async () => {
  status = async () => ({ state: 'delivered' });

  expect((await call(genuine)).status).toBe(202);
  expect(taken).toEqual([]);
});

it.each([
  ['another action', body({ action: 'AddNote' }), 202],
  ['no alert of ours', body({ alert: {} }), 202],
  ['no JSON', 'hello', 400],
  ['JSON of another shape', '[]', 400],
])('lets %s pass without doing anything', async (_name, text, expected) => {
  expect((await call(genuine, text)).status).toBe(expected);
  expect(taken).toEqual([]);
});
