/** The bot's own database is away: a declaration is written down, paged and announced all the same, and merged once after. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Bot } from '../../src/sandbox/bot.ts';
import { judge } from '../../src/sandbox/history/judge.ts';
import { type House, startHouse } from '../../src/sandbox/house.ts';
import type { LineMode } from '../../src/sandbox/line.ts';
import type { Entry } from '../../src/sandbox/slack/workspace.ts';
import { textOf } from '../../src/sandbox/stories/story.ts';
import { bundled } from '../tools/house.ts';
import { inCi, shapes } from '../tools/shapes.ts';

let house: House;
beforeAll(async () => {
  house = await startHouse(bundled());
}, 60_000);
afterAll(() => house.stop(), 60_000);
afterEach(() => house.line.set({ kind: 'pass' }));

const pool = () => house.databases.own.pool;

interface Told {
  id: string;
  answer: Entry;
  announcement: Entry;
  ackMs: number;
}

/** What the person reads, at once or a moment later on a busy machine. */
const answerWith = (words: string): Promise<Entry> =>
  house.slack.until('the answer', (transcript) =>
    transcript.findLast(
      (entry) => (entry.kind === 'reply' || entry.kind === 'ephemeral') && textOf(entry).includes(words),
    ),
  );

const announcementOf = (title: string): Promise<Entry> =>
  house.slack.until(
    'the announcement',
    (transcript) =>
      transcript.find(
        ({ kind, channel, text }) =>
          kind === 'message' && channel === 'C0INCIDENTS' && text.includes(`no channel yet: ${title}`),
      ),
    15_000,
  );

/** Declared while the database is away; the title is the test's own. */
async function declare(title: string, bot?: Bot): Promise<Told> {
  const trigger = `trigger ${title}`;
  const { ackMs } = await house.slack.user('U0ANA', bot?.url).command(`declare p1 ${title}`, { trigger });
  const answer = await answerWith(`no channel yet: ${title}`);
  const id = createHash('sha256').update(`command:${trigger}`).digest('hex').slice(0, 20);
  await house.pager.until('the page', () => pagesOf(id)[0]);
  return { id, answer, ackMs, announcement: await announcementOf(title) };
}

const pagesOf = (id: string): string[] =>
  house.pager.transcript.filter(({ kind, alias }) => kind === 'page' && alias.startsWith(id)).map(({ alias }) => alias);

interface Row {
  number: number;
  channel: string | null;
  state: { declaredAt: number; recordedAt?: number; announcement?: { ts: string }; pages: { key: string }[] };
}

/** The incident, once the database knows it and its channel is open. */
async function merged(id: string): Promise<Row> {
  const giveUpAt = Date.now() + 30_000;
  for (;;) {
    const { rows } = await pool().query<Row>('select number, channel, state from incidents where id = $1', [id]);
    if (rows[0]?.channel) return rows[0];
    if (Date.now() > giveUpAt) throw new Error(`not merged:\n${house.bot.lastLines().slice(-5).join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** One incident, one page, one channel, one announcement that is now the incident's. */
async function expectMergedOnce({ id, announcement }: Pick<Told, 'id' | 'announcement'>): Promise<Row> {
  const row = await merged(id);
  expect(pagesOf(id)).toEqual([`${id}:1.0`]);
  expect(row.state.pages.map(({ key }) => key)).toEqual([`${id}:1.0`]);
  expect(row.state.announcement?.ts).toBe(announcement.ts);
  await house.slack.until('the announcement as the incident’s own', (transcript) =>
    transcript.find(
      ({ kind, ts, text }) => kind === 'edit' && ts === announcement.ts && text.includes(`#${row.number}`),
    ),
  );
  expect(house.slack.channels().filter(({ name }) => name.startsWith(`inc-${row.number}-`))).toHaveLength(1);
  const { rows } = await pool().query(`select from timeline where incident = $1 and kind = 'done-directly'`, [id]);
  expect(rows).toHaveLength(1);
  return row;
}

const absences: [string, LineMode][] = [
  ['accepts and never answers', { kind: 'silent' }],
  ['refuses', { kind: 'refuse' }],
  ['answers slowly', { kind: 'slow', ms: 250 }],
];

it.each(shapes(absences))(
  'row 3, row 4: declares while the database %s, and merges it once when it is back',
  async (what, mode) => {
    house.line.set(mode);

    const told = await declare(`it ${what}`);
    house.line.set({ kind: 'pass' });

    expect(told.ackMs).toBeLessThan(1_500);
    expect(textOf(told.answer)).toContain('becomes an incident by itself');
    expect(textOf(told.announcement)).toContain('no number, no channel and no clocks');
    const { state } = await expectMergedOnce(told);
    expect(state.declaredAt).toBeLessThan(state.recordedAt ?? 0);
  },
  60_000,
);

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** The server and all of its processes stand still, as when its machine is frozen. */
async function freezeServer(): Promise<() => void> {
  const { rows } = await pool().query<{ pid: number }>('select pid from pg_stat_activity');
  const ps = execFileSync('ps', ['-o', 'ppid=', '-p', String(rows[0]?.pid)], { encoding: 'utf8' });
  const pids = [Number(ps), ...rows.map(({ pid }) => pid)];
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  return () => {
    for (const pid of pids.toReversed()) process.kill(pid, 'SIGCONT');
  };
}

it('row 3: keeps every invariant over these outages', async () => {
  expect(await judge(house, { withinMs: 30_000 })).toEqual([]);
}, 60_000);

it('row 4: declares while the database server itself is frozen, and merges it once when it goes on', async () => {
  const thaw = await freezeServer();

  const told = await declare('the server is frozen').finally(thaw);

  expect((await expectMergedOnce(told)).number).toBeGreaterThan(0);
}, 60_000);

const isAnswer = ({ kind }: Entry): boolean => kind === 'reply' || kind === 'ephemeral';

/** Everybody asks while nothing answers, and hears that it was not done; then the database is back, and the bot with it. */
async function silence(): Promise<number> {
  house.line.set({ kind: 'silent' });
  const before = house.slack.transcript.length;
  const began = performance.now();
  const asked = [...Array.from({ length: 15 }, () => 'list'), 'ack #1'];
  await Promise.all(asked.map((command) => house.slack.user('U0BEN').command(command)));
  const tookMs = await house.slack.until('all that was not done', (transcript) => {
    const told = transcript.slice(before).filter((entry) => isAnswer(entry) && entry.text.includes('was not done'));
    return told.length === asked.length ? performance.now() - began : undefined;
  });
  house.line.set({ kind: 'pass' });
  await lateAnswer('list', 'open');
  return tookMs;
}

async function lateAnswer(command: string, words: string): Promise<Entry> {
  const before = house.slack.transcript.length;
  await house.slack.user('U0BEN').command(command);
  return house.slack.until('the answer', (transcript) =>
    transcript.slice(before).find((entry) => isAnswer(entry) && entry.text.includes(words)),
  );
}

it('row 3: every other verb says that it was not done while the database refuses', async () => {
  house.line.set({ kind: 'refuse' });

  const answer = await lateAnswer('ack #1', '/incident ack was not done');

  expect(textOf(answer)).toContain('Try again');
}, 60_000);

it('row 4: no other command waits long, and says that it was not done; afterwards the pool is as it was', async () => {
  const waits = [await silence(), await silence()];

  // two waits of two seconds: one for a connection of the pool, one for the answer
  expect(Math.max(...waits)).toBeLessThan(8_000);
  // fifteen of the three pools, one that listens
  expect(house.line.open()).toBeLessThanOrEqual(16);
}, 60_000);

inCi(
  'row 6: declares while the database only lets itself be read, and merges it once when it is written to again',
  async () => {
    const readOnly = (on: boolean) =>
      pool()
        .query(`alter system set default_transaction_read_only = ${on ? 'on' : 'off'}`)
        .then(() => pool().query('select pg_reload_conf()'));
    await readOnly(true);
    await until(
      async () =>
        (await pool().query('show default_transaction_read_only')).rows[0]?.['default_transaction_read_only'] === 'on',
    );

    try {
      const told = await declare('it is read-only');
      await house.slack.until('a merge that fails', () =>
        house.bot.lastLines().find((line) => line.includes('could not be merged') && line.includes(told.id)),
      );
      await readOnly(false);

      expect((await expectMergedOnce(told)).number).toBeGreaterThan(0);
    } finally {
      await readOnly(false);
    }
  },
  60_000,
);

inCi(
  'a form declares without the database as words do',
  async () => {
    await house.slack.user('U0ANA').command('declare');
    const form = await house.slack.until('the form', (transcript) =>
      transcript.findLast(({ kind }) => kind === 'view'),
    );
    house.line.set({ kind: 'refuse' });

    await house.slack.user('U0ANA').submit(form.view ?? {}, { severity: 'p1', title: 'sent by a form' });
    const announcement = await announcementOf('sent by a form');

    expect(textOf(announcement)).toContain('Declared by <@U0ANA>');
  },
  60_000,
);

it('a process that is killed right after its answer leaves nothing undone: the next one pages, announces and merges', async () => {
  house.line.set({ kind: 'silent' });
  house.pager.faults.add({ method: 'POST alerts', effect: { kind: 'hang' } });
  house.slack.faults.add({ method: 'chat.postMessage', effect: { kind: 'status', status: 503 } });
  const first = await house.another({}, '/healthz');
  await house.slack
    .user('U0ANA', first.url)
    .command('declare p1 killed after it', { trigger: 'trigger killed after it' });
  await answerWith('killed after it');
  first.kill();
  house.pager.faults.clear();
  house.slack.faults.clear();

  const second = await house.another({}, '/healthz');
  const announcement = await announcementOf('killed after it');
  house.line.set({ kind: 'pass' });

  const id = createHash('sha256').update('command:trigger killed after it').digest('hex').slice(0, 20);
  expect((await expectMergedOnce({ id, announcement })).number).toBeGreaterThan(0);
  await second.stop();
}, 60_000);

inCi(
  'two processes with one journal: each declares, and each declaration is merged once',
  async () => {
    const other = await house.another();
    house.line.set({ kind: 'refuse' });

    const [one, two] = await Promise.all([declare('first of two'), declare('second of two', other)]);
    house.line.set({ kind: 'pass' });

    const rows = [await expectMergedOnce(one), await expectMergedOnce(two)];
    expect(new Set(rows.map(({ number }) => number)).size).toBe(2);
    await other.stop();
  },
  60_000,
);

it('row 25: where the disk takes nothing more it pages and announces, and says plainly that nothing is recorded', async () => {
  const full = await house.another();
  execFileSync('prlimit', ['--pid', String(full.pid), '--fsize=64']);
  house.line.set({ kind: 'refuse' });

  const told = await declare('the disk is full', full);
  house.line.set({ kind: 'pass' });
  await full.stop();

  for (const entry of [told.answer, told.announcement]) {
    expect(textOf(entry)).toContain('NOT recorded');
    expect(textOf(entry)).toContain('Declare it again');
  }
  const written = readFileSync(join(house.journalDir, 'declarations.jsonl'), 'utf8');
  expect(written).not.toContain('the disk is full');
}, 60_000);

it('keeps to the rules of Slack all the while', () => {
  expect(house.slack.violations).toEqual([]);
});
