import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { handle } from '../../src/engine/handle.ts';
import type { Command } from '../../src/incident/incident.ts';
import { dutiesOf } from '../../src/store/duties.ts';
import { verifyTimeline } from '../store/verify.ts';
import { ana, type Bench, ben, makeBench, minutes } from './bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await makeBench();
});
afterEach(() => bench.end());

const pagesIn = async (): Promise<number> => {
  const { rows } = await bench.engine.pool.query<{ n: number }>(
    `select count(*)::int as n from outbox where effect ->> 'kind' = 'page'`,
  );
  return rows[0]?.n ?? -1;
};

it('saves incident, timeline, duties and the first page in one transaction', async () => {
  const id = await bench.declare();

  const duties = await dutiesOf(bench.engine.pool, id);
  expect(duties.find(({ key }) => key === 'page:1.0')).toMatchObject({
    state: 'paid',
    lateMs: 0,
    outcome: 'paged on-call',
  });
  expect(duties.filter(({ state }) => state === 'owed').map(({ key }) => key)).toContain('page:1.1');
  expect(await pagesIn()).toBe(1);
  expect(await verifyTimeline(bench.engine.pool, id)).toEqual({ ok: true });
});

it('answers the same delivery four times with the first answer, and declares once', async () => {
  const input = {
    key: 'command:trigger-1',
    actor: ana,
    command: { kind: 'declare' as const, severity: 'p1' as const, title: '' },
  };

  const answers = await Promise.all([1, 2, 3, 4].map(() => handle(bench.engine, input)));

  expect(new Set(answers.map(({ incident }) => incident?.id)).size).toBe(1);
  expect(answers.filter(({ repeated }) => repeated === undefined)).toHaveLength(1);
  expect(await pagesIn()).toBe(1);
});

it('declares one incident when two people declare the same at the same time', async () => {
  const declare = (key: string, actor = ana) =>
    handle(bench.engine, { key, actor, command: { kind: 'declare', severity: 'p1', title: 'checkout returns 502' } });

  const answers = await Promise.all([declare('a'), declare('b', ben)]);

  expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  expect(answers.find(({ ok }) => !ok)).toMatchObject({ refusal: { code: 'looks-declared' } });
});

it('gives the number of a refused declaration to the next one', async () => {
  await bench.declare();
  await bench.order({ kind: 'declare', severity: 'p1', title: 'checkout 502' });

  const answer = await bench.order({ kind: 'declare', severity: 'p1', title: 'login page is blank' });

  expect(answer.incident?.number).toBe(2);
});

it('tells the second of two people who press the same button who was first', async () => {
  const incident = await bench.declare();
  const press = (actor: typeof ana) =>
    handle(bench.engine, {
      key: 'click:C1:1.0:escalate:1',
      incident,
      actor,
      command: { kind: 'escalate' },
      drawnFor: 1,
    });

  const answers = await Promise.all([press(ana), press(ben)]);

  const first = answers.find(({ repeated }) => !repeated);
  const second = answers.find(({ repeated }) => repeated);
  expect(first?.incident?.escalations).toBe(1);
  expect(second?.repeated?.by).toEqual(first === answers[0] ? ana : ben);
});

it('lets two different buttons for the same escalation climb one step', async () => {
  const incident = await bench.declare();
  const press = (key: string, actor: typeof ana) =>
    handle(bench.engine, { key, incident, actor, command: { kind: 'escalate' }, drawnFor: 1 });

  const answers = await Promise.all([press('card', ana), press('reminder', ben)]);

  expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  expect(answers.find(({ ok }) => !ok)).toMatchObject({ refusal: { code: 'overtaken', what: 'escalate' } });
});

it('refuses a command for an incident that does not exist', async () => {
  const answer = await bench.order({ kind: 'acknowledge' }, { incident: 'nowhere' });

  expect(answer).toEqual({ ok: false, refusal: { code: 'no-such-incident' } });
});

it('cancels the duties of the ladder with the acknowledgement, and owes the lead', async () => {
  const id = await bench.declare();

  await bench.order({ kind: 'acknowledge' }, { incident: id });

  const duties = await dutiesOf(bench.engine.pool, id);
  expect(duties.filter(({ kind, state }) => kind === 'page' && state === 'owed')).toEqual([]);
  expect(duties.find(({ kind }) => kind === 'lead')).toMatchObject({ state: 'owed', key: 'lead:1.0' });
});

it.each([
  ['resolved and reopened', [{ kind: 'resolve' }, { kind: 'reopen', reason: 'it is back' }]],
  [
    'called a P2 for a moment',
    [
      { kind: 'severity', severity: 'p2' },
      { kind: 'severity', severity: 'p1' },
    ],
  ],
] satisfies [string, Command[]][])('an incident that was %s owes its resolution again', async (_, commands) => {
  const id = await bench.declare();
  for (const command of commands) await bench.order(command, { incident: id });
  await bench.at(minutes(30));

  await bench.due();

  const duties = await dutiesOf(bench.engine.pool, id);
  expect(duties.find(({ key }) => key === 'resolution:p1.0')?.state).toBe('paid');
  expect(duties.find(({ key }) => key === 'resolution:p1.1')?.state).toBe('owed');
});

it('fires what is due once, with two replicas awake', async () => {
  const id = await bench.declare();
  await bench.at(minutes(10));

  await Promise.all([bench.due(), bench.due(), bench.due()]);

  const duties = await dutiesOf(bench.engine.pool, id);
  expect(duties.filter(({ kind, state }) => kind === 'page' && state === 'paid').map(({ key }) => key)).toEqual([
    'page:1.0',
    'page:1.1',
    'page:1.2',
    'page:1.3',
  ]);
  expect(await pagesIn()).toBe(2);
});

it('fires nothing a millisecond early', async () => {
  const id = await bench.declare();
  await bench.at(minutes(2) - 1);

  await bench.due();

  const early = await dutiesOf(bench.engine.pool, id);
  expect(early.find(({ key }) => key === 'page:1.1')?.state).toBe('owed');
});

it('finds a timeline row that was changed, and one that was removed at the end', async () => {
  const id = await bench.declare();
  await bench.order({ kind: 'acknowledge' }, { incident: id });
  const { pool } = bench.engine;
  await expect(pool.query('delete from timeline')).rejects.toThrow('only ever appended');
  await pool.query('alter table timeline disable trigger all');

  await pool.query(`update timeline set body = body || '{"title":"other"}' where seq = 1`);
  expect(await verifyTimeline(pool, id)).toMatchObject({ ok: false, seq: 1 });

  await pool.query(`update timeline set body = jsonb_set(body, '{title}', '"checkout returns 502"') where seq = 1`);
  await pool.query('delete from timeline where seq = (select max(seq) from timeline)');
  expect(await verifyTimeline(pool, id)).toMatchObject({ ok: false, why: 'the last row is missing' });
});
