/** Slack asks to wait, fails, loses answers, is away: only what it must wait waits, and nobody reads a thing twice. */
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Bot } from '../../src/sandbox/bot.ts';
import type { House } from '../../src/sandbox/house.ts';
import { inCi, shapes } from '../tools/shapes.ts';
import { channelOf, declare, logOf, open, patient, posted, posts, quiet } from './scene.ts';

let house: House;
let other: Bot;
const bots: Bot[] = [];
beforeAll(async () => {
  house = await open();
  other = await house.another();
  bots.push(other);
}, patient);
afterEach(() => house.slack.faults.clear());
afterAll(() => house.stop(), patient);

inCi(
  'row 8: Slack answers 429: nothing is asked again before the time it named, by no process, and its neighbours go on',
  async () => {
    for (const method of ['conversations.create', 'pins.add'])
      house.slack.faults.add({ method, effect: { kind: 'rate-limited', retryAfter: 2 }, times: 1 });
    const slow = await declare(house);
    const brisk = await declare(house, 'p1', { bot: other });
    const [channel, elsewhere] = [await channelOf(house, slow), await channelOf(house, brisk)];
    await quiet(house);
    const isThere = (args: Record<string, unknown>): boolean => args['channel'] === channel;
    const limit = { effect: { kind: 'rate-limited' as const, retryAfter: 4 }, match: isThere, times: 1 };
    for (const method of ['chat.postMessage', 'chat.update']) house.slack.faults.add({ ...limit, method });
    const began = performance.now();

    for (const [n, bot] of [house.bot, other, house.bot, other].entries())
      await house.slack.user('U0ANA', bot.url).command(`update word ${n}`, { channel });
    await house.slack.user('U0ANA', other.url).command('escalate', { channel: elsewhere });
    const urgent = await posted(house, elsewhere, 'escalated');
    const page = await house.pager.until('the page', (transcript) =>
      transcript.find(({ alias }) => alias === `${brisk.id}:e1`),
    );
    await posted(house, channel, 'word 3');
    await quiet(house);

    const words = posts(house, channel, 'update: word');
    expect(words.map(({ text }) => text.slice(-6))).toEqual(['word 0', 'word 1', 'word 2', 'word 3']);
    expect(words[0]?.order).toBeGreaterThan(began + 4_000);
    expect(urgent.order).toBeLessThan(began + 4_000);
    expect(page.order).toBeLessThan(began + 4_000);
    expect(house.slack.violations).toEqual([]);
  },
  patient,
);

const failures = [
  ['an answer that is lost after it took effect', { kind: 'reply-lost' as const }],
  ['an error', { kind: 'status' as const, status: 500 }],
  ['a fault in words', { kind: 'error' as const, error: 'fatal_error' }],
  ['no answer', { kind: 'hang' as const }],
] as const;

it.each(shapes(failures))(
  'row 9: Slack answers posts with %s: each stands once and in order, and the page is not held up',
  async (_, effect) => {
    const declared = await declare(house);
    const channel = await channelOf(house, declared);
    await quiet(house);
    const isThere = (args: Record<string, unknown>): boolean => args['channel'] === channel;
    house.slack.faults.add({ method: 'chat.postMessage', effect, match: isThere, times: 2 });

    for (const n of [0, 1, 2]) await house.slack.user('U0ANA', other.url).command(`update word ${n}`, { channel });
    await house.slack.user('U0ANA').command('escalate', { channel });
    const page = await house.pager.until('the page', (all) => all.find(({ alias }) => alias === `${declared.id}:e1`));
    const escalated = await posted(house, channel, 'escalated');
    await quiet(house);

    expect(posts(house, channel, 'update: word').map(({ text }) => text.slice(-6))).toEqual([
      'word 0',
      'word 1',
      'word 2',
    ]);
    expect(posts(house, channel, 'escalated')).toHaveLength(1);
    expect(page.order).toBeLessThan(escalated.order);
  },
  patient,
);

it(
  'row 9: where the bot may not read a channel, an answer that was lost costs one double and no more',
  async () => {
    for (const method of ['conversations.history', 'conversations.replies'])
      house.slack.faults.add({ method, effect: { kind: 'error', error: 'missing_scope' } });
    const declared = await declare(house);
    const channel = await channelOf(house, declared);
    await quiet(house);
    const isThere = (args: Record<string, unknown>): boolean => args['channel'] === channel;
    house.slack.faults.add({ method: 'chat.postMessage', effect: { kind: 'reply-lost' }, match: isThere, times: 1 });

    await house.slack.user('U0ANA').command('update one word', { channel });
    await house.slack.user('U0ANA').command('update another word', { channel });
    await posted(house, channel, 'another word');
    await quiet(house);

    expect(posts(house, channel, 'update: one word')).toHaveLength(2);
    expect(posts(house, channel, 'update: another word')).toHaveLength(1);
    expect([house.bot, ...bots].flatMap((bot) => logOf(bot, 'may appear twice'))).not.toEqual([]);
  },
  patient,
);
