/** The same calls against our local Slack and against a Slack emulator that somebody else wrote: where that is strict, they agree. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { WebClient } from '@slack/web-api';
import { createEmulator, type Emulator } from 'emulate';
import { parse } from 'yaml';
import { type LocalSlack, startSlack } from '../../../src/sandbox/slack/start.ts';

let theirs: Emulator;
let ours: LocalSlack;
const clients: Record<string, WebClient> = {};
beforeAll(async () => {
  theirs = await createEmulator({ service: 'slack', port: 0 });
  ours = await startSlack({
    signingSecret: 'secret',
    botToken: 'xoxb-local',
    teamId: 'T0LOCAL',
    manifest: parse(readFileSync('slack-app-manifest.yml', 'utf8')),
    seed: { users: [], channels: [] },
    botUrl: 'http://127.0.0.1:1',
  });
  const make = (slackApiUrl: string) => new WebClient('xoxb-local', { slackApiUrl, retryConfig: { retries: 0 } });
  clients['theirs'] = make(`${theirs.url}/api/`);
  clients['ours'] = make(ours.url);
});
afterAll(async () => {
  await theirs.close();
  await ours.stop();
});

type Step = [string, (web: WebClient, state: Record<string, string>) => Promise<unknown>];

const steps: Step[] = [
  ['who am I', (web) => web.auth.test()],
  [
    'a channel',
    async (web, state) => {
      const { channel } = await web.conversations.create({ name: 'inc-1-checkout' });
      state['channel'] = channel?.id ?? '';
    },
  ],
  ['the same name again', (web) => web.conversations.create({ name: 'inc-1-checkout' })],
  ['a name with other signs', (web) => web.conversations.create({ name: 'inc.1!' })],
  ['a name that is too long', (web) => web.conversations.create({ name: 'x'.repeat(81) })],
  ['a topic', (web, { channel = '' }) => web.conversations.setTopic({ channel, topic: 'P1 · open' })],
  [
    'a topic that is too long',
    (web, { channel = '' }) => web.conversations.setTopic({ channel, topic: 'x'.repeat(251) }),
  ],
  [
    'a message with blocks',
    async (web, state) => {
      const { ts } = await web.chat.postMessage({
        channel: state['channel'] ?? '',
        text: 'card',
        blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'card' } }],
        metadata: { event_type: 'responder', event_payload: { outbox: '7' } },
      });
      state['ts'] = ts ?? '';
    },
  ],
  ['its edit', (web, { channel = '', ts = '' }) => web.chat.update({ channel, ts, text: 'card, edited' })],
  ['an edit of nothing', (web, { channel = '' }) => web.chat.update({ channel, ts: '1.000001', text: 'x' })],
  [
    'a reply in its thread',
    (web, { channel = '', ts = '' }) => web.chat.postMessage({ channel, thread_ts: ts, text: 'below' }),
  ],
  ['a pin', (web, { channel = '', ts = '' }) => web.pins.add({ channel, timestamp: ts })],
  ['a post to nowhere', (web) => web.chat.postMessage({ channel: 'C0NOWHERE', text: 'x' })],
  [
    'history with metadata',
    async (web, { channel = '' }) => {
      const { messages = [] } = await web.conversations.history({ channel, include_all_metadata: true });
      if (!JSON.stringify(messages).includes('"outbox":"7"')) throw new Error('no metadata');
    },
  ],
  [
    'a form without a trigger',
    (web) =>
      web.views.open({
        trigger_id: 'bogus',
        view: { type: 'modal', title: { type: 'plain_text', text: 't' }, blocks: [] },
      }),
  ],
  ['somebody who does not exist', (web) => web.users.info({ user: 'U0NOBODY' })],
  ['an address that does not exist', (web) => web.users.lookupByEmail({ email: 'nobody@example.com' })],
];

async function play(web: WebClient | undefined): Promise<string[]> {
  const state: Record<string, string> = {};
  const outcomes: string[] = [];
  for (const [name, call] of steps) {
    const outcome = web
      ? await call(web, state).then(
          () => 'ok',
          (error: unknown) =>
            error instanceof Error ? error.message.replace('An API error occurred: ', '') : String(error),
        )
      : 'no client';
    outcomes.push(`${name}: ${outcome}`);
  }
  return outcomes;
}

it('agrees with it, step by step', async () => {
  expect(await play(clients['ours'])).toEqual(await play(clients['theirs']));
});
