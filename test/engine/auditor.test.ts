/** The check of every minute and the audit of every hour: who is told of what, how often, and by which way. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { type Alarms, makeAlarms } from '../../src/engine/alarm.ts';
import { type Auditing, type Auditor, makeAuditor } from '../../src/engine/auditor.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { Loop } from '../../src/engine/loop.ts';
import type { IncidentId } from '../../src/incident/incident.ts';
import { startLine } from '../../src/sandbox/line.ts';
import { incidentsToAudit } from '../../src/store/audit.ts';
import { makePool } from '../../src/store/db.ts';
import { dutiesOf } from '../../src/store/duties.ts';
import { type Bench, makeBench, minutes } from './bench.ts';

let bench: Bench;
let webhook: string[];
beforeEach(async () => {
  bench = await makeBench();
  webhook = [];
});
afterEach(() => bench.end());

interface Replica {
  auditor: Auditor;
  alarms: Alarms;
}

/** Another process of the bot, with people to fall back on and workers that sleep. */
function replica(changes: Partial<Auditing> & { pool?: pg.Pool; withWebhook?: boolean } = {}): Replica {
  const { pool = bench.engine.pool, withWebhook = true, ...others } = changes;
  const policy = { ...bench.engine.policy, fallback: { slack: ['U0FALL', 'S0TEAM'] } };
  const engine: Engine = { ...bench.engine, policy, pool };
  const hook = { alarm: async (sentences: string[]) => void webhook.push(...sentences) };
  const alarms = makeAlarms({ engine, chat: bench.world.chat, webhook: withWebhook ? hook : undefined });
  return { auditor: makeAuditor({ engine, alarms, loops: [], breathe: async () => {}, ...others }), alarms };
}

const told = (): string[] => bench.asked.filter(({ what }) => what === 'alarm').map(({ about }) => about);

const age = (column: string, by: string, where = 'true'): Promise<unknown> =>
  bench.engine.pool.query(`update outbox set ${column} = ${column} - interval '${by}' where ${where}`);

/** Everything of the declaration was sent, but for the rows of one kind. */
async function unsent(kind: string, since: string): Promise<IncidentId> {
  const id = await bench.declare();
  await bench.engine.pool.query(`update outbox set state = 'sent' where effect ->> 'kind' <> $1`, [kind]);
  await age('enqueued_at', since);
  return id;
}

describe('a duty', () => {
  it.each([
    [30_000, []],
    [31_000, ['U0FALL: #1: duty confirm:ID:1.0 has been due for 31 s and is not done.']],
  ])('that has been due for %d ms is told of after half a minute', async (ms, sentences) => {
    const id = await bench.declare();
    await bench.at(30_000 + ms);

    await replica().auditor.everyMinute();

    expect(told()).toEqual(sentences.map((sentence) => sentence.replace('ID', id)));
    expect(webhook).toHaveLength(sentences.length);
  });

  it('that is done when the workers are poked is no trouble', async () => {
    await bench.declare();
    await bench.at(minutes(4));
    const pokes: Promise<void>[] = [];
    const loop: Loop = { poke: () => void pokes.push(bench.due()), stop: async () => {}, pulse: () => [] };

    await replica({ loops: [loop], breathe: () => Promise.all(pokes) }).auditor.everyMinute();

    expect(pokes).toHaveLength(1);
    expect(told()).toEqual([]);
  });
});

it('names no incident to whoever asks without a login, and counts them', async () => {
  await bench.declare();
  await bench.declare('p1', 'another');
  await bench.at(minutes(2));
  await age('enqueued_at', '61 seconds');
  const { auditor } = replica();
  await auditor.everyMinute();

  expect(told().filter((about) => about.includes('#1: '))).not.toEqual([]);
  expect(auditor.problems()).toEqual([
    'Incidents with a duty that is due and not done: 2. The log names them.',
    'Incidents with a page or a post that waits and is not sent: 2. The log names them.',
  ]);
});

describe('a send', () => {
  it.each([
    ['a page', 'page', '61 seconds', true],
    ['a page that is not late yet', 'page', '40 seconds', false],
    ['the announcement', 'announce', '61 seconds', true],
    ['a card whose home does not exist', 'card', '5 minutes', false],
    ['a card whose home never came to exist', 'card', '11 minutes', true],
    ['an invitation, for which nobody waits', 'invite', '1 hour', false],
  ])('%s', async (_, kind, since, alarms) => {
    await unsent(kind, since);

    await replica().auditor.everyMinute();

    const sentence = `U0FALL: #1: "${kind}" has waited for long and is not sent.`;
    expect(told().map((line) => line.replace(/for .* and/, 'for long and'))).toEqual(alarms ? [sentence] : []);
  });

  it('is excused while its budget is spent, for ten minutes; a page is not', async () => {
    await unsent('announce', '2 minutes');
    const spend = `insert into budgets values ('post:announce', clock_timestamp() + interval '1 hour')`;
    await bench.engine.pool.query(spend);
    await replica().auditor.everyMinute();
    const early = told();
    await age('enqueued_at', '9 minutes');

    await replica().auditor.everyMinute();

    expect(early).toEqual([]);
    expect(told()).toEqual(['U0FALL: #1: "announce" has waited for 11 min and is not sent.']);
  });

  it('that is a page has none of these excuses', async () => {
    await unsent('page', '2 minutes');
    await bench.engine.pool.query(
      `insert into budgets values ('some', clock_timestamp() + interval '1 hour');
       update outbox set needs = 'home', budget = 'some', every_ms = 1000, burst = 3`,
    );

    await replica().auditor.everyMinute();

    expect(told()).toHaveLength(1);
  });

  it('says why it failed so far, and how many wait with it', async () => {
    await unsent('page', '3 minutes');
    await bench.engine.pool.query(
      `update outbox set last_error = 'Opsgenie answered 503.' where effect ->> 'kind' = 'page'`,
    );
    await bench.engine.pool.query(`update outbox set state = 'waiting' where effect ->> 'kind' = 'announce'`);

    await replica().auditor.everyMinute();

    expect(told()[0]).toMatch(/is not sent, and 1 more\./);
  });
});

describe('an alarm', () => {
  it('is raised once while it lasts, and again after a quarter of an hour', async () => {
    await unsent('page', '2 minutes');
    const { auditor, alarms } = replica();
    await auditor.everyMinute();
    await auditor.everyMinute();
    await bench.engine.pool.query(`update alarms set told_at = told_at - interval '14 minutes'`);
    await replica().auditor.everyMinute();
    const before = told().length;
    await bench.engine.pool.query(`update alarms set told_at = told_at - interval '1 minute'`);

    await replica().auditor.everyMinute();

    expect(before).toBe(1);
    expect(told()).toHaveLength(2);
    expect(alarms.standing()).toHaveLength(1);
    expect(alarms.raised()).toBe(1);
  });

  it('is raised by one of three replicas', async () => {
    await unsent('page', '2 minutes');

    await Promise.all([1, 2, 3].map(() => replica().auditor.everyMinute()));

    expect(told()).toHaveLength(1);
  });

  it('of another incident is not held back by one that lasts', async () => {
    await unsent('page', '2 minutes');
    const { auditor } = replica();
    await auditor.everyMinute();
    await bench.order({ kind: 'declare', severity: 'p1', title: 'login is blank', anyway: true });
    await age('enqueued_at', '2 minutes', `effect ->> 'kind' = 'page'`);

    await auditor.everyMinute();

    expect(told().map((line) => /#\d/.exec(line)?.[0])).toEqual(['#1', '#2']);
  });

  it('is over when what was owed is done, and the next one is told at once', async () => {
    await unsent('page', '2 minutes');
    const { auditor, alarms } = replica();
    await auditor.everyMinute();
    await bench.engine.pool.query(`update outbox set state = 'sent'`);
    await auditor.everyMinute();
    const standing = alarms.standing();
    await bench.engine.pool.query(`update outbox set state = 'waiting' where effect ->> 'kind' = 'page'`);

    await auditor.everyMinute();

    expect(standing).toEqual([]);
    expect(told()).toHaveLength(2);
  });

  it('that reached nobody is tried again the next minute', async () => {
    await unsent('page', '2 minutes');
    const { auditor } = replica({ withWebhook: false });
    bench.fail.set('alarm', new Error('slack is down'));
    await auditor.everyMinute();
    bench.fail.clear();

    await auditor.everyMinute();
    const atOnce = told().length;
    await bench.engine.pool.query(`update alarms set told_at = told_at - interval '50 seconds'`);
    await replica({ withWebhook: false }).auditor.everyMinute();
    await auditor.everyMinute();

    expect(atOnce).toBe(1);
    expect(told()).toHaveLength(2);
  });

  it('that reached the webhook alone has been told', async () => {
    await unsent('page', '2 minutes');
    const { auditor } = replica();
    bench.fail.set('alarm', new Error('slack is down'));

    await auditor.everyMinute();
    await auditor.everyMinute();

    expect(webhook).toHaveLength(1);
    expect(webhook[0]).toContain('"page" has waited');
  });
});

describe('the database', () => {
  const nowhere = (): pg.Pool => makePool('postgres://nobody@127.0.0.1:1/none', bench.engine.log);

  it('that cannot be read is told of after a minute, once, without the database', async () => {
    const pool = nowhere();
    const { auditor } = replica({ pool, blindMs: 30 });
    await auditor.everyMinute();
    const atFirst = told();
    await pause(40);

    await auditor.everyMinute();
    await auditor.everyMinute();
    await pool.end();

    expect(atFirst).toEqual([]);
    expect(told()).toEqual([
      "U0FALL: The bot's database could not be read for 0 s: no clock runs, and nothing leaves the queue.",
    ]);
    expect(webhook).toHaveLength(1);
    expect(auditor.problems()).toHaveLength(1);
  });

  it('that is back ends the alarm', async () => {
    const line = await startLine(bench.url);
    line.set({ kind: 'refuse' });
    const pool = makePool(line.url, bench.engine.log);
    const { auditor, alarms } = replica({ pool, blindMs: 0 });
    await auditor.everyMinute();
    const standing = alarms.standing();
    line.set({ kind: 'pass' });

    await auditor.everyMinute();
    await pool.end();
    await line.stop();

    expect(standing).toHaveLength(1);
    expect(alarms.standing()).toEqual([]);
  });
});

describe('a worker', () => {
  const worker = (busyMs: number, failingMs = 0): Loop => ({
    poke: () => {},
    stop: async () => {},
    pulse: () => [{ name: 'timers', busyMs, failingMs }],
  });

  it.each([
    [60_000, []],
    [61_000, ['U0FALL: The worker "timers" has been at one round for 61 s.']],
  ])('that has been at one round for %d ms', async (busyMs, sentences) => {
    await replica({ loops: [worker(busyMs)] }).auditor.everyMinute();

    expect(told()).toEqual(sentences);
  });

  it('that fails is a problem which a person can read', () => {
    const problems = [9_000, 11_000].map((ms) => replica({ loops: [worker(0, ms)] }).auditor.problems());

    expect(problems).toEqual([[], ["The bot's database has been of no use for 11 s to: timers."]]);
  });
});

describe('the heartbeat', () => {
  it('is sent in a minute in which all is done', async () => {
    let beats = 0;
    await bench.declare();

    await replica({ heartbeat: async () => void (beats += 1) }).auditor.everyMinute();

    expect(beats).toBe(1);
  });

  it('stays away while something is not done, or nothing can be seen', async () => {
    let beats = 0;
    const heartbeat = async () => void (beats += 1);
    await unsent('page', '2 minutes');
    const pool = makePool('postgres://nobody@127.0.0.1:1/none', bench.engine.log);

    await replica({ heartbeat }).auditor.everyMinute();
    await replica({ heartbeat, pool }).auditor.everyMinute();
    await pool.end();

    expect(beats).toBe(0);
  });

  it('that is not taken changes nothing', async () => {
    const { auditor, alarms } = replica({ heartbeat: () => Promise.reject(new Error('gone')) });

    await auditor.everyMinute();

    expect(alarms.standing()).toEqual([]);
  });
});

describe('every hour', () => {
  const byHand = (statement: string): Promise<unknown> => bench.engine.pool.query(statement);

  it('a timeline that was changed is told of, once in a day', async () => {
    await bench.declare();
    await byHand('alter table timeline disable trigger user');
    await byHand(`update timeline set body = body || '{"title": "nothing"}' where seq = 1`);
    const { auditor } = replica();

    await auditor.everyHour();
    await auditor.everyHour();

    expect(told()).toEqual(["U0FALL: #1's timeline: row 1 was changed."]);
  });

  it('a timeline that was rewritten as a whole is told of by who saw it before', async () => {
    await bench.declare();
    const { auditor } = replica();
    await auditor.everyHour();
    await byHand('alter table timeline disable trigger user');
    await byHand('delete from timeline where seq = 2');
    await byHand('update incidents set timeline_length = 1, timeline_head = (select hash from timeline)');

    await auditor.everyHour();

    expect(told()).toEqual(["U0FALL: #1's timeline: its first 2 rows were rewritten."]);
  });

  it('a duty that was removed is told of, and owed again', async () => {
    const id = await bench.declare();
    await byHand(`delete from duties where key = 'page:1.2'`);
    const { auditor, alarms } = replica();

    await auditor.everyHour();
    const owed = (await dutiesOf(bench.engine.pool, id)).find(({ key }) => key === 'page:1.2');
    await auditor.everyHour();

    expect(told()).toEqual(['U0FALL: #1: duty page:1.2 is missing.']);
    expect(owed?.state).toBe('owed');
    expect(alarms.standing()).toEqual([]);
  });

  it('what was late is no alarm', async () => {
    await bench.declare();
    await bench.at(minutes(4));
    await bench.due();

    await replica().auditor.everyHour();

    expect(told()).toEqual([]);
  });

  it('incidents that are over are looked at too: soon after, and then once a day', async () => {
    const id = await bench.declare();
    await bench.order({ kind: 'cancel' }, { incident: id });
    const soon = await incidentsToAudit(bench.engine.pool);
    await bench.at(minutes(24 * 60));
    const { rows } = await bench.engine.pool.query<{ hour: number }>(
      `select extract(hour from clock_timestamp() at time zone 'UTC')::int as hour`,
    );
    const hour = rows[0]?.hour ?? 0;
    const numbered = async (number: number): Promise<string[]> => {
      await bench.engine.pool.query('update incidents set number = $1', [number]);
      return incidentsToAudit(bench.engine.pool);
    };

    expect(soon).toEqual([id]);
    expect(await numbered(24 + hour)).toEqual([id]);
    expect(await numbered(24 + hour + 12)).toEqual([]);
  });
});
