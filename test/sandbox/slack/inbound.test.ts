/** What people do, as it reaches the bot. */
import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Tampering } from '../../../src/sandbox/slack/inbound.ts';
import { actions, button, type Listener, openListener, openTown, settings, type Town } from './town.ts';

let town: Town;
let bot: Listener;
beforeAll(async () => {
  bot = await openListener();
  town = await openTown();
  town.slack.setBotUrl(bot.url);
});
afterAll(async () => {
  await town.slack.stop();
  await bot.stop();
});
beforeEach(() => bot.answer(200));
afterEach(() => void jest.restoreAllMocks());

const heard = () => bot.heard.at(-1) ?? { headers: {}, body: '', form: {}, payload: {} };
const isSigned = (): boolean => {
  const { headers, body } = heard();
  const hash = createHmac('sha256', settings.signingSecret).update(
    `v0:${String(headers['x-slack-request-timestamp'])}:${body}`,
  );
  return headers['x-slack-signature'] === `v0=${hash.digest('hex')}`;
};

describe('a command', () => {
  it('is a signed form with everything that Slack tells', async () => {
    const { status, late } = await town.slack.user('U1').command('/incident declare p1', { channel: 'C1' });

    expect({ status, late }).toEqual({ status: 200, late: false });
    expect(isSigned()).toBe(true);
    expect(heard().headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(heard().form).toMatchObject({
      team_id: 'T1',
      channel_id: 'C1',
      channel_name: 'incidents',
      user_id: 'U1',
      user_name: 'ana',
      command: '/incident',
      text: 'declare p1',
      api_app_id: 'A0LOCAL',
      is_enterprise_install: 'false',
      trigger_id: expect.stringMatching(/^\d+\./),
      response_url: expect.stringContaining('/commands/T1/'),
    });
  });

  it.each([
    ['people', 'lead @ana', 'lead <@U1|ana>'],
    ['nobody', 'lead @nobody', 'lead @nobody'],
    ['groups', 'tell @oncall', 'tell <!subteam^S1|@oncall>'],
    ['everybody', 'tell @channel', 'tell <!channel>'],
    ['channels', 'see #incidents', 'see <#C1|incidents>'],
    ['private channels', 'see #board', 'see #board'],
    ['links', 'see https://a.example/b', 'see <https://a.example/b>'],
    ['marks', 'a < b & c > <@U1>', 'a &lt; b &amp; c &gt; &lt;@U1&gt;'],
  ])('names %s as Slack does', async (_what, typed, sent) => {
    await town.slack.user('U1').command(typed);

    expect(heard().form['text']).toBe(sent);
  });

  it('must be in the manifest', async () => {
    await expect(town.slack.user('U1').command('/deploy now')).rejects.toThrow('/deploy is not a valid command');
  });

  it('may be typed by a guest, not by somebody who left', async () => {
    await town.slack.user('U3').command('help', { channel: 'C2' });

    expect(heard().form['user_id']).toBe('U3');
    expect(() => town.slack.user('U4')).toThrow('Olda Left is deactivated');
  });

  it('shows its answer to its user', async () => {
    bot.answer(200, { text: 'done', response_type: 'ephemeral' });

    const { body } = await town.slack.user('U1').command('help', { channel: 'C1' });

    expect(body).toEqual({ text: 'done', response_type: 'ephemeral' });
    expect(town.slack.transcript.at(-1)).toMatchObject({
      kind: 'reply',
      user: 'U1',
      channel: 'C1',
      text: 'done',
      pings: [],
    });
  });

  it('shows its answer to everybody when it says so', async () => {
    bot.answer(200, { text: 'hear <!here>', response_type: 'in_channel' });

    await town.slack.user('U1').command('help', { channel: 'C1' });

    expect(town.slack.transcript.at(-1)).toMatchObject({ kind: 'message', channel: 'C1', pings: ['here'] });
  });

  it.each([
    ['an error', 500],
    ['a refusal', 401],
  ])('shows that it failed after %s', async (_what, status) => {
    bot.answer(status, 'stack trace');

    await town.slack.user('U1').command('help');

    expect(town.slack.transcript.at(-1)).toMatchObject({
      kind: 'reply',
      text: '/incident failed with the error "dispatch_failed"',
    });
  });

  it.each([
    ['within three seconds', 2_900, false, 'done'],
    ['later', 3_100, true, '/incident failed with the error "operation_timeout"'],
  ])('is answered %s', async (_when, ms, late, text) => {
    bot.answer(200, { text: 'done' });
    const [began, before] = [performance.now(), bot.heard.length];
    jest.spyOn(performance, 'now').mockImplementation(() => began + (bot.heard.length > before ? ms : 0));

    const answer = await town.slack.user('U1').command('help');

    expect(answer).toMatchObject({ status: 200, late, ackMs: ms });
    expect(town.slack.transcript.at(-1)?.text).toBe(text);
  });

  it('shows that nobody was there', async () => {
    const { status } = await town.slack.user('U1', 'http://127.0.0.1:9').command('help');

    expect(status).toBe(0);
    expect(town.slack.transcript.at(-1)?.text).toContain('dispatch_failed');
  });
});

describe('a press', () => {
  const message = async () => {
    const blocks = [actions(button('Acknowledge', 'ack:7'), button('Resolve', 'resolve:7'))];
    await town.client.chat.postMessage({ channel: 'C1', text: 'card', blocks });
    const posted = town.slack.messages('C1').at(-1);
    if (!posted) throw new Error('nothing was posted');
    return posted;
  };

  it.each([
    ['label', 'Acknowledge'],
    ['action', 'ack:7'],
    ["action's first word", 'ack'],
    ["label's beginning", 'ackn'],
  ])('finds the button by its %s', async (_what, wanted) => {
    await town.slack.user('U1').click(await message(), wanted);

    expect(heard().payload).toMatchObject({ actions: [{ action_id: 'ack:7', value: 'value of ack:7' }] });
  });

  it('tells where it was, on what, and how to answer', async () => {
    const card = await message();

    await town.slack.user('U2').click(card, 'Resolve');

    expect(isSigned()).toBe(true);
    expect(heard().payload).toMatchObject({
      type: 'block_actions',
      user: { id: 'U2', team_id: 'T1' },
      team: { id: 'T1' },
      channel: { id: 'C1', name: 'incidents' },
      container: { type: 'message', message_ts: card.ts, channel_id: 'C1', is_ephemeral: false },
      message: { ts: card.ts, text: 'card' },
      actions: [{ block_id: card.blocks[0]?.['block_id'] }],
      trigger_id: expect.any(String),
      response_url: expect.any(String),
    });
  });

  it('on words that one person alone sees does not tell them again', async () => {
    const blocks = [actions(button('Join', 'join'))];
    await town.client.chat.postEphemeral({ channel: 'C1', user: 'U1', text: 'psst', blocks });
    const seen = town.slack.transcript.at(-1);
    if (!seen) throw new Error('nothing was shown');

    await town.slack.user('U1').click(seen, 'Join');

    expect(heard().payload).toMatchObject({ container: { is_ephemeral: true, message_ts: seen.ts } });
    expect(heard().payload).not.toHaveProperty('message');
  });

  it('takes something from a list', async () => {
    const options = ['lead', 'scribe'].map((value) => ({ text: { type: 'plain_text' as const, text: value }, value }));
    const blocks = [
      { type: 'actions' as const, elements: [{ type: 'static_select' as const, action_id: 'role', options }] },
    ];
    await town.client.chat.postMessage({ channel: 'C1', text: 'x', blocks });
    const card = town.slack.messages('C1').at(-1);
    if (!card) throw new Error('nothing was posted');

    await town.slack.user('U1').click(card, 'role', { value: 'scribe' });

    expect(heard().payload).toMatchObject({
      actions: [{ type: 'static_select', selected_option: { value: 'scribe' } }],
    });
    await expect(async () => town.slack.user('U1').click(card, 'role', { value: 'chef' })).rejects.toThrow(
      'cannot be chosen',
    );
  });

  it('needs a button', async () => {
    const card = await message();

    await expect(async () => town.slack.user('U1').click(card, 'Explode')).rejects.toThrow('no button "Explode"');
  });
});

describe('a shortcut', () => {
  it('comes from the menu or from a message, as the manifest has it', async () => {
    const message = town.slack.user('U1').say('C1', 'it is slow');
    await town.slack.user('U1').shortcut('declare');
    const global = heard().payload;
    await town.slack.user('U1').shortcut('note', message);

    expect(global).toMatchObject({ type: 'shortcut', callback_id: 'declare', trigger_id: expect.any(String) });
    expect(heard().payload).toMatchObject({
      type: 'message_action',
      callback_id: 'note',
      channel: { id: 'C1' },
      message: { text: 'it is slow', user: 'U1' },
    });
    await expect(async () => town.slack.user('U1').shortcut('note')).rejects.toThrow('no global shortcut "note"');
  });
});

describe('a dishonest request', () => {
  it.each<[string, Tampering]>([
    ['another secret', { secret: 'guess' }],
    ['the hour before', { seconds: -3_600 }],
    ['the hour to come', { seconds: 3_600 }],
  ])('is signed with %s', async (_what, tampering) => {
    const now = Math.floor(Date.now() / 1_000);

    await town.slack.user('U1').command('help', tampering);

    expect(isSigned()).toBe(tampering.secret === undefined);
    const at = Number(heard().headers['x-slack-request-timestamp']);
    expect(Math.abs(at - now - (tampering.seconds ?? 0))).toBeLessThan(2);
  });

  it('comes from another workspace', async () => {
    await town.slack.user('U1').command('help', { team: 'T9' });
    expect(heard().form['team_id']).toBe('T9');

    await town.slack.user('U1').shortcut('declare', undefined, { team: 'T9' });
    expect(heard().payload).toMatchObject({ team: { id: 'T9' }, user: { team_id: 'T9' } });
  });

  it('is the same again, to the letter', async () => {
    const first = await town.slack.user('U1').command('help');
    const sent = heard();
    await first.again();

    expect(heard()).not.toBe(sent);
    expect([heard().body, heard().headers['x-slack-signature']]).toEqual([
      sent.body,
      sent.headers['x-slack-signature'],
    ]);
  });
});

describe('an event', () => {
  const mention = { type: 'app_mention', user: 'U1', text: '<@U0RESPONDER> hi', channel: 'C1' };

  it('is signed JSON with an id', async () => {
    const tries = await town.slack.event(mention);

    expect(tries).toHaveLength(1);
    expect(isSigned()).toBe(true);
    expect(JSON.parse(heard().body)).toMatchObject({
      type: 'event_callback',
      team_id: 'T1',
      event_id: expect.stringMatching(/^Ev/),
      event: { type: 'app_mention', text: '<@U0RESPONDER> hi' },
    });
  });

  it('comes three more times, with the same id, when nobody takes it', async () => {
    bot.answer(500);
    const before = bot.heard.length;

    const tries = await town.slack.event(mention, { waits: [0, 0, 0] });

    const requests = bot.heard.slice(before);
    expect(tries.map(({ status }) => status)).toEqual([500, 500, 500, 500]);
    expect(requests.map(({ headers }) => headers['x-slack-retry-num'])).toEqual([undefined, '1', '2', '3']);
    expect(requests.at(-1)?.headers['x-slack-retry-reason']).toBe('http_error');
    expect(new Set(requests.map(({ body }) => JSON.parse(body).event_id)).size).toBe(1);
  });

  it('does not come again when the bot wants no more', async () => {
    bot.answer(500, '', { 'x-slack-no-retry': '1' });

    expect(await town.slack.event(mention, { waits: [0, 0, 0] })).toHaveLength(1);
  });

  it('must be asked for in the manifest', async () => {
    await expect(town.slack.event({ type: 'team_join' })).rejects.toThrow('does not ask for the event team_join');
  });
});

describe('the transcript', () => {
  it('can be followed as it grows', async () => {
    const { slack, client } = await openTown();
    await client.chat.postMessage({ channel: 'C1', text: 'one' });
    const read: string[] = [];
    const reading = (async () => {
      for await (const { text } of slack.follow()) read.push(text);
    })();

    await client.chat.postMessage({ channel: 'C1', text: 'two' });
    await slack.until('both', () => (read.length === 2 ? true : undefined));
    await slack.stop();
    await reading;

    expect(read).toEqual(['one', 'two']);
  });
});
