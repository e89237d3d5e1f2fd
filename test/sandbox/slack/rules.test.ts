/** The local Slack keeps Slack's rules, seen through Slack's own client. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebClient } from '@slack/web-api';
import { parse } from 'yaml';
import { type LocalSlack, startSlack } from '../../../src/sandbox/slack/start.ts';

const settings = {
  signingSecret: 'secret',
  botToken: 'xoxb-local',
  teamId: 'T0LOCAL',
  manifest: parse(readFileSync('slack-app-manifest.yml', 'utf8')),
  seed: {
    users: [
      { id: 'U0ANA', name: 'ana', realName: 'Ana', email: 'ana@example.com' },
      { id: 'U0GUEST', name: 'guest', realName: 'Guest', guest: true },
    ],
    channels: [
      { id: 'C0IN', name: 'in', members: ['U0ANA', 'BOT'] },
      { id: 'C0OUT', name: 'out', members: ['U0ANA'] },
    ],
  },
  botUrl: 'http://127.0.0.1:1',
};

let slack: LocalSlack;
let web: WebClient;
const client = (token = settings.botToken) =>
  new WebClient(token, { slackApiUrl: slack.url, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true });
beforeEach(async () => {
  slack = await startSlack(settings);
  web = client();
});
afterEach(() => slack.stop());

/** The error code that Slack's client throws, or "ok". */
const outcome = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'ok',
    (error: unknown) =>
      error instanceof Error &&
      'data' in error &&
      typeof error.data === 'object' &&
      error.data !== null &&
      'error' in error.data
        ? String(error.data.error)
        : String(error),
  );

const section = (length: number) => [{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(length) } }];
const buttons = (n: number) => [
  {
    type: 'actions',
    elements: Array.from({ length: n }, (_, i) => ({
      type: 'button',
      action_id: `a${i}`,
      text: { type: 'plain_text', text: 'b' },
    })),
  },
];

describe('posting', () => {
  it.each<[string, object, string]>([
    ['a section of 3,000 characters', { blocks: section(3_000) }, 'ok'],
    ['a section of 3,001', { blocks: section(3_001) }, 'invalid_blocks'],
    ['50 blocks', { blocks: Array.from({ length: 50 }, () => ({ type: 'divider' })) }, 'ok'],
    ['51 blocks', { blocks: Array.from({ length: 51 }, () => ({ type: 'divider' })) }, 'invalid_blocks'],
    ['25 buttons', { blocks: buttons(25) }, 'ok'],
    ['26 buttons', { blocks: buttons(26) }, 'invalid_blocks'],
    ['a block that does not exist', { blocks: [{ type: 'sparkles' }] }, 'invalid_blocks'],
    [
      'a form field in a message',
      {
        blocks: [
          {
            type: 'input',
            label: { type: 'plain_text', text: 'l' },
            element: { type: 'plain_text_input', action_id: 'x' },
          },
        ],
      },
      'invalid_blocks',
    ],
    [
      'more words than all blocks together may have',
      { blocks: Array.from({ length: 5 }, () => section(2_900)[0]) },
      'msg_blocks_too_long',
    ],
    ['nothing', { text: '' }, 'no_text'],
    ['a thread that does not exist', { thread_ts: '1.1' }, 'thread_not_found'],
    ['a channel without the bot', { channel: 'C0OUT' }, 'not_in_channel'],
    ['a channel that does not exist', { channel: 'C0NONE' }, 'channel_not_found'],
    ['a person', { channel: 'U0ANA' }, 'ok'],
  ])('%s', async (_name, over, expected) => {
    expect(await outcome(web.chat.postMessage({ channel: 'C0IN', text: 'words', ...over }))).toBe(expected);
  });

  it('takes one message a second and channel after a short burst', async () => {
    const outcomes: string[] = [];
    for (let n = 0; n < 5; n += 1) outcomes.push(await outcome(web.chat.postMessage({ channel: 'C0IN', text: 'x' })));

    expect(outcomes.slice(0, 4)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(outcomes[4]).toContain('rate-limit');
    expect(await outcome(web.chat.postMessage({ channel: 'U0ANA', text: 'x' }))).toBe('ok');
    expect(slack.violations).toEqual(['chat.postMessage: ratelimited']);
  });

  it('refuses an edit of more than 4,000 characters', async () => {
    const { ts = '' } = await web.chat.postMessage({ channel: 'C0IN', text: 'x' });

    expect(await outcome(web.chat.update({ channel: 'C0IN', ts, text: 'y'.repeat(4_000) }))).toBe('ok');
    expect(await outcome(web.chat.update({ channel: 'C0IN', ts, text: 'y'.repeat(4_001) }))).toBe('msg_too_long');
    expect(await outcome(web.chat.update({ channel: 'C0IN', ts: '9.9', text: 'y' }))).toBe('message_not_found');
  });
});

describe('who is notified', () => {
  const pinged = async (text: string, blocks?: object[]) => {
    await web.apiCall('chat.postMessage', { channel: 'C0IN', text, ...(blocks ? { blocks } : {}) });
    return slack.transcript.at(-1)?.pings;
  };

  it.each<[string, string, string[]]>([
    ['a mention', 'see <@U0ANA>', ['U0ANA']],
    ['a broadcast', '<!channel> look', ['channel']],
    ['a group', '<!subteam^S0ALL> look', ['S0ALL']],
    ['escaped words', '&lt;!channel&gt; look', []],
    ['a channel name', 'in <#C0IN>', []],
    ['a bare name', '@channel', []],
  ])('%s', async (_name, text, expected) => {
    expect(await pinged(text)).toEqual(expected);
  });

  it('nobody by plain or preformatted text', async () => {
    const quoted = {
      type: 'rich_text',
      elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: '<!channel>' }] }],
    };

    expect(await pinged('words', [quoted, { type: 'header', text: { type: 'plain_text', text: '<!here>' } }])).toEqual(
      [],
    );
  });

  it('somebody by a rich text element', async () => {
    const user = {
      type: 'rich_text',
      elements: [{ type: 'rich_text_section', elements: [{ type: 'user', user_id: 'U0ANA' }] }],
    };

    expect(await pinged('words', [user])).toEqual(['U0ANA']);
  });
});

describe('channels', () => {
  it.each([
    ['inc-12-checkout', 'ok'],
    ['in', 'name_taken'],
    ['Capital', 'invalid_name_specials'],
    ['with space', 'invalid_name_specials'],
    ['x'.repeat(80), 'ok'],
    ['x'.repeat(81), 'invalid_name_maxlength'],
    ['---', 'invalid_name_punctuation'],
  ])('named %s: %s', async (name, expected) => {
    expect(await outcome(web.conversations.create({ name }))).toBe(expected);
  });

  it('take a topic of 250 characters and not of 251', async () => {
    expect(await outcome(web.conversations.setTopic({ channel: 'C0IN', topic: 'x'.repeat(250) }))).toBe('ok');
    expect(await outcome(web.conversations.setTopic({ channel: 'C0IN', topic: 'x'.repeat(251) }))).toBe('too_long');
  });

  it('invite who may come, and with force the others do not stop them', async () => {
    const { channel } = await web.conversations.create({ name: 'new' });
    const id = channel?.id ?? '';

    expect(await outcome(web.conversations.invite({ channel: id, users: 'U0GUEST' }))).toBe('user_is_restricted');
    expect(await outcome(web.conversations.invite({ channel: id, users: 'U0ANA,U0GUEST' }))).toBe('user_is_restricted');
    expect(await outcome(web.conversations.invite({ channel: id, users: 'U0ANA,U0GUEST', force: true }))).toBe('ok');
    expect(await outcome(web.conversations.invite({ channel: id, users: 'U0ANA' }))).toBe('already_in_channel');
  });
});

describe('rights', () => {
  it('refuses a token that is not ours', async () => {
    expect(await outcome(client('xoxb-other').auth.test())).toBe('invalid_auth');
  });

  it('names the scope that is missing', async () => {
    await slack.stop();
    slack = await startSlack({ ...settings, withheld: ['users:read.email'] });
    web = client();

    expect(await outcome(web.users.lookupByEmail({ email: 'ana@example.com' }))).toBe('missing_scope');
    expect(await outcome(web.users.info({ user: 'U0ANA' }))).toBe('ok');
  });

  it('does not know methods that it does not play', async () => {
    expect(await outcome(web.apiCall('conversations.explode'))).toBe('unknown_method');
  });
});

it('opens no form without a trigger of its own', async () => {
  const view = { type: 'modal' as const, title: { type: 'plain_text' as const, text: 't' }, blocks: [] };

  expect(await outcome(web.views.open({ trigger_id: 'bogus', view }))).toBe('invalid_trigger_id');
});

it('loses a reply after it took effect, on demand', async () => {
  slack.faults.add({ method: 'chat.postMessage', effect: { kind: 'reply-lost' }, times: 1 });

  expect(await outcome(web.chat.postMessage({ channel: 'C0IN', text: 'once' }))).not.toBe('ok');
  expect(slack.messages('C0IN')).toHaveLength(1);
});

it('minds a call that comes again before the time that a 429 named, and no call to another channel', async () => {
  slack.faults.add({ method: 'chat.postMessage', effect: { kind: 'rate-limited', retryAfter: 30 }, times: 1 });

  const post = (channel: string) => web.chat.postMessage({ channel, text: 'hello' }).catch(() => undefined);
  await post('C0IN');
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  await post('C0OUT');
  await post('C0IN');

  expect(slack.violations.filter((one) => one.includes('Retry-After'))).toEqual([
    expect.stringMatching(/^chat\.postMessage C0IN: \d+ ms before Retry-After was over$/),
  ]);
});
