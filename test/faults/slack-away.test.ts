/** Slack is away, or takes the token no more: pages and clocks go on, and what is said afterwards is worth reading. */
import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import type { Bot } from '../../src/sandbox/bot.ts';
import type { House } from '../../src/sandbox/house.ts';
import { type LocalServer, startServer } from '../../src/sandbox/http.ts';
import { inCi } from '../tools/shapes.ts';
import { channelOf, declare, logOf, open, patient, posted, posts, quiet, some, waitMs } from './scene.ts';

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

inCi(
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
      waitMs,
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

inCi(
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
    for (let n = 0; n < 10; n += 1) await house.slack.user('U0ANA').command('list');
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
