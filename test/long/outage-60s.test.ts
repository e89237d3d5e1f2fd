/** The bot's own database is away for 60 s in the middle of a P1, gone or frozen: what is declared meanwhile is not lost. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type House, startHouse } from '../../src/sandbox/house.ts';

let house: House;
beforeAll(async () => {
  house = await startHouse({ now: Date.now, say: () => {} });
}, 60_000);
afterAll(() => house.stop(), 60_000);

const pool = () => house.databases.own.pool;
const idOf = (trigger: string): string => createHash('sha256').update(`command:${trigger}`).digest('hex').slice(0, 20);

/** A server that stops: its connections are cut, and nobody answers. */
const stop = async (): Promise<() => void> => {
  house.line.set({ kind: 'refuse' });
  return () => house.line.set({ kind: 'pass' });
};

/** The server and all of its processes stand still, as when its machine is frozen. */
const freeze = async (): Promise<() => void> => {
  const { rows } = await pool().query<{ pid: number }>('select pid from pg_stat_activity');
  const parent = execFileSync('ps', ['-o', 'ppid=', '-p', String(rows[0]?.pid)], { encoding: 'utf8' });
  const pids = [Number(parent), ...rows.map(({ pid }) => pid)];
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  return () => {
    for (const pid of pids.toReversed()) process.kill(pid, 'SIGCONT');
  };
};

interface Row {
  id: string;
  number: number;
  channel: string | null;
  state: { declaredAt: number };
}

async function mergedRows(ids: string[]): Promise<Row[]> {
  const giveUpAt = Date.now() + 30_000;
  for (;;) {
    const { rows } = await pool().query<Row>(
      'select id, number, channel, state from incidents where id = any($1) order by number',
      [ids],
    );
    if (rows.length === ids.length && rows.every(({ channel }) => channel !== null)) return rows;
    if (Date.now() > giveUpAt) throw new Error(`not merged:\n${house.bot.lastLines().slice(-5).join('\n')}`);
    await pause(100);
  }
}

it.each([
  ['stopped', 'checkout returns 502', stop],
  ['frozen', 'search finds nothing', freeze],
])(
  'Postgres %s for 60 s: each declaration is acknowledged within 1 s, paged and announced, and merged once after',
  async (what, title, begin) => {
    await house.slack.user('U0ANA').command(`declare p1 ${title}`);
    await house.slack.until('its page', () => house.pager.transcript.find(({ text }) => text.includes(title)));
    // what falls due at two minutes falls into the outage
    await pause(70_000);
    const back = await begin();
    const began = Date.now();

    const triggers: string[] = [];
    const acks: number[] = [];
    for (const second of [1, 20, 40, 58]) {
      await pause(Math.max(0, began + second * 1_000 - Date.now()));
      const trigger = `${what} after ${second}`;
      const { ackMs } = await house.slack.user('U0BEN').command(`declare p1 ${trigger} s`, { trigger });
      triggers.push(trigger);
      acks.push(ackMs);
      await house.pager.until('the page', (transcript) =>
        transcript.find(({ alias }) => alias === `${idOf(trigger)}:1.0`),
      );
      await house.slack.until('the announcement', (transcript) =>
        transcript.find(({ kind, text }) => kind === 'message' && text.includes(`no channel yet: ${trigger}`)),
      );
    }
    await pause(Math.max(0, began + 60_000 - Date.now()));
    back();
    const backAt = Date.now();
    const late = await house.slack.until(
      'what fell due meanwhile',
      (transcript) =>
        transcript.find(
          ({ kind, at, text }) => kind === 'message' && at >= backAt && text.includes('nobody has acknowledged —'),
        ),
      15_000,
    );

    console.log(
      `${what}: acknowledged after ${acks.join(', ')} ms; overdue said ${late.at - backAt} ms after it was back`,
    );
    expect(Math.max(...acks)).toBeLessThan(1_000);
    expect(late.at - backAt).toBeLessThan(5_000);
    const rows = await mergedRows(triggers.map(idOf));
    expect(rows.map(({ id }) => id)).toEqual(triggers.map(idOf));
    expect(rows.every(({ state }) => state.declaredAt < backAt)).toBe(true);
    for (const { id, number } of rows) {
      expect(house.pager.transcript.filter(({ kind, alias }) => kind === 'page' && alias.startsWith(id))).toHaveLength(
        1,
      );
      expect(house.slack.channels().filter(({ name }) => name.startsWith(`inc-${number}-`))).toHaveLength(1);
    }
    expect(house.slack.violations).toEqual([]);
  },
  240_000,
);

it('what a frozen process declared is merged by another one, and the frozen one finds nothing left to do', async () => {
  const other = await house.another();
  house.line.set({ kind: 'refuse' });
  const trigger = 'its process stands still';
  await house.slack.user('U0BEN', other.url).command(`declare p1 ${trigger}`, { trigger });
  await house.slack.until('the announcement', (transcript) =>
    transcript.find(({ kind, text }) => kind === 'message' && text.includes(`no channel yet: ${trigger}`)),
  );
  // until its journal knows of what Slack took: frozen in between, it would be announced twice
  await pause(1_000);
  other.freeze();

  house.line.set({ kind: 'pass' });
  const [row] = await mergedRows([idOf(trigger)]);
  other.thaw();
  await pause(5_000);

  const announced = house.slack.transcript.filter(
    ({ kind, channel, text }) => kind === 'message' && channel === 'C0INCIDENTS' && text.includes(trigger),
  );
  expect(announced).toHaveLength(1);
  expect(house.slack.channels().filter(({ name }) => name.startsWith(`inc-${row?.number}-`))).toHaveLength(1);
  await other.stop();
}, 90_000);
