/** Who may call what, how often; and the faults that a test asks for. */
import { describe, expect, it } from '@jest/globals';
import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import { makeRates } from '../../../src/sandbox/slack/rates.ts';
import { clientOf, codeOf, openTown } from './town.ts';

describe('a token', () => {
  it('is needed, known, and of the right kind', async () => {
    const { slack, client } = await openTown();
    const test = (token: string) => codeOf(clientOf(slack.url, token).auth.test());
    const open = (token: string) => codeOf(clientOf(slack.url, token).apps.connections.open());
    const bare = await (await fetch(`${slack.url}auth.test`, { method: 'POST' })).json();

    expect([await test('xoxb-test'), await test('xapp-test'), await test('xoxb-other')]).toEqual([
      'ok',
      'not_allowed_token_type',
      'invalid_auth',
    ]);
    expect([await open('xapp-test'), await open('xoxb-test')]).toEqual(['ok', 'not_allowed_token_type']);
    expect(bare).toEqual({ ok: false, error: 'not_authed' });
    expect(await client.auth.test()).toMatchObject({ team_id: 'T1', user_id: 'U0RESPONDER', bot_id: 'B0RESPONDER' });
    await slack.stop();
  });
});

describe('a method', () => {
  it('that Slack does not have is answered in good order', async () => {
    const { slack, client } = await openTown();
    const response = await fetch(`${slack.url}chat.shout`, { method: 'POST' });

    expect(response.status).toBe(200);
    expect(await codeOf(client.apiCall('chat.shout'))).toBe('unknown_method');
    await slack.stop();
  });

  it('needs the scope that the manifest asks for', async () => {
    const { slack, client } = await openTown({ withheld: ['pins:write'] });

    const error: unknown = await client.pins.add({ channel: 'C1', timestamp: '1.1' }).catch((e: unknown) => e);

    expect(error instanceof WebAPIPlatformError && error.data).toMatchObject({
      error: 'missing_scope',
      needed: 'pins:write',
    });
    expect(error instanceof WebAPIPlatformError && error.data).toHaveProperty(
      'provided',
      expect.stringContaining('chat:write'),
    );
    await slack.stop();
  });

  it.each([
    ['blocks', 'invalid_blocks_format'],
    ['metadata', 'invalid_metadata_format'],
  ])('says when %s are no JSON', async (name, outcome) => {
    const { slack, client } = await openTown();

    expect(await codeOf(client.apiCall('chat.postMessage', { channel: 'C1', text: 'x', [name]: '{' }))).toBe(outcome);
    await slack.stop();
  });

  it('takes a body of JSON too', async () => {
    const { slack } = await openTown();
    const post = async (body: string): Promise<unknown> => {
      const headers = { 'content-type': 'application/json; charset=utf-8', authorization: 'Bearer xoxb-test' };
      return (await fetch(`${slack.url}chat.postMessage`, { method: 'POST', headers, body })).json();
    };

    expect(await post('{"channel":"C1","text":"x","blocks":[{"type":"divider"}]}')).toMatchObject({ ok: true });
    expect(await post('{')).toEqual({ ok: false, error: 'invalid_json' });
    await slack.stop();
  });
});

describe('the rate', () => {
  const clock = { ms: 0 };
  const pass = (ms: number): void => {
    clock.ms += ms;
  };

  it.each([
    [2, 20],
    [3, 50],
    [4, 100],
  ] as const)('of tier %i is %i calls a minute', (tier, most) => {
    const rates = makeRates(() => clock.ms);
    const call = () => rates.take({ method: 'm', channel: '', tier });
    const burst = Array.from({ length: most }, call);

    expect(burst.every((wait) => wait === undefined)).toBe(true);
    expect(call()).toBe(Math.ceil(60 / most));
    pass(Math.ceil(60_000 / most));
    expect(call()).toBeUndefined();
    expect(call()).toBeDefined();
  });

  it('of posts is one a second for each channel, four at once', () => {
    const rates = makeRates(() => clock.ms);
    const post = (channel: string) => rates.take({ method: 'chat.postMessage', channel, tier: 'posts' });

    expect([1, 2, 3, 4, 5].map(() => post('C1'))).toEqual([undefined, undefined, undefined, undefined, 1]);
    expect(post('C2')).toBeUndefined();
    pass(1_000);
    expect([post('C1'), post('C1')]).toEqual([undefined, 1]);
  });

  it('is kept with 429 and counted against the bot', async () => {
    const { slack, client } = await openTown({ rateLimits: true });
    for (const text of ['1', '2', '3', '4']) await client.chat.postMessage({ channel: 'C1', text });

    const error: unknown = await client.chat.postMessage({ channel: 'C1', text: '5' }).catch((e: unknown) => e);

    expect(error).toBeInstanceOf(WebAPIRateLimitedError);
    expect(error instanceof WebAPIRateLimitedError && error.retryAfter).toBe(1);
    expect(slack.violations).toEqual(['chat.postMessage: ratelimited']);
    expect(slack.messages('C1')).toHaveLength(4);
    await slack.stop();
  });
});

describe('a violation', () => {
  it('is every refusal that a good bot would not meet', async () => {
    const { slack, client } = await openTown();
    await codeOf(client.conversations.create({ name: 'general' }));
    expect(slack.violations).toEqual([]);

    await codeOf(client.conversations.create({ name: 'General' }));

    expect(slack.violations).toEqual(['conversations.create: invalid_name_specials {}']);
    await slack.stop();
  });
});

describe('a fault on demand', () => {
  it('strikes the method it names, as often as it says, where it matches', async () => {
    const { slack, client } = await openTown();
    const error = { kind: 'error', error: 'internal_error' } as const;
    slack.faults.add({ method: 'chat.postMessage', times: 1, match: ({ channel }) => channel === 'C1', effect: error });
    const post = (channel: string) => codeOf(client.chat.postMessage({ channel, text: 'x' }));

    expect([await post('U1'), await codeOf(client.auth.test()), await post('C1'), await post('C1')]).toEqual([
      'ok',
      'ok',
      'internal_error',
      'ok',
    ]);
    await slack.stop();
  });

  it('can lose the reply of what took effect', async () => {
    const { slack, client } = await openTown();
    slack.faults.add({ method: 'chat.postMessage', times: 1, effect: { kind: 'reply-lost' } });

    await expect(client.chat.postMessage({ channel: 'C1', text: 'once' })).rejects.toBeInstanceOf(WebAPIRequestError);

    expect(slack.messages('C1').map(({ text }) => text)).toEqual(['once']);
    await slack.stop();
  });

  it.each([
    ['429', { kind: 'rate-limited', retryAfter: 7 }, WebAPIRateLimitedError],
    ['503', { kind: 'status', status: 503 }, WebAPIHTTPError],
  ] as const)('can be a %s, which does nothing', async (_what, effect, error) => {
    const { slack, client } = await openTown();
    slack.faults.add({ times: 1, effect });

    await expect(client.chat.postMessage({ channel: 'C1', text: 'x' })).rejects.toBeInstanceOf(error);

    expect(slack.messages('C1')).toEqual([]);
    expect(slack.violations).toEqual([]);
    await slack.stop();
  });

  it('can hang, or take its time', async () => {
    const { slack, client } = await openTown();
    slack.faults.add({ times: 1, effect: { kind: 'hang' } });
    const hung = fetch(`${slack.url}auth.test`, { method: 'POST', signal: AbortSignal.timeout(50) });
    await expect(hung).rejects.toHaveProperty('name', 'TimeoutError');

    slack.faults.add({ times: 1, effect: { kind: 'slow', ms: 40 } });
    const began = performance.now();
    await client.auth.test();

    expect(performance.now() - began).toBeGreaterThan(35);
    await slack.stop();
  });
});
