/** Rows 22 and 23: several processes on one database, of which one does not see it, or is stopped while people work. */
import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import { type Bot } from '../../src/sandbox/bot.ts';
import type { House } from '../../src/sandbox/house.ts';
import { type Line, startLine } from '../../src/sandbox/line.ts';
import { textOf } from '../../src/sandbox/stories/story.ts';
import { openHouse } from '../tools/house.ts';
import { inCi } from '../tools/shapes.ts';

let house: House | undefined;
let line: Line | undefined;
afterEach(async () => {
  line?.set({ kind: 'pass' });
  await house?.stop();
  await line?.stop();
  house = undefined;
  line = undefined;
}, 60_000);

async function started(): Promise<House> {
  house = await openHouse();
  return house;
}

const query = async ({ databases }: House, text: string) => (await databases.own.pool.query(text)).rows;

const hurry = (at: House, seconds: number) =>
  query(
    at,
    `create or replace function app_now() returns timestamptz language sql stable
       as $$ select clock_timestamp() + interval '${seconds} seconds' $$;
     notify duties`,
  );

const settled = async (at: House): Promise<void> => {
  const left = `select from outbox o join incidents i on i.id = o.incident where o.state = 'waiting'
                union all select from duties where state = 'owed' and due_at <= app_now()`;
  while ((await query(at, left)).length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
};

/** Every page under a key of its own, every step of the ladder told once, no post twice in one place. */
async function expectOnce(at: House): Promise<void> {
  const keys = at.pager.transcript.filter(({ kind }) => kind === 'page').map(({ alias }) => alias);
  expect(new Set(keys).size).toBe(keys.length);
  const twice = await query(
    at,
    `select incident, kind, body from timeline where kind in ('ladder', 'reminder') group by 1, 2, 3 having count(*) > 1`,
  );
  expect(twice).toEqual([]);
  const posts = at.slack.transcript
    .filter(({ kind }) => kind === 'message')
    .map((one) => `${one.channel} ${textOf(one)}`);
  expect(new Set(posts).size).toBe(posts.length);
  expect(at.slack.violations).toEqual([]);
}

it('row 22: two processes, one of which loses sight of the database: each step of the ladder is taken once', async () => {
  const at = await started();
  line = await startLine(at.databases.own.url);
  await at.another({ DATABASE_URL: line.url });
  await at.slack.user('U0ANA').command('declare p1 checkout returns 502');
  await settled(at);

  line.set({ kind: 'silent' });
  await hurry(at, 301);
  await settled(at);
  line.set({ kind: 'pass' });
  // both are told at the same moment that a step is due
  for (const seconds of [601, 901, 1_501]) {
    await hurry(at, seconds);
    await settled(at);
  }

  const { length } = at.pager.transcript.filter(({ kind }) => kind === 'page');
  expect(length).toBe(5);
  await expectOnce(at);
}, 90_000);

interface Load {
  /** what each command was answered, and under which words it went out */
  answers: { words: string; said: string; status: number }[];
  stop(): Promise<void>;
}

/** Three people who declare and report without a pause, each time by one of the processes that take requests. */
function work(at: House, open: () => Bot[]): Load {
  const answers: Load['answers'] = [];
  const state = { ended: false };
  const person = async (user: string, nth: number): Promise<void> => {
    for (let n = 0; !state.ended; n += 1) {
      const bots = open();
      const words = n % 3 === 0 ? `declare p3 ${randomUUID().replaceAll('-', ' ')}` : `update #${nth} round ${n}`;
      const { status, body } = await at.slack.user(user, bots[n % bots.length]?.url).command(words);
      answers.push({ words, status, said: JSON.stringify(body) });
    }
  };
  const people = ['U0ANA', 'U0BEN', 'U0LEO'].map((user, n) => person(user, n + 1));
  return {
    answers,
    async stop() {
      state.ended = true;
      await Promise.all(people);
    },
  };
}

inCi(
  'row 23: three processes restarted one after the other under load: every input is answered, and none is lost',
  async () => {
    const at = await started();
    for (const n of [1, 2, 3]) await at.slack.user('U0ANA').command(`declare p2 first ${'abc'[n - 1]} of the load`);
    const bots = [at.bot, await at.another(), await at.another()];
    let open = [...bots];
    const load = work(at, () => open);
    const stops: { code: number | null; ms: number }[] = [];
    for (const old of bots) {
      // as the service in front of them does: first nothing new is sent there, then it is stopped
      open = open.filter((bot) => bot !== old);
      const began = performance.now();
      stops.push({ code: await old.stop(), ms: performance.now() - began });
      open = [...open, await at.another()];
    }
    await load.stop();

    expect(stops.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(Math.max(...stops.map(({ ms }) => ms))).toBeLessThan(20_000);
    expect(load.answers.filter(({ status, said }) => status !== 200 || said.length < 10)).toEqual([]);
    const sent = (verb: string) => load.answers.filter(({ words }) => words.startsWith(verb)).length;
    expect(await query(at, `select from incidents where severity = 'p3'`)).toHaveLength(sent('declare'));
    expect(await query(at, `select from timeline where kind = 'update'`)).toHaveLength(sent('update'));
  },
  120_000,
);

it('row 23: a process that is stopped gives back every lease before it ends', async () => {
  const at = await started();
  at.slack.faults.add({ method: 'chat.postMessage', effect: { kind: 'slow', ms: 1_500 } });
  await at.slack.user('U0ANA').command('declare p1 checkout returns 502');
  await at.slack.until('a channel', (transcript) => transcript.find(({ kind }) => kind === 'channel'));

  expect(await at.bot.stop()).toBe(0);

  expect(await query(at, `select from outbox where state = 'waiting' and owner is not null`)).toEqual([]);
  expect((await query(at, `select from outbox where state = 'sent'`)).length).toBeGreaterThan(1);
}, 60_000);

inCi(
  'one process more than Slack has sockets for says so once, goes on with duties, and takes its turn later',
  async () => {
    house = await openHouse({ socket: true });
    const at = house;
    await at.slack.until('a socket', () => (at.slack.sockets.count() === 1 ? true : undefined));
    const others = await Promise.all(Array.from({ length: 9 }, () => openSocket(at)));
    await at.slack.until('ten sockets', () => (at.slack.sockets.count() === 10 ? true : undefined));

    const extra = await at.another();
    const words = 'Slack has no socket left for this process';
    const lines = () => extra.lastLines().filter((line) => line.includes(words)).length;
    await at.slack.until('the log line', () => (lines() > 0 ? true : undefined));
    const asked = { count: 0 };
    const counting = () => {
      asked.count += 1;
      return false;
    };
    at.slack.faults.add({ method: 'apps.connections.open', match: counting, effect: { kind: 'hang' } });
    // in that time the library would have asked three times
    await new Promise((resolve) => setTimeout(resolve, 7_000));
    const askedWhileFull = asked.count;
    const health = await (await fetch(`${extra.url}/readyz`)).text();
    others[0]?.close();
    await at.slack.until('nine sockets', () => (at.slack.sockets.count() === 9 ? true : undefined));
    await at.slack.until('its turn', () => (at.slack.sockets.count() === 10 ? true : undefined), 30_000);
    for (const other of others) other.close();

    expect(health).toContain(words);
    expect(lines()).toBe(1);
    expect(askedWhileFull).toBeLessThanOrEqual(1);
  },
  90_000,
);

async function openSocket({ slack }: House): Promise<WebSocket> {
  const opened = await fetch(`${slack.url}apps.connections.open`, {
    method: 'POST',
    headers: { authorization: 'Bearer xapp-local' },
  });
  const socket = new WebSocket(JSON.parse(await opened.text()).url);
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  return socket;
}
