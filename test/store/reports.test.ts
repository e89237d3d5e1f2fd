import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Report } from '../../src/diagnosis/diagnosis.ts';
import { retryLater } from '../../src/store/outbox.ts';
import { beginSharing, earlierReport, keepPlace, letGo, readReport, saveReport } from '../../src/store/reports.ts';
import { type TestDatabase, testDatabase } from '../tools/database.ts';
import { hold, insert, somebodyWaits } from './rows.ts';
import { fenceOf, makeSending, only, row, type Sending } from './sending.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
});
afterEach(() => database.end());

const report: Report = {
  issueType: 'workflow-stuck',
  title: 'Workflow execution stuck',
  paragraph: '4.4',
  verdict: 'suspect',
  findings: [
    {
      rule: 'executions.stuck',
      check: 'executions',
      level: 'critical',
      subject: 'executions',
      summary: '7 are stuck.',
    },
  ],
  checks: [{ name: 'executions', verdict: 'suspect', repeat: 'select 1', tookMs: 12 }],
  ruledOut: [],
  steps: ['Cancel stuck executions'],
  pending: [],
  at: 1_772_420_400_000,
  tookMs: 14,
};

const look = (incident: string, given: Report, id = '1') => ({ incident, look: id, report: given });

it('keeps a report as it was', async () => {
  const { id } = await insert(database.pool);

  const kept = await saveReport(database.pool, look(id, report));

  expect(await readReport(database.pool, kept.id)).toEqual({ id: kept.id, report });
  expect(await readReport(database.pool, `${Number(kept.id) + 1}`)).toBeUndefined();
});

it('keeps evidence with characters that Postgres refuses, without them', async () => {
  const { id } = await insert(database.pool);

  const kept = await saveReport(database.pool, look(id, { ...report, title: 'a\u0000b' }));

  expect((await readReport(database.pool, kept.id))?.report.title).toBe('ab');
});

it('has one report for a look, first in part and then whole, and never in part again', async () => {
  const { id } = await insert(database.pool);
  const part: Report = { ...report, findings: [], verdict: 'unknown', pending: ['executions'] };

  const first = await saveReport(database.pool, look(id, part));
  const whole = await saveReport(database.pool, look(id, report));
  const again = await saveReport(database.pool, look(id, part));

  expect([first, whole, again]).toMatchObject([
    { isKnown: false, report: part },
    { id: first.id, isKnown: true, report },
    { id: first.id, isKnown: true, report },
  ]);
});

it('fills what an older release did not write', async () => {
  const { id } = await insert(database.pool);
  const { ruledOut: _, pending: __, at: ___, ...old } = report;
  const { rows } = await database.pool.query<{ id: string }>(
    `insert into reports (incident, at, report) values ($1, to_timestamp(1772420400), $2) returning id`,
    [id, JSON.stringify(old)],
  );

  const kept = await readReport(database.pool, rows[0]?.id ?? '');

  expect(kept?.report).toEqual(report);
});

it('compares with the last whole look at the same, never with itself or with one that was cut short', async () => {
  const { id } = await insert(database.pool);
  const at = (n: number): Report => ({ ...report, at: n });
  for (const [n, given] of [
    at(1),
    at(2),
    { ...at(3), pending: ['executions'] },
    { ...at(4), issueType: 'other' },
  ].entries())
    await saveReport(database.pool, look(id, given, `${n}`));
  await saveReport(database.pool, look(id, at(5), 'own'));

  const earlier = await earlierReport(database.pool, { incident: id, look: 'own', issueType: 'workflow-stuck' });

  expect(earlier?.at).toBe(2);
});

it('remembers the first place of its message, and who was first to share its evidence', async () => {
  const { id } = await insert(database.pool);
  const kept = await saveReport(database.pool, look(id, report));

  await keepPlace(database.pool, kept.id, { channel: 'C1', ts: '1.0' });
  await keepPlace(database.pool, kept.id, { channel: 'C2', ts: '2.0' });

  expect((await readReport(database.pool, kept.id))?.place).toEqual({ channel: 'C1', ts: '1.0' });
  expect([await beginSharing(database.pool, kept.id), await beginSharing(database.pool, kept.id)]).toEqual([
    true,
    false,
  ]);
});

describe('what waits for its message', () => {
  const later = { afterMs: 30_000, error: 'not posted yet', mayHaveHappened: false };
  const place = { channel: 'C1', ts: '1.0' };
  const attach = (key: string, report: string) => row(key, { effect: { kind: 'attach', report } });
  let sending: Sending;
  let reports: { id: string }[];
  beforeEach(async () => {
    sending = await makeSending();
    const { pool } = sending.database;
    reports = [await saveReport(pool, look(sending.id, report)), await saveReport(pool, look(sending.id, report, '2'))];
  });
  afterEach(() => sending.database.end());

  it('goes as soon as that stands, and nothing else does', async () => {
    const [one, other] = reports.map(({ id }) => id);
    await sending.put([attach('its own', one ?? ''), attach('of another', other ?? ''), row('of no report')]);
    for (const claimed of await sending.take()) await sending.settle((db) => retryLater(db, fenceOf(claimed), later));
    expect(await sending.taken()).toEqual([]);

    await keepPlace(sending.database.pool, one ?? '', place);

    expect(await sending.taken()).toEqual(['its own']);
  });

  it('goes too where it was under way meanwhile, and only once it is given back', async () => {
    const { pool } = sending.database;
    const id = reports[0]?.id ?? '';
    await sending.put([attach('its own', id)]);
    const claimed = only(await sending.take());

    await keepPlace(pool, id, place);
    expect(await sending.taken()).toEqual([]);
    await sending.settle((db) =>
      Promise.all([retryLater(db, fenceOf(claimed), later), letGo(db, { report: id, row: claimed.id })]),
    );

    expect(await sending.taken()).toEqual(['its own']);
  });

  it('goes too where it was being given back just then', async () => {
    const { pool } = sending.database;
    const id = reports[0]?.id ?? '';
    await sending.put([attach('its own', id)]);
    const claimed = only(await sending.take());
    const held = await hold(sending.database.url);
    await Promise.all([retryLater(held.db, fenceOf(claimed), later), letGo(held.db, { report: id, row: claimed.id })]);

    const placing = keepPlace(pool, id, place);
    await somebodyWaits(pool);
    await held.commit();
    await placing;

    expect(await sending.taken()).toEqual(['its own']);
  });
});
