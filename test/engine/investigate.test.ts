/** A look, from the outbox to its one message: told in part, told whole, carried out again, attached. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type pg from 'pg';
import type { Playbook, Report } from '../../src/diagnosis/diagnosis.ts';
import { deliverRound } from '../../src/engine/deliver.ts';
import { investigate } from '../../src/engine/investigate.ts';
import { SendFailed } from '../../src/errors.ts';
import { keepPlace } from '../../src/store/reports.ts';
import { report as found } from '../slack/views/world.ts';
import { type Bench, makeBench } from './bench.ts';

const whole: Report = { ...found, at: 1_000 };
const part: Report = { ...whole, verdict: 'unknown', findings: [], pending: ['locks on executions'] };

let bench: Bench;
beforeEach(async () => {
  bench = await makeBench();
});
afterEach(() => bench.end());

/** Says what it knows when it is told to, and ends when it is told to. */
function slowPlaybook(first: Report | undefined, last: Report = whole) {
  const gate = Promise.withResolvers<void>();
  const playbook: Playbook = {
    issueType: 'workflow-stuck',
    probes: [],
    async run(_, hear) {
      if (first) hear?.(first);
      await gate.promise;
      return last;
    },
  };
  return { playbook, end: () => gate.resolve() };
}

const use = (...playbooks: Playbook[]): void => {
  bench.engine.playbooks = playbooks;
};

const declared = () =>
  bench.order({ kind: 'declare', severity: 'p1', title: 'executions stuck', issueType: 'workflow-stuck' });

const look = () => deliverRound({ engine: bench.engine, world: bench.world, lane: 'look', owner: 'one' });

const told = () => bench.asked.filter(({ what, about }) => about === 'report' || what === 'redraw-report');

async function count(sql: string): Promise<number> {
  const { rows } = await bench.engine.pool.query<{ n: number }>(`select count(*)::int as n from ${sql}`);
  return rows[0]?.n ?? 0;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error('it did not come to that');
    await pause(20);
  }
}

it('posts what is known while something still hangs, and edits that message when all is known', async () => {
  const slow = slowPlaybook(part);
  use(slow.playbook);
  await declared();

  const looking = look();
  await until(async () => (await count(`timeline where kind = 'report'`)) === 1);
  await bench.deliver();
  const first = told();
  slow.end();
  await looking;
  await bench.deliver();

  expect(first).toMatchObject([{ what: 'post' }]);
  expect(told().slice(1)).toMatchObject([{ what: 'redraw-report', about: 'suspect' }]);
  expect(await count('reports')).toBe(1);
});

it('posts once and edits nothing when all is known in time', async () => {
  const quick = slowPlaybook(undefined);
  quick.end();
  use(quick.playbook);
  await declared();

  await bench.deliver();

  expect(told()).toMatchObject([{ what: 'post' }]);
});

it('carried out again after a kill it has the same report and the same message', async () => {
  const answer = await declared();
  if (!answer.ok) throw new Error('refused');
  const of = { incident: answer.incident.id, look: '7', issueType: 'workflow-stuck' };
  use(slowPlaybook(part).playbook);
  void investigate(bench.engine, of);
  await until(async () => (await count(`timeline where kind = 'report'`)) === 1);

  const again = slowPlaybook(part);
  again.end();
  use(again.playbook);
  const news = await investigate(bench.engine, of);

  expect(news).toMatchObject({ kind: 'report-ready', verdict: 'suspect', isKnown: true });
  expect(await count('reports')).toBe(1);
  expect(await count(`outbox where effect -> 'entry' ->> 'kind' = 'report'`)).toBe(1);
});

it('keeps its lease while it goes on, so that nobody else begins the same look', async () => {
  const slow = slowPlaybook(undefined);
  use(slow.playbook);
  await declared();
  const looking = look();
  await until(async () => (await count(`outbox where lane = 'look' and owner = 'one'`)) === 1);
  await bench.engine.pool.query(
    `update outbox set lease_until = clock_timestamp() + interval '3 s' where lane = 'look'`,
  );

  await until(
    async () => (await count(`outbox where lane = 'look' and lease_until > clock_timestamp() + interval '4 s'`)) === 1,
  );

  slow.end();
  await looking;
  expect(await count(`outbox where lane = 'look' and state = 'sent' and attempts = 1`)).toBe(1);
});

it('says in the second report what is gone since the first', async () => {
  const first = slowPlaybook(undefined);
  first.end();
  use(first.playbook);
  const answer = await declared();
  await bench.deliver();
  const healthy = { ...whole, verdict: 'healthy' as const, findings: [], at: 2_000 };
  const second = slowPlaybook(undefined, healthy);
  second.end();
  use(second.playbook);

  await bench.order({ kind: 'diagnose' }, answer.ok ? { incident: answer.incident.id } : {});
  await bench.deliver();

  const { rows } = await bench.engine.pool.query<{ report: Report }>('select report from reports order by id');
  expect(rows.map(({ report }) => report.changes)).toMatchObject([
    undefined,
    { since: 1_000, list: [{ kind: 'gone', rule: 'executions.stuck' }] },
  ]);
});

it('begins no second look of a kind while one is under way, however it is asked for, and any other', async () => {
  const slow = slowPlaybook(undefined);
  use(slow.playbook);
  const answer = await declared();
  const incident = answer.ok ? answer.incident.id : '';
  const ask = (issueType?: string) =>
    bench.order({ kind: 'diagnose', ...(issueType ? { issueType } : {}) }, { incident });

  const [same, named, other] = [await ask(), await ask('workflow-stuck'), await ask('high-memory')];
  slow.end();
  await bench.deliver();
  const later = await ask();

  for (const refused of [same, named])
    expect(refused).toMatchObject({ ok: false, refusal: { code: 'look-under-way' } });
  expect([other.ok, later.ok]).toEqual([true, true]);
});

it('looks with every playbook while nobody has said what it is', async () => {
  const quick = slowPlaybook(undefined);
  quick.end();
  use(quick.playbook);

  await bench.declare('p1', '');
  await bench.deliver();

  const { rows } = await bench.engine.pool.query<{ report: Report }>('select report from reports');
  expect(rows.map(({ report }) => report.suggestions)).toMatchObject([
    [{ issueType: 'workflow-stuck', verdict: 'suspect' }],
  ]);
});

it('stores and sends nothing secret', async () => {
  const leaky = slowPlaybook(undefined, {
    ...whole,
    findings: whole.findings.map((one) => ({ ...one, evidence: ['dsn=postgres://app:hunter2@db/x'] })),
  });
  leaky.end();
  use(leaky.playbook);
  await declared();

  await bench.deliver();

  expect(await count(`reports where report::text like '%hunter2%'`)).toBe(0);
  expect(await count(`reports where report::text like '%redacted%'`)).toBe(1);
});

const attached = () => bench.asked.filter(({ what }) => what === 'upload' || what === 'share').map(({ what }) => what);

async function withEvidence(): Promise<void> {
  const quick = slowPlaybook(undefined);
  quick.end();
  use(quick.playbook);
  await declared();
  await bench.deliver();
  await patiently();
}

/** What was told to wait has waited. */
async function patiently(): Promise<void> {
  await bench.engine.pool.query('update outbox set not_before = clock_timestamp()');
  await bench.deliver();
}

it('puts the evidence beside the report, after it is posted', async () => {
  await withEvidence();

  expect(attached()).toEqual(['upload', 'share']);
  expect(told()).toMatchObject([{ what: 'post' }]);
});

it('puts it there as soon as the report is posted, however late that is', async () => {
  bench.fail.set('post', new SendFailed('unreachable', 'Slack did not answer.', { retry: 'later' }));
  await withEvidence();
  expect(await bench.states()).toMatchObject({ report: 'waiting', attach: 'waiting' });
  await bench.engine.pool.query(`update outbox set not_before = case when effect ->> 'kind' = 'attach'
    then clock_timestamp() + interval '1 hour' else clock_timestamp() end`);
  bench.fail.clear();

  await bench.deliver();

  expect(attached()).toEqual(['upload', 'share']);
});

it('puts it there at once too where the report came to stand just after that was looked for', async () => {
  bench.fail.set('post', new SendFailed('unreachable', 'Slack did not answer.', { retry: 'later' }));
  await withEvidence();
  const { pool } = bench.engine;
  await pool.query(`update outbox set not_before = clock_timestamp(), attempts = 8 where effect ->> 'kind' = 'attach'`);
  const { rows } = await pool.query<{ id: string }>('select id from reports');
  const place = { channel: 'C01', ts: '9.0' };
  const late: pg.Pool = Object.create(pool);
  late.query = async (...asked: unknown[]) => {
    const answer = await Reflect.apply(pool.query.bind(pool), pool, asked);
    await keepPlace(pool, rows[0]?.id ?? '', place);
    return answer;
  };

  const world = { ...bench.world, engine: { ...bench.engine, pool: late } };
  await deliverRound({ engine: bench.engine, world, lane: 'bulk', owner: 'one' });
  await deliverRound({ engine: bench.engine, world, lane: 'bulk', owner: 'one' });

  expect(attached()).toEqual(['upload', 'share']);
});

it('says in the report that the evidence could not be attached, and the report stands', async () => {
  bench.fail.set(
    'upload',
    new SendFailed('missing_scope', 'The evidence was not attached: no permission.', { retry: 'never' }),
  );

  await withEvidence();

  expect(told()).toMatchObject([
    { what: 'post' },
    { what: 'redraw-report', about: 'suspect  The evidence was not attached: no permission.' },
  ]);
});

it('shares a file once, whatever became of the answer', async () => {
  bench.fail.set('share', new SendFailed('unreachable', 'Slack did not answer.', { retry: 'later' }));
  await withEvidence();
  bench.fail.clear();

  await patiently();

  expect(attached()).toEqual(['upload', 'share', 'upload']);
  expect(told().at(-1)?.about).toContain('it is not sent twice');
});
