/** Answers through a response_url. */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { actions, button, type Listener, openListener, openTown, section, type Town } from './town.ts';

let town: Town;
let bot: Listener;
beforeAll(async () => {
  bot = await openListener();
  town = await openTown({ botUrl: bot.url });
});
afterAll(async () => {
  await town.slack.stop();
  await bot.stop();
});
afterEach(() => void jest.restoreAllMocks());

const last = () => town.slack.transcript.at(-1);

const answerAt =
  (url: string) =>
  async (body: object): Promise<number> => {
    const headers = { 'content-type': 'application/json' };
    return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).status;
  };

async function afterCommand() {
  await town.slack.user('U1').command('help', { channel: 'C1' });
  return answerAt(bot.heard.at(-1)?.form['response_url'] ?? '');
}

async function afterPress() {
  await town.client.chat.postMessage({ channel: 'C1', text: 'card', blocks: [actions(button('Go', 'go'))] });
  const card = town.slack.messages('C1').at(-1);
  if (!card) throw new Error('nothing was posted');
  await town.slack.user('U1').click(card, 'Go');
  return { card, answer: answerAt(String(bot.heard.at(-1)?.payload['response_url'])) };
}

describe('an address', () => {
  it('takes five answers', async () => {
    const answer = await afterCommand();
    const statuses = [];
    for (let n = 0; n < 6; n += 1) statuses.push(await answer({ text: `${n}` }));

    expect(statuses).toEqual([200, 200, 200, 200, 200, 404]);
    expect(last()).toMatchObject({ kind: 'reply', text: '4', user: 'U1' });
    expect(town.slack.violations.at(-1)).toBe('response_url: used_url');
  });

  it('lives half an hour', async () => {
    const answer = await afterCommand();
    const now = performance.now();
    const after = (minutes: number) => jest.spyOn(performance, 'now').mockReturnValue(now + minutes * 60_000);

    after(29);
    const within = await answer({ text: 'x' });
    after(31);
    const beyond = await answer({ text: 'x' });

    expect([within, beyond]).toEqual([200, 404]);
  });

  it('takes no answer that is none', async () => {
    const answer = await afterCommand();

    expect(await answer({})).toBe(400);
    expect(await answer({ text: 'x', blocks: [{ type: 'header' }] })).toBe(400);
    expect(await answer({ text: 'x', blocks: [section('x')] })).toBe(200);
  });

  it('can be struck by a fault', async () => {
    const answer = await afterCommand();
    town.slack.faults.add({ method: 'response_url', times: 1, effect: { kind: 'status', status: 500 } });

    expect([await answer({ text: 'x' }), await answer({ text: 'x' })]).toEqual([500, 200]);
  });
});

describe('an answer', () => {
  it('is for the person, or for the channel', async () => {
    const answer = await afterCommand();

    await answer({ text: 'for you' });
    expect(last()).toMatchObject({ kind: 'reply', user: 'U1', channel: 'C1' });
    await answer({ text: 'for <@U2>', response_type: 'in_channel' });
    expect(last()).toMatchObject({ kind: 'message', channel: 'C1', pings: ['U2'] });
  });

  it('replaces the message that was pressed, or takes it away', async () => {
    const { card, answer } = await afterPress();

    await answer({ text: 'taken', replace_original: true });
    expect(town.slack.messages('C1').at(-1)).toMatchObject({ ts: card.ts, text: 'taken', blocks: [], edited: true });
    await answer({ delete_original: true });
    expect(town.slack.messages('C1').map(({ ts }) => ts)).not.toContain(card.ts);
  });

  it('leaves the message alone when it does not say so', async () => {
    const { card, answer } = await afterPress();

    await answer({ text: 'noted', replace_original: false });

    expect(last()).toMatchObject({ kind: 'reply', text: 'noted' });
    expect(town.slack.messages('C1').at(-1)).toMatchObject({ ts: card.ts, text: 'card' });
  });

  it('draws anew what one person alone sees', async () => {
    await town.client.chat.postEphemeral({
      channel: 'C1',
      user: 'U1',
      text: 'psst',
      blocks: [actions(button('Go', 'go'))],
    });
    const seen = last();
    if (!seen) throw new Error('nothing was shown');
    await town.slack.user('U1').click(seen, 'Go');
    const answer = answerAt(String(bot.heard.at(-1)?.payload['response_url']));

    await answer({ text: 'thanks', replace_original: true });

    expect(last()).toMatchObject({ kind: 'reply', text: 'thanks', ts: seen.ts, user: 'U1' });
  });
});
