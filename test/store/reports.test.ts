import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Report } from '../../src/diagnosis/diagnosis.ts';
import { readReport, saveReport } from '../../src/store/reports.ts';
import { type TestDatabase, testDatabase } from '../tools/database.ts';
import { insert } from './rows.ts';

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

it('keeps a report as it was', async () => {
  const { id } = await insert(database.pool);

  const kept = await saveReport(database.pool, id, report);

  expect(await readReport(database.pool, kept)).toEqual(report);
  expect(await readReport(database.pool, `${Number(kept) + 1}`)).toBeUndefined();
});

it('keeps evidence with characters that Postgres refuses, without them', async () => {
  const { id } = await insert(database.pool);

  const kept = await saveReport(database.pool, id, { ...report, title: 'a\u0000b' });

  expect((await readReport(database.pool, kept))?.title).toBe('ab');
});
