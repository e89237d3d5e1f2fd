/** People do things to an incident's channel: the incident goes on in a place that everybody can find. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { House } from '../../src/sandbox/house.ts';
import type { Channel } from '../../src/sandbox/slack/workspace.ts';
import { shapes } from '../tools/shapes.ts';
import {
  channelOf,
  type Declared,
  declare,
  incidents,
  open,
  patient,
  posted,
  posts,
  quiet,
  some,
  waitMs,
} from './scene.ts';

let house: House;
beforeAll(async () => {
  house = await open();
}, patient);
afterAll(() => house.stop(), patient);

const bot = 'U0RESPONDER';
const found = (id: string): Channel => {
  const channel = house.slack.channels().find((one) => one.id === id);
  if (!channel) throw new Error(`there is no channel ${id}`);
  return channel;
};

const losses: [string, (channel: Channel) => void][] = [
  [
    'archived',
    (channel) => {
      channel.archived = true;
      channel.members.delete(bot);
    },
  ],
  [
    'deleted',
    (channel) => {
      channel.isPrivate = true;
      channel.members.clear();
    },
  ],
  ['closed to the bot, which was removed', (channel) => void channel.members.delete(bot)],
];

it.each(shapes(losses))(
  'row 26: a channel that was %s is replaced by a new one, the post that met it is not lost, and it is said',
  async (_, lose) => {
    const declared = await declare(house);
    const before = await channelOf(house, declared);
    await quiet(house);
    const broken = house.slack.violations.length;

    const words = some('cold');
    // the card is drawn a little later, so that the post is what meets the loss
    const isThere = (args: Record<string, unknown>): boolean => args['channel'] === before;
    house.slack.faults.add({ method: 'chat.update', effect: { kind: 'slow', ms: 1_000 }, match: isThere, times: 1 });
    lose(found(before));
    await house.slack.user('U0ANA').command(`update #${declared.number} ${words}`);
    const update = await house.slack.until(
      'the update in another channel',
      (transcript) =>
        transcript.find((entry) => entry.channel !== before && entry.text.includes(words) && entry.kind === 'message'),
      waitMs,
    );
    await posted(house, update.channel, 'its channel is gone');
    await quiet(house);

    const { rows } = await house.databases.own.pool.query('select channel from incidents where id = $1', [declared.id]);
    expect(rows).toEqual([{ channel: update.channel }]);
    expect(posts(house, update.channel, `update: ${words.slice(0, 20)}`)).toHaveLength(1);
    expect(posts(house, update.channel, 'Nobody has acknowledged yet')).not.toHaveLength(0);
    expect(found(update.channel).members).toContain('U0ANA');
    const announcement = house.slack.messages(incidents).find(({ text }) => text.includes(`#${declared.number}`));
    expect(JSON.stringify(announcement?.blocks)).toContain(update.channel);
    // each kind of call met the loss at most once or twice, and nothing went on trying
    expect(house.slack.violations.length - broken).toBeLessThan(8);
  },
  patient,
);

it(
  'row 26: a channel that was renamed is the same channel',
  async () => {
    const declared = await declare(house);
    const channel = await channelOf(house, declared);

    found(channel).name = 'the-big-one';
    await house.slack.user('U0ANA').command('update the cache is cold', { channel });

    expect((await posted(house, channel, 'the cache is cold')).channel).toBe(channel);
  },
  patient,
);

it(
  'row 26: a name that somebody else has taken is left to them',
  async () => {
    const { rows } = await house.databases.own.pool.query<{ next: number }>(
      'select coalesce(max(number), 0) + 1 as next from incidents',
    );
    const number = rows[0]?.next;
    const theirs = {
      ...found(incidents),
      id: 'C0THEIRS',
      name: `inc-${number}-lunch`,
      creator: 'U0BEN',
      members: new Set(['U0BEN', bot]),
    };
    house.slack.add(theirs);

    await house.slack.user('U0ANA').command('declare p1 lunch');
    const card = await house.slack.until('the card', (transcript) =>
      transcript.find(
        ({ channel, kind, text }) => kind === 'message' && channel !== incidents && text.includes(`#${number}`),
      ),
    );

    expect(found(card.channel).name).toBe(`inc-${number}-lunch-2`);
    expect(house.slack.messages('C0THEIRS')).toEqual([]);
  },
  patient,
);

it(
  'row 26: with the channel lost and no other to be had the incident lives in the thread of its announcement',
  async () => {
    const declared: Declared = await declare(house, 'p2');
    const channel = await channelOf(house, declared);
    await quiet(house);
    house.slack.faults.add({ method: 'conversations.create', effect: { kind: 'error', error: 'restricted_action' } });

    found(channel).archived = true;
    await house.slack.user('U0ANA').command(`update #${declared.number} the cache is warm`);
    const update = await posted(house, incidents, 'the cache is warm');

    expect(update.thread).toBe(
      house.slack.messages(incidents).find(({ text }) => text.includes(`#${declared.number}`))?.ts,
    );
    house.slack.faults.clear();
  },
  patient,
);

it(
  'row 26: an archived channel of an incident that is over is left in peace',
  async () => {
    const declared = await declare(house, 'p2');
    const channel = await channelOf(house, declared);
    await house.slack.user('U0ANA').command(`cancel #${declared.number} nobody noticed`);
    await quiet(house);
    const [before, calls] = [house.slack.channels().length, house.slack.calls.length];
    const said = posts(house, incidents).length;

    found(channel).archived = true;
    await house.databases.own.pool.query(
      `update outbox set state = 'waiting', attempts = 0, owner = null, lease_until = null
      where incident = $1 and effect ->> 'kind' = 'redraw' and effect ->> 'what' = 'card' and state = 'sent'`,
      [declared.id],
    );
    await house.databases.own.pool.query('notify outbox');
    await quiet(house);

    expect(house.slack.channels()).toHaveLength(before);
    expect(posts(house, incidents)).toHaveLength(said);
    expect(house.slack.calls.length - calls).toBeLessThan(10);
  },
  patient,
);

it(
  'row 26: with the incidents channel archived the declarer is told directly',
  async () => {
    found(incidents).archived = true;

    const declared = await declare(house);

    await posted(house, 'D0ANA', `#${declared.number}`);
    expect(await channelOf(house, declared)).toMatch(/^C/);
  },
  patient,
);
