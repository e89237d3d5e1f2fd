import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Queryable } from '../../src/diagnosis/diagnosis.ts';
import { type Executions, executions } from '../../src/probes/executions.ts';
import { around, insert, makePatient, type Patient, rows, workflowStuckType } from './patient.ts';

let patient: Patient;

beforeEach(async () => {
  patient = await makePatient();
});
afterEach(() => patient.end());

const look = (targets: Record<string, string> = {}, database: Queryable = patient.pool) =>
  executions.look(around(database, targets));

const oldestOf = ({ oldest }: Pick<Executions, 'oldest'>) => (oldest.ok ? oldest.data : []);

describe('an execution', () => {
  // one transaction, one now(): the limit is met to the millisecond, however slow the machine is
  it.each([
    ['is not stuck at 59 min 59 s', '59 minutes 59 seconds', 0],
    ['is not stuck at the hour', '1 hour', 0],
    ['is stuck a millisecond later', '1 hour 1 millisecond', 1],
  ])('%s', async (_name, age, stuck) => {
    const client = await patient.session('test');
    await client.query('begin');
    await insert(client, { age });

    expect(await look({}, client)).toMatchObject({ running: 1, stuck });
  });

  it('that is over is not stuck, however long ago it began', async () => {
    await patient.run({ age: '3 days', status: 'succeeded' });

    expect(await look()).toMatchObject({ running: 0, stuck: 0, byWorkflow: [], oldest: { ok: true, data: [] } });
  });

  it('of no workflow is counted as such', async () => {
    await patient.run({ age: '2 hours' });

    expect(await look()).toMatchObject({ byWorkflow: [{ workflow: '(none)', stuck: 1 }] });
  });
});

describe('what is seen', () => {
  it('are the numbers, the oldest first, and the workflow with the most first', async () => {
    await patient.run(
      ...rows(30, { age: '2 hours', workflow: 'invoice-export' }),
      ...rows(6, { age: '3 hours', workflow: 'report-mailer' }),
      { age: '5 hours 12 minutes', workflow: 'report-mailer', id: 'first' },
      ...rows(4, { age: '10 minutes', workflow: 'young' }),
    );

    const seen = await look();

    expect(seen).toMatchObject({ running: 41, stuck: 37 });
    expect(oldestOf(seen)[0]?.runningMs).toBeGreaterThanOrEqual((5 * 60 + 12) * 60_000);
    expect(oldestOf(seen)[0]?.runningMs).toBeLessThan((5 * 60 + 13) * 60_000);
    expect(seen.byWorkflow).toEqual([
      { workflow: 'invoice-export', stuck: 30 },
      { workflow: 'report-mailer', stuck: 7 },
    ]);
    expect(oldestOf(seen).map(({ id }) => id)).toEqual(['first', ...[0, 1, 2, 3].map((n) => `report-mailer-${n}`)]);
  });

  it('stays small when a hundred thousand of five thousand workflows are stuck', async () => {
    await patient.pool.query(
      `insert into executions (id, workflow, status, started_at)
       select 'exec-' || n, 'workflow-' || n % 5000, 'running', now() - interval '2 hours' - n * interval '1 second'
         from generate_series(1, 100000) n`,
    );
    const sent: { rows: number; bytes: number }[] = [];
    const counting: Queryable = {
      async query(text, values) {
        const result = await patient.pool.query<Record<string, unknown>>(text, values);
        sent.push({ rows: result.rows.length, bytes: JSON.stringify(result.rows).length });
        return result;
      },
    };

    const seen = await look({ finishedAt: 'finished_at' }, counting);

    expect(seen).toMatchObject({ running: 100_000, stuck: 100_000 });
    expect(seen.byWorkflow).toHaveLength(10);
    expect(oldestOf(seen).map(({ id }) => id)).toEqual(
      [100_000, 99_999, 99_998, 99_997, 99_996].map((n) => `exec-${n}`),
    );
    expect(sent.map((one) => one.rows)).toEqual([1, 1, 1]);
    expect(Math.max(...sent.map(({ bytes }) => bytes))).toBeLessThan(2_000);
  });

  it('is foreign text as it is, cut', async () => {
    await patient.run(
      { age: '2 hours', workflow: '<!channel>', id: `'; drop table executions; --` },
      { age: '3 hours', workflow: `"quoted" 'twice'\nsecond line` },
      { age: '4 hours', workflow: 'x'.repeat(10_240), id: 'y'.repeat(10_240) },
    );

    const { byWorkflow, ...seen } = await look();

    expect(byWorkflow.map(({ workflow }) => workflow).toSorted()).toEqual([
      `"quoted" 'twice'\nsecond line`,
      '<!channel>',
      'x'.repeat(80),
    ]);
    expect(oldestOf(seen).map(({ id }) => id)).toEqual(['y'.repeat(80), 'exec-2', `'; drop table executions; --`]);
  });

  it('are two workflows, where two long names differ only behind what is shown', async () => {
    await patient.run(
      { age: '2 hours', workflow: `${'x'.repeat(100)}a` },
      { age: '2 hours', workflow: `${'x'.repeat(100)}b` },
    );

    expect((await look()).byWorkflow.map(({ stuck }) => stuck)).toEqual([1, 1]);
  });
});

it('is counted where the oldest are not seen, which is a gap', async () => {
  await patient.run({ age: '2 hours' });
  const look = (id: string) => executions.look(around(patient.pool, { id }));

  const seen = await look('number');

  expect(seen).toMatchObject({ stuck: 1, oldest: { ok: false } });
  expect(executions.gaps?.(seen)).toEqual([
    expect.stringMatching(/^which executions are stuck for longest was not seen: .*a column does not exist/),
  ]);
});

describe('the statuses there are', () => {
  it('are asked for where none runs', async () => {
    await patient.run({ age: '2 hours', status: 'RUNNING' }, { age: '3 hours', status: 'done' });

    expect(await look()).toMatchObject({ running: 0, statuses: ['RUNNING', 'done'] });
  });

  it('are not where one does', async () => {
    await patient.run({ age: '2 hours' });

    expect(await look()).not.toHaveProperty('statuses');
  });
});

describe('what finished', () => {
  it('is not looked for where the runbook names no column', async () => {
    expect(await look()).not.toHaveProperty('finished');
  });

  it('is counted within the last 15 minutes', async () => {
    await patient.pool.query(
      `insert into executions (id, status, started_at, finished_at)
       values ('a', 'succeeded', now() - interval '1 hour', now() - interval '14 minutes'),
              ('b', 'succeeded', now() - interval '1 hour', now() - interval '16 minutes')`,
    );

    expect(await look({ finishedAt: 'finished_at' })).toMatchObject({ finished: { ok: true, data: 1 } });
  });

  it('is not seen where its column is missing, and the rest still is', async () => {
    await patient.run({ age: '2 hours' });

    const seen = await look({ finishedAt: 'ended_at' });

    expect(executions.gaps?.(seen)).toEqual([expect.stringContaining('a column does not exist')]);
    expect(seen).toMatchObject({
      stuck: 1,
      finished: { ok: false, why: expect.stringContaining('a column does not exist') },
    });
  });
});

it('is not taken for an answer when something else comes back', async () => {
  const database: Queryable = { query: async () => ({ rows: [{ running: 'many' }] }) };

  await expect(look({}, database)).rejects.toThrow('something else than was asked for');
});

describe('the names in the runbook', () => {
  it('may have a schema, capitals and another status', async () => {
    await patient.pool.query(`
      create schema "Flow";
      create table "Flow"."Runs" ("Id" int, "Kind" text, "State" text, "Began" timestamptz);
      insert into "Flow"."Runs" values (7, 'mail', 'it''s on', now() - interval '2 hours')`);

    const seen = await look({
      table: 'Flow.Runs',
      id: 'Id',
      workflow: 'Kind',
      status: 'State',
      startedAt: 'Began',
      running: "it's on",
    });

    expect(seen).toMatchObject({ stuck: 1, oldest: { data: [{ id: '7', workflow: 'mail' }] } });
  });

  it('may lead to a status that is an enumeration', async () => {
    await patient.pool.query(`
      create type state as enum ('running', 'succeeded');
      alter table executions alter column status type state using status::state;
      insert into executions values ('a', 'mail', 'running', now() - interval '2 hours')`);

    expect(await look()).toMatchObject({ stuck: 1 });
    await expect(look({ running: 'runing' })).rejects.toThrow('a value that the column cannot have');
  });

  it.each([
    ['a second statement', 'executions; drop table executions'],
    ['a quote', 'executions" where true --'],
    ['nothing', ''],
    ['three parts', 'app.public.executions'],
    ['a letter that is none of a plain name', 'exécutions'],
    ['a line break at the end', 'executions\n'],
    ['a digit first', '1executions'],
    ['more than Postgres keeps', 'x'.repeat(64)],
  ])('are refused with %s, and nothing is asked', async (_name, table) => {
    const asked: string[] = [];
    const database: Queryable = {
      async query(text) {
        asked.push(text);
        return { rows: [] };
      },
    };

    await expect(look({ table }, database)).rejects.toThrow('the runbook names no usable table');

    expect(asked).toEqual([]);
  });

  it.each(['id', 'workflow', 'status', 'startedAt'])('are checked for %s too', async (target) => {
    await expect(look({ [target]: `${target}" from pg_authid; --` })).rejects.toThrow(
      `the runbook names no usable ${target}`,
    );
  });

  it('are checked for finishedAt too, which spoils the progress alone', async () => {
    const seen = await look({ finishedAt: 'finished_at" > now() or true; --' });

    expect(seen.finished).toMatchObject({ ok: false, why: expect.stringContaining('no usable finishedAt') });
  });
});

describe('the statement that shows the same', () => {
  it('is the one of the runbook, with the names and limits of the policy', () => {
    expect(executions.repeat(workflowStuckType())).toBe(
      `select * from "executions" where "status" = 'running' and "started_at" < now() - interval '1 hour' order by "started_at" limit 20`,
    );
  });

  it('finds the same rows', async () => {
    await patient.run(...rows(3, { age: '2 hours' }), { age: '59 minutes', id: 'young' });

    const { rowCount } = await patient.pool.query(executions.repeat(workflowStuckType()));

    expect(rowCount).toBe((await look()).stuck);
  });

  it.each([
    [7_200_000, '2 hours'],
    [5_400_000, '90 minutes'],
    [60_000, '1 minute'],
    [90_000, '90 seconds'],
  ])('says a limit of %d ms exactly', (stuckAfter, words) => {
    const type = workflowStuckType();

    const statement = executions.repeat({ ...type, thresholds: { ...type.thresholds, stuckAfter } });

    expect(statement).toContain(`interval '${words}'`);
  });

  it('cannot be broken out of by the name of a status', async () => {
    await patient.run({ age: '2 hours' });
    const statement = executions.repeat(workflowStuckType({ running: `x'; drop table executions; --` }));

    await patient.pool.query(statement);

    expect(await look()).toMatchObject({ stuck: 1 });
  });
});

describe('a workflow that the runbook calls long', () => {
  const targets = { longRunning: `nightly-export, o'hara ,` };

  it.each([
    ['is not stuck beyond the usual limit', 'nightly-export', '5 hours', 0],
    ['is stuck beyond a day', 'nightly-export', '25 hours', 1],
    ['changes nothing for the others', 'nightly', '5 hours', 1],
    ['may have a quote in its name', `o'hara`, '5 hours', 0],
  ])('%s', async (_name, workflow, age, stuck) => {
    await patient.run({ age, workflow });

    expect(await look(targets)).toMatchObject({ running: 1, stuck });
  });

  it('changes nothing for those of no workflow', async () => {
    await patient.run({ age: '5 hours' });

    expect(await look(targets)).toMatchObject({ stuck: 1 });
  });

  it('stands in the statement that shows the same, which finds the same rows', async () => {
    await patient.run(
      { age: '5 hours', workflow: 'nightly-export', id: 'a' },
      { age: '25 hours', workflow: 'nightly-export', id: 'b' },
      { age: '2 hours', workflow: 'mail', id: 'c' },
    );

    const { rows: found } = await patient.pool.query<{ id: string }>(executions.repeat(workflowStuckType(targets)));

    expect(found.map(({ id }) => id)).toEqual(['b', 'c']);
  });
});
