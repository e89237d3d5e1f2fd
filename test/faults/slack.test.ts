/** Slack asks to wait, fails, loses answers, is away: only what it must wait waits, and nobody reads a thing twice. */
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Bot } from '../../src/sandbox/bot.ts';
import type { House } from '../../src/sandbox/house.ts';
import { type LocalServer, startServer } from '../../src/sandbox/http.ts';
import { channelOf, declare, logOf, open, patient, posted, posts, quiet, some } from './scene.ts';

let house: House;
let other: Bot;
const bots: Bot[] = [];
let hook: LocalServer;
const told: string[] = [];
beforeAll(async () => {
  hook = await startServer((_, response, body) => {
    told.push(body.toString());
    response.end('{}');
  });
  const { url } = hook;
  house = await open({
    runbook: (runbook) => Object.assign(runbook, { fallback: { slack: ['U0LEO'], webhook: url } }),
  });
  other = await house.another();
  bots.push(other);
}, patient);
afterEach(() => house.slack.faults.clear());
/** Real time has to pass: that few calls are made in it is what is to be seen. */
const spend = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
afterAll(async () => {
  await house.stop();
  await hook.stop();
}, patient);

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

it.each([
  ['an error', { kind: 'status' as const, status: 500 }],
  ['a fault in words', { kind: 'error' as const, error: 'fatal_error' }],
  ['no answer', { kind: 'hang' as const }],
  ['an answer that is lost after it took effect', { kind: 'reply-lost' as const }],
])(
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
  'row 10: Slack is down for ten minutes: pages, timers and the second route go on; on return the newest word stands, with its age',
  async () => {
    const declared = await declare(house);
    const channel = await channelOf(house, declared);
    await quiet(house);
    for (const method of [undefined, 'response_url'])
      house.slack.faults.add({ effect: { kind: 'status', status: 503 }, ...(method ? { method } : {}) });
    const seen = posts(house, channel).length;

    for (const minute of [2, 5, 10]) await inMinutes(minute);
    const second = await house.pager.until('the second level', (all) =>
      all.find(({ alias }) => alias === `${declared.id}:1.3`),
    );
    house.pager.faults.add({ method: 'POST alerts', effect: { kind: 'status', status: 401 } });
    const words = some('meanwhile');
    await house.slack.user('U0BEN').command(`declare p1 ${words}`);
    await house.slack.until('the second route', () => told.find((body) => body.includes(words)));
    await inMinutes(12);
    house.slack.faults.clear();
    house.pager.faults.clear();
    await posted(house, channel, 'paging second level');
    const born = await house.slack.until(
      'the card',
      (all) =>
        all.find(
          ({ kind, channel: at, text }) =>
            kind === 'message' && at !== 'C0INCIDENTS' && text.includes(words.slice(0, 30)),
        ),
      patient,
    );
    await quiet(house);

    const ladder = posts(house, channel)
      .slice(seen)
      .filter(({ text }) => /paging|nobody has acknowledged/.test(text));
    expect(ladder).toHaveLength(1);
    expect(ladder[0]?.text).toMatch(/^2 min ago: P1 #\d+: paging second level/);
    expect(JSON.stringify(born.blocks)).toContain('page refused, NOT confirmed');
    expect(second.text).toContain(`#${declared.number}`);
    await inMinutes(0);
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
    bots.push(next);
    const channel = await channelOf(house, declared);
    expect(posts(house, channel, words).length).toBeGreaterThan(0);
    expect(logOf(next, 'token_revoked')).toEqual([]);
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

/** The bots' clock is set forward, and what fell due by that has been decided. */
async function inMinutes(minutes: number): Promise<void> {
  const { pool } = house.databases.own;
  await pool.query(
    `create or replace function app_now() returns timestamptz language sql stable
       as $$ select clock_timestamp() + interval '${minutes} min' $$`,
  );
  await pool.query('notify duties');
  const due = `select from duties where state = 'owed' and due_at <= app_now() limit 1`;
  while ((await pool.query(due)).rows.length > 0) await spend(20);
}
