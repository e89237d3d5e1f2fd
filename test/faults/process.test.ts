/** Row 35: what happens to the process itself. It says so, it is back within seconds, and no duty is lost. */
import { execFileSync } from 'node:child_process';
import { afterEach, expect, it } from '@jest/globals';
import type { House } from '../../src/sandbox/house.ts';
import { textOf } from '../../src/sandbox/stories/story.ts';
import { openHouse } from '../tools/house.ts';
import { inCi, shapes } from '../tools/shapes.ts';
import { type Inside, makeInside } from './orders.ts';
import { sweepNow, sweepOver } from './scene.ts';

let house: House | undefined;
afterEach(async () => {
  await house?.stop();
  house = undefined;
}, 60_000);

async function started(inside?: Inside): Promise<House> {
  house = await openHouse({ env: inside?.env ?? {} });
  return house;
}

const query = async ({ databases }: House, text: string) => (await databases.own.pool.query(text)).rows;

/** What falls due within so many seconds falls due now, and nobody is told. */
const hurry = (at: House, seconds = 301) =>
  query(
    at,
    `create or replace function app_now() returns timestamptz language sql stable
       as $$ select clock_timestamp() + interval '${seconds} seconds' $$`,
  );

const pages = ({ pager }: House, count: number) =>
  pager.until(
    `page ${count}`,
    (transcript) => (transcript.filter(({ kind }) => kind === 'page').length >= count ? true : undefined),
    15_000,
  );

const said = ({ bot, slack }: House, words: string) =>
  slack.until(`the log line "${words}"`, () => bot.lastLines().find((line) => line.includes(words)));

const endings = [
  ['an error that nobody handles', { kind: 'throw' } as const, 'an error that nobody handled: this process ends'],
  ['no memory left', { kind: 'eat-memory' } as const, 'heap out of memory'],
] as const;

it.each(shapes(endings))(
  'row 35: %s ends the process; its supervisor’s next one is ready within seconds and does what fell due',
  async (_, order, words) => {
    const inside = makeInside('--max-old-space-size=128');
    const at = await started(inside);
    await at.slack.user('U0ANA').command('declare p1 checkout returns 502');
    await pages(at, 1);

    await inside.order(order);
    await at.slack.until('the end of the process', () => (at.bot.isRunning() ? undefined : true));
    await hurry(at);
    const began = performance.now();
    await at.another({ NODE_OPTIONS: '' });
    const readyMs = performance.now() - began;
    await pages(at, 2);

    await said(at, words);
    // five seconds on a machine that does nothing else
    expect(readyMs).toBeLessThan(15_000);
    const keys = at.pager.transcript.filter(({ kind }) => kind === 'page').map(({ alias }) => alias);
    expect(new Set(keys).size).toBe(keys.length);
  },
  90_000,
);

it('row 35: a process that stood still for two seconds says so, and does at once what fell due', async () => {
  const inside = makeInside();
  const at = await started(inside);
  await at.slack.user('U0ANA').command('declare p1 checkout returns 502');
  await pages(at, 1);

  // where the machine is too busy to be done before the next sweep, the next step of the ladder shows as much
  let isByItself = false;
  for (let step = 1; step <= 3 && !isByItself; step += 1) {
    const sweep = await sweepOver();
    await hurry(at, step * 300 + 1);
    await inside.order({ kind: 'stand-still', ms: 2_000 });
    await pages(at, step + 1);
    isByItself = sweepNow() === sweep;
  }

  expect(isByItself).toBe(true);
  expect(await said(at, 'this process stood still')).toMatch(/"stoodStillMs":[12]\d\d\d/);
}, 60_000);

inCi(
  'row 35: with no names resolved, a command is answered, and what it asks for is sent when they are',
  async () => {
    const inside = makeInside();
    const at = await started();
    await at.bot.stop();
    // by name: an address needs no resolver
    const named = (url: string) => url.replace('127.0.0.1', 'localhost');
    const other = await at.another({
      ...inside.env,
      SLACK_API_URL: named(at.slack.url),
      OPSGENIE_API_URL: named(at.pager.url),
    });
    await inside.order({ kind: 'dns', isDown: true });

    const answer = await at.slack.user('U0ANA', other.url).command('declare p1 checkout returns 502');
    const why = await at.slack.until('the reason', () =>
      other.lastLines().find((line) => line.includes('EAI_AGAIN') && line.includes('not sent yet')),
    );
    const sentBefore = at.pager.transcript.length;
    await inside.order({ kind: 'dns', isDown: false });
    await pages(at, 1);

    // a busy machine says first that it is still at it
    const isTold = JSON.stringify(answer.body).includes('declared');
    if (!isTold) await at.slack.until('the answer', (all) => all.find(({ text }) => text.includes('declared')));
    expect(why).toContain('page');
    expect(sentBefore).toBe(0);
    await at.slack.until('the channel', (transcript) => transcript.find(({ kind }) => kind === 'channel'), 40_000);
  },
  90_000,
);

inCi(
  'row 35: without a file descriptor left it goes on when there are some again',
  async () => {
    const inside = makeInside();
    const at = await started(inside);
    await at.slack.user('U0ANA').command('declare p1 checkout returns 502');
    await pages(at, 1);
    const limit = (most: string) => execFileSync('prlimit', ['--pid', String(at.bot.pid), `--nofile=${most}`]);

    limit('10:4096');
    await hurry(at);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    limit('4096:4096');
    await pages(at, 2);
    const answered = await at.slack.user('U0BEN').command('ack');

    expect(at.bot.isRunning()).toBe(true);
    expect(answered.status).toBe(200);
    await at.slack.until('the acknowledgement', (transcript) =>
      transcript.find((entry) => textOf(entry).includes('acknowledged by <@U0BEN>')),
    );
  },
  60_000,
);
