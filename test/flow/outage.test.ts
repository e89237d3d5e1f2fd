/** What is lost when others fail, or when the bot itself is killed: nothing. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { judge } from '../../src/sandbox/history/judge.ts';
import type { House } from '../../src/sandbox/house.ts';
import { textOf } from '../../src/sandbox/stories/story.ts';
import { openHouse } from '../tools/house.ts';
import { inCi } from '../tools/shapes.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
}, 60_000);
afterEach(() => house.stop(), 60_000);

it('takes the second route at once when the pager refuses: mention, direct message and a warning', async () => {
  house.pager.faults.add({ method: 'POST alerts', effect: { kind: 'status', status: 401 } });

  await house.slack.user('U0ANA').command('declare p1 checkout returns 502');
  const direct = await house.slack.until('the direct message', (transcript) =>
    transcript.find(({ kind, text }) => kind === 'direct' && text.includes('NOT confirmed')),
  );
  const warning = await house.slack.until('the warning', (transcript) =>
    transcript.find(
      ({ kind, text, pings }) => kind === 'message' && text.includes('NOT confirmed') && pings?.includes('U0LEO'),
    ),
  );

  expect(direct.channel).toBe('D0LEO');
  expect(textOf(warning)).toContain('Responder goes on trying');
});

it('pages although Slack answers nothing but errors, and posts once it is back', async () => {
  for (const method of ['chat.postMessage', 'conversations.create'])
    house.slack.faults.add({ method, effect: { kind: 'status', status: 503 } });

  await house.slack.user('U0ANA').command('declare p1 checkout returns 502');
  await house.pager.until('the page', (transcript) => transcript.find(({ kind }) => kind === 'page'));
  house.slack.faults.clear();

  const card = await house.slack.until(
    'the card',
    (transcript) => transcript.find(({ kind, channel }) => kind === 'message' && channel !== 'C0INCIDENTS'),
    15_000,
  );
  expect(textOf(card)).toContain('checkout returns 502');
  expect(await judge(house)).toEqual([]);
}, 60_000);

it('posts once when the reply to a post is lost after it took effect', async () => {
  for (let n = 0; n < 3; n += 1)
    house.slack.faults.add({ method: 'chat.postMessage', effect: { kind: 'reply-lost' }, times: 1 });

  await house.slack.user('U0ANA').command('declare p1 checkout returns 502');
  await house.slack.until(
    'the ladder',
    (transcript) => transcript.find(({ text }) => text.includes('paging on-call')),
    20_000,
  );
  await house.slack.until(
    'the announcement brought up to date',
    (transcript) => transcript.find(({ kind, channel }) => kind === 'edit' && channel === 'C0INCIDENTS'),
    20_000,
  );

  // the card draws the same first line in its own channel; nothing stands twice in one place
  const posts = house.slack.transcript
    .filter(({ kind }) => kind === 'message')
    .map(({ channel, text }) => `${channel} ${text}`);
  expect(new Set(posts).size).toBe(posts.length);
  expect(await judge(house)).toEqual([]);
}, 60_000);

inCi(
  'goes on where a process was killed right after a declaration',
  async () => {
    const next = await house.another();

    await house.slack.user('U0ANA').command('declare p1 checkout returns 502');
    house.bot.kill();

    await house.slack.until(
      'the ladder in the channel',
      (transcript) => transcript.find(({ text }) => text.includes('paging on-call')),
      25_000,
    );
    await house.pager.until('the page', (transcript) => transcript.find(({ kind }) => kind === 'page'));
    expect(house.slack.transcript.filter(({ kind }) => kind === 'channel')).toHaveLength(1);
    expect(house.pager.alerts()).toHaveLength(1);
    expect((await house.slack.user('U0BEN', next.url).command('ack')).status).toBe(200);
    expect(await judge(house)).toEqual([]);
  },
  60_000,
);
