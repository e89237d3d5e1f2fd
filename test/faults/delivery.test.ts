/** The same delivery again, at once or minutes later and at another process: one effect, the same answer. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Bot } from '../../src/sandbox/bot.ts';
import type { House } from '../../src/sandbox/house.ts';
import { cardIn } from '../../src/sandbox/stories/story.ts';
import { secrets } from '../../src/sandbox/town.ts';
import { channelOf, declare, open, patient, quiet, some } from './scene.ts';

let house: House;
let other: Bot;
beforeAll(async () => {
  house = await open();
  other = await house.another();
}, patient);
afterAll(() => house.stop(), patient);

/** The bots' clock is set forward. */
const atSecond = (seconds: number) =>
  house.databases.own.pool.query(
    `create or replace function app_now() returns timestamptz language sql stable
       as $$ select clock_timestamp() + interval '${seconds} s' $$`,
  );

const count = async (sql: string, values: unknown[]): Promise<number> =>
  (await house.databases.own.pool.query(sql, values)).rows.length;

const moments: [number, () => Bot][] = [
  [0, () => house.bot],
  [0, () => other],
  [3, () => house.bot],
  [60, () => other],
  [61, () => house.bot],
  [299, () => other],
];

it(
  'row 11: a declaration delivered again after 0 s, 3 s, 1 min and 5 min, here and there, is one incident',
  async () => {
    const [words, trigger] = [some('again'), `${Date.now()}.eleven`];

    const answers: string[] = [];
    for (const [second, bot] of moments) {
      await atSecond(second);
      const { body } = await house.slack.user('U0ANA', bot().url).command(`declare p2 ${words}`, { trigger });
      answers.push(JSON.stringify(body));
    }
    await atSecond(0);

    // a busy machine says the first time that it is still at it
    const told = answers.filter((text) => !text.includes('Still working'));
    expect(told.length).toBeGreaterThan(3);
    expect(new Set(told.map((text) => /P2 #\d+ declared/.exec(text)?.[0])).size).toBe(1);
    expect(told[0]).toContain('declared');
    expect(await count('select from incidents where title = $1', [words])).toBe(1);
  },
  patient,
);

it(
  'row 11: a press delivered again never undoes what was done meanwhile, and a later press is meant anew',
  async () => {
    const declared = await declare(house);
    const channel = await channelOf(house, declared);
    await quiet(house);
    const card = structuredClone(cardIn(house, channel));
    const press = (bot: Bot, trigger: string) =>
      house.slack.user('U0BEN', bot.url).click(card, 'Acknowledge', { trigger });
    const trigger = `${Date.now()}.press`;

    for (const [second, bot] of moments) {
      await atSecond(second);
      await press(bot(), trigger);
      if (second === 3) await house.slack.user('U0ANA').command(`unack #${declared.number}`);
    }
    const acknowledged = `select from timeline where incident = $1 and kind = 'acknowledged'`;
    const before = await count(acknowledged, [declared.id]);
    await press(other, `${trigger}.later`);
    await atSecond(0);

    expect(before).toBe(1);
    expect(await count(acknowledged, [declared.id])).toBe(2);
  },
  patient,
);

/** An update, because a second declaration in the same words is refused as a twin of the first in any case. */
it('row 29: a genuine request that is replayed to every process has no second effect', async () => {
  const { id, number } = await declare(house);
  const body = new URLSearchParams({
    command: '/incident',
    text: `update #${number} the cache is cold`,
    user_id: 'U0ANA',
    team_id: 'T0LOCAL',
    channel_id: 'C0GENERAL',
    trigger_id: `${Date.now()}.replay`,
  }).toString();
  const time = String(Math.floor(Date.now() / 1_000));
  const hash = createHmac('sha256', secrets.signingSecret).update(`v0:${time}:${body}`).digest('hex');
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': time,
    'x-slack-signature': `v0=${hash}`,
  };
  const send = async ({ url }: Bot) => (await fetch(`${url}/slack/events`, { method: 'POST', headers, body })).status;

  const statuses = [await send(house.bot), await send(house.bot), await send(other), await send(other)];

  expect(statuses).toEqual([200, 401, 200, 401]);
  expect(await count(`select from timeline where incident = $1 and kind = 'update'`, [id])).toBe(1);
});
