/** Posting, editing, deleting, reading. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeOf, openTown, section, type Town } from './town.ts';

let town: Town;
beforeAll(async () => {
  town = await openTown();
});
afterAll(() => town.slack.stop());

const post = (channel: string, text: string, thread_ts?: string) =>
  town.client.chat.postMessage({ channel, text, ...(thread_ts === undefined ? {} : { thread_ts }) });

describe('posting', () => {
  it.each([
    ['a channel of its own', 'C1', 'ok'],
    ['a public channel it is not in', 'C2', 'not_in_channel'],
    ['a private channel it is not in', 'C3', 'channel_not_found'],
    ['nowhere', 'C9', 'channel_not_found'],
    ['a person', 'U1', 'ok'],
    ['a person who left', 'U4', 'channel_not_found'],
  ])('to %s', async (_where, channel, outcome) => {
    expect(await codeOf(post(channel, 'hello'))).toBe(outcome);
  });

  it('to a public channel it is not in, with chat:write.public', async () => {
    const scopes = { bot: ['chat:write', 'chat:write.public'] };
    const manifest = { features: {}, settings: {}, oauth_config: { scopes } };
    const { slack, client } = await openTown({ manifest });

    expect(await codeOf(client.chat.postMessage({ channel: 'C2', text: 'hello' }))).toBe('ok');
    expect(await codeOf(client.chat.postMessage({ channel: 'C3', text: 'hello' }))).toBe('channel_not_found');
    await slack.stop();
  });

  it('to a person whose Messages tab is off', async () => {
    const manifest = {
      features: { app_home: { messages_tab_enabled: false } },
      settings: {},
      oauth_config: { scopes: { bot: ['chat:write'] } },
    };
    const { slack, client } = await openTown({ manifest });

    expect(await codeOf(client.chat.postMessage({ channel: 'U1', text: 'hello' }))).toBe('messages_tab_disabled');
    await slack.stop();
  });

  it('needs words or blocks', async () => {
    expect(await codeOf(post('C1', ''))).toBe('no_text');
    expect(await codeOf(town.client.chat.postMessage({ channel: 'C1', blocks: [section('x')] }))).toBe('ok');
  });

  it('cuts a text at 40,000 characters', async () => {
    const { ts } = await post('C1', '🔥'.repeat(40_001));

    const message = town.slack.messages('C1').find((one) => one.ts === ts);
    expect(Array.from(message?.text ?? '')).toHaveLength(40_000);
  });

  it('gives every message a time of its own, later than the one before', async () => {
    const fixed = await openTown({ now: () => 1_772_420_400_000 });
    const first = await fixed.client.chat.postMessage({ channel: 'C1', text: 'one' });
    const second = await fixed.client.chat.postMessage({ channel: 'C1', text: 'two' });

    expect(first.ts).toBe('1772420400.000000');
    expect(Number(second.ts)).toBeGreaterThan(Number(first.ts));
    await fixed.slack.stop();
  });

  it('keeps metadata and the wish not to unfurl', async () => {
    const metadata = { event_type: 'responder', event_payload: { id: '7' } };
    const { ts = '' } = await town.client.chat.postMessage({ channel: 'C1', text: 'm', metadata, unfurl_links: false });
    await town.client.chat.update({ channel: 'C1', ts, text: 'edited' });

    const [withIt] =
      (await town.client.conversations.history({ channel: 'C1', include_all_metadata: true })).messages ?? [];
    const [without] = (await town.client.conversations.history({ channel: 'C1' })).messages ?? [];
    expect(withIt).toMatchObject({ ts, metadata });
    expect(without).not.toHaveProperty('metadata');
    expect(town.slack.messages('C1').at(-1)?.unfurl).toEqual({ links: false });
  });

  it('refuses metadata of another shape', async () => {
    const metadata = JSON.parse('{"event_type": "responder"}');

    expect(await codeOf(town.client.chat.postMessage({ channel: 'C1', text: 'm', metadata }))).toBe(
      'invalid_metadata_format',
    );
  });
});

describe('a thread', () => {
  it('hangs on a message that is there', async () => {
    const { ts: root = '' } = await post('C1', 'root');

    expect(await codeOf(post('C1', 'reply', root))).toBe('ok');
    expect(await codeOf(post('C1', 'reply', '1.000001'))).toBe('thread_not_found');
  });

  it('is read with its first message first; the channel shows only what was sent to it too', async () => {
    const { ts: root = '' } = await post('C1', 'a root');
    const { ts: reply = '' } = await post('C1', 'one', root);
    await town.client.chat.postMessage({ channel: 'C1', text: 'two', thread_ts: root, reply_broadcast: true });
    await post('C1', 'to a reply', reply);

    const replies = await town.client.conversations.replies({ channel: 'C1', ts: root });
    const channel = await town.client.conversations.history({ channel: 'C1', oldest: root, inclusive: true });
    expect(replies.messages?.map(({ text }) => text)).toEqual(['a root', 'one', 'two', 'to a reply']);
    expect(replies.messages?.[0]).toMatchObject({ thread_ts: root, reply_count: 3 });
    expect(channel.messages?.map(({ text }) => text)).toEqual(['two', 'a root']);
  });

  it('cannot be read where there is none', async () => {
    expect(await codeOf(town.client.conversations.replies({ channel: 'C1', ts: '1.000001' }))).toBe('thread_not_found');
  });
});

describe('reading', () => {
  it('goes backwards in pages', async () => {
    const { slack, client } = await openTown();
    for (const text of ['one', 'two', 'three']) await client.chat.postMessage({ channel: 'C1', text });

    const first = await client.conversations.history({ channel: 'C1', limit: 2 });
    const cursor = first.response_metadata?.next_cursor ?? '';
    const second = await client.conversations.history({ channel: 'C1', limit: 2, cursor });

    expect(first.messages?.map(({ text }) => text)).toEqual(['three', 'two']);
    expect(first.has_more).toBe(true);
    expect(second.messages?.map(({ text }) => text)).toEqual(['one']);
    expect(second.has_more).toBe(false);
    await slack.stop();
  });

  it('needs the right, and the app in the channel', async () => {
    const { slack, client } = await openTown({ withheld: ['channels:history'] });

    expect(await codeOf(client.conversations.history({ channel: 'C1' }))).toBe('missing_scope');
    expect(await codeOf(town.client.conversations.history({ channel: 'C2' }))).toBe('not_in_channel');
    await slack.stop();
  });
});

describe('an edit', () => {
  it.each([
    ['4,000 characters', 4_000, 'ok'],
    ['4,001 characters', 4_001, 'msg_too_long'],
  ])('of %s', async (_what, length, outcome) => {
    const { ts = '' } = await post('C1', 'x');

    expect(await codeOf(town.client.chat.update({ channel: 'C1', ts, text: 'y'.repeat(length) }))).toBe(outcome);
  });

  it("is for the app's own messages", async () => {
    const { ts } = town.slack.user('U1').say('C1', 'mine');

    expect(await codeOf(town.client.chat.update({ channel: 'C1', ts, text: 'y' }))).toBe('cant_update_message');
    expect(await codeOf(town.client.chat.delete({ channel: 'C1', ts }))).toBe('cant_delete_message');
    expect(await codeOf(town.client.chat.update({ channel: 'C1', ts: '1.1', text: 'y' }))).toBe('message_not_found');
  });

  it('takes the blocks away when it brings text alone', async () => {
    const { ts = '' } = await town.client.chat.postMessage({ channel: 'C1', text: 'x', blocks: [section('x')] });

    await town.client.chat.update({ channel: 'C1', ts, text: 'plain' });

    expect(town.slack.messages('C1').find((one) => one.ts === ts)).toMatchObject({ blocks: [], edited: true });
  });

  it('does not reach a direct conversation by the id of the person', async () => {
    const { ts = '', channel = '' } = await post('U1', 'x');

    expect(await codeOf(town.client.chat.update({ channel: 'U1', ts, text: 'y' }))).toBe('channel_not_found');
    expect(await codeOf(town.client.chat.update({ channel, ts, text: 'y' }))).toBe('ok');
  });

  it('comes too late in a closed channel', async () => {
    const { channel } = await town.client.conversations.create({ name: 'edit-late' });
    const id = channel?.id ?? '';
    const { ts = '' } = await post(id, 'x');
    await town.client.conversations.archive({ channel: id });

    expect(await codeOf(town.client.chat.update({ channel: id, ts, text: 'y' }))).toBe('is_inactive');
  });
});

describe('other words', () => {
  it('can be taken back, once', async () => {
    const { ts = '' } = await post('C1', 'x');

    expect(await codeOf(town.client.chat.delete({ channel: 'C1', ts }))).toBe('ok');
    expect(await codeOf(town.client.chat.delete({ channel: 'C1', ts }))).toBe('message_not_found');
  });

  it('can be shown to one person of the channel', async () => {
    const show = (user: string) => codeOf(town.client.chat.postEphemeral({ channel: 'C1', user, text: 'psst' }));

    expect(await show('U1')).toBe('ok');
    expect(await show('U3')).toBe('user_not_in_channel');
    expect(town.slack.transcript.at(-1)).toMatchObject({ kind: 'ephemeral', user: 'U1', pings: [] });
    expect(town.slack.messages('C1').map(({ text }) => text)).not.toContain('psst');
  });

  it('have an address', async () => {
    const { ts: root = '' } = await post('C1', 'root');
    const { ts = '' } = await post('C1', 'reply', root);

    const { permalink } = await town.client.chat.getPermalink({ channel: 'C1', message_ts: ts });

    expect(permalink).toBe(`https://local.slack.com/archives/C1/p${ts.replace('.', '')}?thread_ts=${root}&cid=C1`);
  });
});
