/** The same calls to the local Slack and to `emulate`, somebody else's Slack: where that one is strict, both must agree. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { WebClient } from '@slack/web-api';
import { createEmulator, type Emulator } from 'emulate';
import { clientOf, codeOf, openTown, section, settings, type Town } from './town.ts';

let town: Town;
let emulator: Emulator;
let other: WebClient;
beforeAll(async () => {
  town = await openTown();
  emulator = await createEmulator({ service: 'slack', port: 0 });
  other = clientOf(`${emulator.url}/api/`, settings.botToken);
});
afterAll(async () => {
  await emulator.close();
  await town.slack.stop();
});

interface Stage {
  client: WebClient;
  channel: string;
  ts: string;
}

/** A channel of its own with one message in it. */
async function stageOn(client: WebClient, name: string): Promise<Stage> {
  const created = await client.conversations.create({ name });
  const channel = created.channel?.id ?? '';
  const { ts = '' } = await client.chat.postMessage({ channel, text: 'card', blocks: [section('card')] });
  return { client, channel, ts };
}

describe('both agree', () => {
  it.each<[string, (stage: Stage) => Promise<unknown>, string]>([
    ['on a name with a dot', ({ client }) => client.conversations.create({ name: 'inc.1' }), 'invalid_name_specials'],
    ['on a name of dashes', ({ client }) => client.conversations.create({ name: '---' }), 'invalid_name_punctuation'],
    ['on a long name', ({ client }) => client.conversations.create({ name: 'a'.repeat(81) }), 'invalid_name_maxlength'],
    ['on a name that is taken', ({ client }) => client.conversations.create({ name: 'stage-4' }), 'name_taken'],
    ['on a topic', ({ client, channel }) => client.conversations.setTopic({ channel, topic: 'x'.repeat(250) }), 'ok'],
    [
      'on a long topic',
      ({ client, channel }) => client.conversations.setTopic({ channel, topic: 'x'.repeat(251) }),
      'too_long',
    ],
    [
      'on a long purpose',
      ({ client, channel }) => client.conversations.setPurpose({ channel, purpose: 'x'.repeat(251) }),
      'too_long',
    ],
    ['on a post', ({ client, channel }) => client.chat.postMessage({ channel, text: 'x' }), 'ok'],
    ['on an empty post', ({ client, channel }) => client.chat.postMessage({ channel, text: '' }), 'no_text'],
    [
      'on a post to nowhere',
      ({ client }) => client.chat.postMessage({ channel: 'C9NOWHERE', text: 'x' }),
      'channel_not_found',
    ],
    [
      'on an edit',
      ({ client, channel, ts }) => client.chat.update({ channel, ts, text: 'y', blocks: [section('y')] }),
      'ok',
    ],
    [
      'on an edit of nothing',
      ({ client, channel }) => client.chat.update({ channel, ts: '1.000001', text: 'y' }),
      'message_not_found',
    ],
    ['on a deletion', ({ client, channel, ts }) => client.chat.delete({ channel, ts }), 'ok'],
    ['on a pin', ({ client, channel, ts }) => client.pins.add({ channel, timestamp: ts }), 'ok'],
    [
      'on a second pin',
      async ({ client, channel, ts }) => {
        await client.pins.add({ channel, timestamp: ts });
        return client.pins.add({ channel, timestamp: ts });
      },
      'already_pinned',
    ],
    [
      'on a bookmark',
      ({ client, channel }) =>
        client.bookmarks.add({ channel_id: channel, title: 'r', type: 'link', link: 'https://a.example' }),
      'ok',
    ],
    [
      'on a reaction',
      ({ client, channel, ts }) => client.reactions.add({ channel, name: 'eyes', timestamp: ts }),
      'ok',
    ],
    [
      'on a second reaction',
      async ({ client, channel, ts }) => {
        await client.reactions.add({ channel, name: 'eyes', timestamp: ts });
        return client.reactions.add({ channel, name: 'eyes', timestamp: ts });
      },
      'already_reacted',
    ],
    [
      'on a trigger that nobody gave',
      ({ client }) =>
        client.views.open({
          trigger_id: '1.bogus',
          view: { type: 'modal', title: { type: 'plain_text', text: 't' }, blocks: [] },
        }),
      'invalid_trigger_id',
    ],
    [
      'on a file without its bytes',
      async ({ client, channel }) => {
        const { file_id: id = '' } = await client.files.getUploadURLExternal({ filename: 'a', length: 1 });
        return client.files.completeUploadExternal({ files: [{ id }], channel_id: channel });
      },
      'file_not_found',
    ],
    [
      'on a file',
      ({ client, channel }) => client.filesUploadV2({ channel_id: channel, filename: 'a', content: 'x' }),
      'ok',
    ],
    ['on a person who is not known', ({ client }) => client.users.info({ user: 'U9NOBODY' }), 'user_not_found'],
    [
      'on an e-mail that is not known',
      ({ client }) => client.users.lookupByEmail({ email: 'no@example.com' }),
      'users_not_found',
    ],
    [
      'on a post after closing',
      async ({ client, channel }) => {
        await client.conversations.archive({ channel });
        return client.chat.postMessage({ channel, text: 'x' });
      },
      'is_archived',
    ],
  ])('%s', async (_what, play, outcome) => {
    const name = `stage-${(stages += 1)}`;
    const [ours, theirs] = await Promise.all([stageOn(town.client, name), stageOn(other, name)]);

    expect([await codeOf(play(ours)), await codeOf(play(theirs))]).toEqual([outcome, outcome]);
  });

  it('on what a channel shows: the newest first, threads apart, metadata when asked for', async () => {
    const look = async (client: WebClient) => {
      const { channel, ts } = await stageOn(client, 'shown');
      const metadata = { event_type: 'responder', event_payload: { id: '7' } };
      await client.chat.postMessage({ channel, text: 'reply', thread_ts: ts });
      await client.chat.postMessage({ channel, text: 'second', metadata });
      const history = await client.conversations.history({ channel, include_all_metadata: true });
      const replies = await client.conversations.replies({ channel, ts });
      return {
        history: history.messages?.map(({ text }) => text),
        metadata: history.messages?.map(({ metadata }) => metadata?.event_type),
        replies: replies.messages?.map(({ text }) => text),
      };
    };

    expect(await look(town.client)).toEqual(await look(other));
  });
});

let stages = 0;
