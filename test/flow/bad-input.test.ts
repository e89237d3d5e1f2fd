/** What people and their tools get wrong, against the real bot: a clear sentence, nothing lost, nobody pinged. */
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { judge } from '../../src/sandbox/history/judge.ts';
import type { House } from '../../src/sandbox/house.ts';
import { cardIn, textOf } from '../../src/sandbox/stories/story.ts';
import { openHouse } from '../tools/house.ts';

let house: House;
let seen = 0;
beforeAll(async () => {
  house = await openHouse();
}, 60_000);
beforeEach(() => {
  seen = house.slack.transcript.length;
});
afterAll(() => house.stop(), 60_000);

const fresh = () => house.slack.transcript.slice(seen);
const pings = () => fresh().flatMap(({ kind, pings = [] }) => (kind === 'invite' ? [] : pings));
const answer = async (user: string, words: string, where = {}): Promise<string> =>
  JSON.stringify((await house.slack.user(user).command(words, where)).body);

async function declared(words: string): Promise<string> {
  const before = house.slack.channels().length;
  await house.slack.user('U0ANA').command(words);
  await house.slack.until('a channel', () => (house.slack.channels().length > before ? true : undefined));
  const channel = house.slack.channels().at(-1)?.id ?? '';
  await house.slack.until(
    'the first post below the card',
    (transcript) => transcript.filter((entry) => entry.channel === channel && entry.kind === 'message')[1],
  );
  return channel;
}

it.each([
  ['ack', 'no incident is open'],
  ['ack #99', ''],
  ['frobnicate', 'there is no'],
  ['declear p1', 'declare'],
  ['', '/incident'],
  ['declare p9 the moon fell down', ''],
])('"%s" is answered with a sentence and changes nothing', async (words, part) => {
  const said = await answer('U0ANA', words);

  expect(said.length).toBeGreaterThan(20);
  expect(said.toLowerCase()).toContain(part.toLowerCase());
  expect(pings()).toEqual([]);
  const { rows } = await house.databases.own.pool.query('select from incidents');
  expect(rows).toHaveLength(0);
});

it('lets a guest do nothing', async () => {
  expect(await answer('U0GUEST', 'declare p1 let me in')).toContain('guests cannot use');
  const { rows } = await house.databases.own.pool.query('select from incidents');
  expect(rows).toHaveLength(0);
});

it('does nothing for another workspace', async () => {
  expect(await answer('U0ANA', 'declare p1 from elsewhere', { team: 'T0OTHER' })).not.toContain('declared');
  const { rows } = await house.databases.own.pool.query('select from incidents');
  expect(rows).toHaveLength(0);
});

it('shows broadcasts, mentions and links in words as words', async () => {
  const channel = await declared('declare p1 <!channel> <@U0BEN> <https://evil.example|click> & *bold* `x`');

  // the on-call is addressed by the ladder and the declarer named on the card; nobody by the words
  expect(new Set(pings())).toEqual(new Set(['U0ANA', 'U0DANA']));
  expect(fresh().flatMap(({ links = [] }) => links)).toEqual([]);
  expect(textOf(cardIn(house, channel))).not.toMatch(/<!channel>|<@U0BEN>|<https/);
  expect(house.slack.violations).toEqual([]);
});

it('keeps every word of 5,000 characters and draws what fits', async () => {
  const words = Array.from({ length: 833 }, (_, n) => `w${String(n).padStart(4, '0')}`).join(' ');
  await declared(`declare p2 ${words}`);

  const { rows } = await house.databases.own.pool.query<{ body: { details: string } }>(
    `select body from timeline where kind = 'declared' order by at desc limit 1`,
  );
  expect(rows[0]?.body.details).toBe(words);
  expect(house.slack.violations).toEqual([]);
});

it('says who ended it to somebody who presses a button of an incident that is over', async () => {
  const channel = await declared('declare p1 the gnomes went on strike');
  const card = structuredClone(cardIn(house, channel));
  await house.slack.user('U0ANA').command('cancel nobody noticed', { channel });
  seen = house.slack.transcript.length;

  await house.slack.user('U0BEN').click(card, 'Escalate');

  const reply = await house.slack.until('the answer', (transcript) =>
    transcript.slice(seen).find(({ user, kind }) => user === 'U0BEN' && kind === 'reply'),
  );
  expect(textOf(reply)).toContain('Nothing was changed');
  expect(pings()).toEqual([]);
});

it('says that nothing is confirmed yet when the database hangs, and then that it was not done', async () => {
  const channel = await declared('declare p1 the printers print backwards');
  const holder = await house.databases.own.pool.connect();
  await holder.query('begin; lock table incidents in access exclusive mode');
  seen = house.slack.transcript.length;

  const acknowledged = await house.slack.user('U0ANA').command('ack', { channel });
  const late = await house.slack.until('what became of it', (transcript) =>
    transcript.slice(seen).find(({ text, kind }) => kind === 'reply' && /not done|was not/i.test(text)),
  );
  await holder.query('rollback');
  holder.release();

  expect(acknowledged.status).toBe(200);
  expect(acknowledged.ackMs).toBeLessThan(1_500);
  expect(JSON.stringify(acknowledged.body)).toContain('nothing is confirmed yet');
  expect(textOf(late)).toMatch(/not/);
  const again = await answer('U0ANA', 'ack', { channel });
  expect(again).toContain('acknowledged');
}, 40_000);

it('keeps every invariant all the while', async () => {
  expect(await judge(house)).toEqual([]);
}, 30_000);
