/** What is remembered of every input: whether the bot answered it, and how fast. */
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { actions, button, type Listener, openListener, openTown, type Town } from './town.ts';

let town: Town;
let bot: Listener;
beforeAll(async () => {
  bot = await openListener();
  town = await openTown();
});
beforeEach(() => {
  town.slack.setBotUrl(bot.url);
  town.slack.acknowledgements.length = 0;
});
afterAll(async () => {
  await town.slack.stop();
  await bot.stop();
});

const ana = () => town.slack.user('U1');
const receipts = () => town.slack.acknowledgements.map(({ what, who, status }) => `${who} ${what}: ${status}`);

it('a command and a press stand there with their answers, a repeat with its own', async () => {
  bot.answer(200);
  const first = await ana().command('/incident list', { channel: 'C1' });
  await first.again();
  await ana().click({ channel: 'C1', blocks: [actions(button('Press', 'a'))] }, 'Press');

  expect(receipts()).toEqual(['U1 /incident list: 200', 'U1 /incident list: 200', 'U1 block_actions a: 200']);
});

it('so does one that nobody answered', async () => {
  town.slack.setBotUrl('http://127.0.0.1:9');
  await ana().shortcut('declare');

  expect(receipts()).toEqual(['U1 shortcut declare: 0']);
});

it('what still waits counts as not answered', async () => {
  const answer = ana().command('/incident list', { channel: 'C1' });

  expect(receipts()).toEqual(['U1 /incident list: 0']);
  await answer;
});

it('a forged one does not count', async () => {
  await ana().command('/incident list', { channel: 'C1', secret: 'of somebody else' });
  await ana().command('/incident list', { channel: 'C1', seconds: -3_600 });

  expect(receipts()).toEqual([]);
});
