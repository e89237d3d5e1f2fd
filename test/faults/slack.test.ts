/** Slack asks to wait, fails, loses answers, is away: only what it must wait waits, and nobody reads a thing twice. */
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Bot } from '../../src/sandbox/bot.ts';
import type { House } from '../../src/sandbox/house.ts';
import { channelOf, declare, logOf, open, patient, posted, posts, quiet, some } from './scene.ts';

let house: House;
let other: Bot;
beforeAll(async () => {
  house = await open();
  other = await house.another();
}, patient);
afterEach(() => house.slack.faults.clear());
/** Real time has to pass: that few calls are made in it is what is to be seen. */
const spend = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
afterAll(() => house.stop(), patient);

it(
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

it(
  'a revoked token: pages go on, readyz and one line in the log say it, few calls are made, and the posts go out once it is renewed',
  async () => {
    await quiet(house);
    house.slack.faults.add({ effect: { kind: 'error', error: 'token_revoked' } });
    const began = house.slack.calls.length;
    const linesOf = () => house.bot.lastLines().length + other.lastLines().length;
    const lines = linesOf();

    const words = some('the token is gone');
    const declared = await declare(house, 'p1', { words, by: 'U0BEN' });
    await house.pager.until('the page', (transcript) => transcript.find(({ alias }) => alias.startsWith(declared.id)));
    await spend(8_000);
    const ready = await fetch(`${house.bot.url}/readyz`);
    const said = await ready.text();

    expect([ready.status, said]).toEqual([200, expect.stringContaining('token_revoked')]);
    expect(logOf(house.bot, 'Slack refuses the bot token')).toHaveLength(1);
    expect(logOf(other, 'Slack refuses the bot token').length).toBeLessThanOrEqual(1);
    expect(linesOf() - lines).toBeLessThan(5);
    expect(house.slack.calls.length - began).toBeLessThan(10);
    house.slack.faults.clear();
    const next = await house.another();
    const channel = await channelOf(house, declared);
    expect(posts(house, channel, words).length).toBeGreaterThan(0);
    expect(logOf(next, 'token_revoked')).toEqual([]);
  },
  patient,
);
