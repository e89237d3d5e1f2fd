import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeTargetDatabase, type TargetDatabase } from '../../src/clients/postgres.ts';
import type { Report } from '../../src/diagnosis/diagnosis.ts';
import { workflowStuck } from '../../src/playbooks/workflow-stuck.ts';
import type { Scenario } from '../../src/sandbox/scenarios/scenario.ts';
import { workflowStuckScenarios } from '../../src/sandbox/scenarios/workflow-stuck.ts';
import { makePatient, type Patient } from '../probes/patient.ts';
import { aroundScene, rulesOf } from './scenes.ts';

let patient: Patient;
let database: TargetDatabase;

beforeEach(async () => {
  patient = await makePatient();
  database = makeTargetDatabase(patient.url, () => {});
});
afterEach(async () => {
  await database.end();
  await patient.end();
});

async function play(one: Scenario): Promise<Report> {
  const end = await one.database?.(patient.pool, patient.url);
  try {
    return await workflowStuck.run(aroundScene(one, database));
  } finally {
    await end?.();
  }
}

const scenario = (name: string): Scenario => {
  const found = workflowStuckScenarios.find((one) => one.name === name);
  if (!found) throw new Error(`there is no scenario ${name}`);
  return found;
};
const offersOf = ({ findings }: Report): string[] =>
  findings.flatMap(({ rule, offers = [] }) => offers.map(({ remedy, about }) => `${rule}: ${remedy} ${about.name}`));

describe('the scenario', () => {
  it.each(workflowStuckScenarios.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    const report = await play(one);

    expect(rulesOf(report)).toEqual(one.finds.toSorted());
    for (const words of one.says ?? []) expect(report.findings[0]?.summary).toContain(words);
    for (const rule of one.not ?? []) expect(report.findings.map((finding) => finding.rule)).not.toContain(rule);
  });
});

describe('what is offered', () => {
  it.each([
    ['nothing where rows are locked: neither a restart nor a cancel gets past the lock', 'rows-locked', []],
    [
      'no restart where a service is away: it would wait for it again',
      'external-service-away',
      ['executions.stuck: cancel-executions executions'],
    ],
    [
      'a restart of the one that is silent',
      'engine-silent',
      [
        'engine.silent: restart-pod workflow-engine-0',
        'executions.stuck: cancel-executions executions',
        'engine.one-replica: restart-pod workflow-engine-0',
      ],
    ],
    ['nothing where all is well', 'all-well', []],
  ])('is %s', async (_name, name, offers) => {
    expect(offersOf(await play(scenario(name)))).toEqual(offers);
  });
});

it('says what it is not', async () => {
  expect((await play(scenario('all-well'))).ruledOut).toEqual([
    'No session is in the way of others at the executions.',
    'No network policy that limits the engine was changed within a day.',
    'All 1 pod that answer names in the cluster are ready.',
    '1 lease of the engine, renewed in time.',
  ]);
});
