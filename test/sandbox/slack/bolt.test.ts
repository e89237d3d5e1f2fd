/** Bolt, Slack's own framework, is the bot here: its signature check and its parsers judge what the local Slack sends. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import bolt from '@slack/bolt';
import { actions, button, openTown, settings, type Town } from './town.ts';

let town: Town;
let app: InstanceType<typeof bolt.App>;
const failures: unknown[] = [];

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const form = {
  type: 'modal' as const,
  callback_id: 'declare',
  title: plain('Declare'),
  submit: plain('Send'),
  blocks: [
    {
      type: 'input' as const,
      block_id: 'title',
      label: plain('What'),
      element: { type: 'plain_text_input' as const, action_id: 't' },
    },
  ],
};

beforeAll(async () => {
  town = await openTown();
  const receiver = new bolt.HTTPReceiver({
    signingSecret: settings.signingSecret,
    port: 0,
    logLevel: bolt.LogLevel.ERROR,
  });
  app = new bolt.App({
    receiver,
    token: settings.botToken,
    botId: 'B0RESPONDER',
    botUserId: 'U0RESPONDER',
    logLevel: bolt.LogLevel.ERROR,
    clientOptions: { slackApiUrl: town.slack.url, retryConfig: { retries: 0 } },
  });
  app.command('/incident', async ({ command, ack, client, respond }) => {
    if (command.text === 'form') {
      await ack();
      await client.views.open({ trigger_id: command.trigger_id, view: form });
      return;
    }
    await ack(`heard ${command.text} from ${command.user_name}`);
    await respond({ text: 'and thought about it', response_type: 'in_channel' });
  });
  app.action('ack', async ({ ack, body, respond }) => {
    await ack();
    await respond({ text: `acknowledged by ${body.user.id}`, replace_original: true });
  });
  app.view('declare', async ({ ack, view }) => {
    const title = view.state.values['title']?.['t']?.value ?? '';
    await (title === 'bad' ? ack({ response_action: 'errors', errors: { title: 'say more' } }) : ack());
  });
  app.shortcut('note', async ({ ack, shortcut, client }) => {
    await ack();
    const text = 'message' in shortcut ? `noted: ${shortcut.message.text}` : '';
    await client.chat.postMessage({ channel: 'C1', text });
  });
  app.event('app_mention', async ({ event, say, context }) => {
    await say(`${event.text} ${context.retryNum ?? 0}`);
  });
  app.error(async (error) => {
    failures.push(error);
    throw error;
  });
  const server = await app.start(0);
  const address = server.address();
  town.slack.setBotUrl(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`);
});
afterAll(async () => {
  await app.stop();
  await town.slack.stop();
});

const until = (text: string) => town.slack.until(text, (all) => all.find((one) => one.text === text));

describe('Bolt', () => {
  it('takes a command and answers it twice', async () => {
    const answer = await town.slack.user('U1').command('help', { channel: 'C1' });

    expect(answer).toMatchObject({ status: 200, late: false });
    expect(await until('heard help from ana')).toMatchObject({ kind: 'reply', user: 'U1' });
    expect(await until('and thought about it')).toMatchObject({ kind: 'message', channel: 'C1' });
  });

  it.each([
    ['a guessed secret', { secret: 'guess' }, 401],
    ['an old timestamp', { seconds: -360 }, 401],
    ['a fresh one', { seconds: -240 }, 200],
  ])('looks at the signature: %s', async (_what, tampering, status) => {
    expect((await town.slack.user('U1').command('help', { channel: 'C1', ...tampering })).status).toBe(status);
  });

  it('takes a press and draws the message anew', async () => {
    await town.client.chat.postMessage({
      channel: 'C1',
      text: 'card',
      blocks: [actions(button('Acknowledge', 'ack'))],
    });
    const card = town.slack.messages('C1').at(-1);
    if (!card) throw new Error('nothing was posted');

    await town.slack.user('U2').click(card, 'Acknowledge');

    expect(await until('acknowledged by U2')).toMatchObject({ kind: 'edit', ts: card.ts });
  });

  it('opens a form, finds fault with it, and takes it', async () => {
    await town.slack.user('U1').command('form', { channel: 'C1' });
    const view = await town.slack.until('the form', (all) => all.findLast(({ kind }) => kind === 'view')?.view);

    const bad = await town.slack.user('U1').submit(view, { title: 'bad' });
    const good = await town.slack.user('U1').submit(view, { title: 'checkout' });

    expect(bad).toMatchObject({ errors: { title: 'say more' } });
    expect(good.errors).toBeUndefined();
    expect(good.view).toBeUndefined();
  });

  it('takes a shortcut on a message', async () => {
    const message = town.slack.user('U1').say('C1', 'it was slow');

    await town.slack.user('U1').shortcut('note', message);

    expect(await until('noted: it was slow')).toMatchObject({ channel: 'C1' });
  });

  it('takes an event, and knows when it comes again', async () => {
    const mention = { type: 'app_mention', user: 'U1', text: 'hi', channel: 'C1', ts: '1.1' };
    await town.slack.event(mention);
    await town.slack.event(mention, { retry: { num: 2, reason: 'http_timeout' } });

    expect(await Promise.all([until('hi 0'), until('hi 2')])).toHaveLength(2);
  });

  it('found nothing wrong with what it was sent', () => {
    expect(failures).toEqual([]);
    expect(town.slack.violations).toEqual([]);
  });
});
