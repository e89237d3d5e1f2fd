/** What can be wrong with connections, each with real servers and a cluster's API, looked at with the bot's own clients. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Surroundings } from '../../src/diagnosis/diagnosis.ts';
import { databaseConnections } from '../../src/playbooks/database-connections.ts';
import { playbooks } from '../../src/playbooks/index.ts';
import { databaseScenarios } from '../../src/sandbox/scenarios/database-connections.ts';
import type { Scenario } from '../../src/sandbox/scenarios/scenario.ts';
import { because, pooled } from '../tools/pooler.ts';
import { type OwnServer, startOwnServer } from '../tools/server.ts';
import { inCi } from '../tools/shapes.ts';
import { expected, found } from './expect.ts';
import { type Places, placesOf } from './pooler-places.ts';
import { forgotten } from './rests-on.ts';
import { issueTypeOf, type Stage, startStage } from './stage.ts';

let server: OwnServer;
let stage: Stage;
beforeAll(async () => {
  server = await startOwnServer();
  stage = await startStage(databaseScenarios);
}, 30_000);
afterAll(async () => {
  await stage.end();
  await server.stop();
}, 30_000);

let places: Places | undefined;
afterEach(async () => {
  await places?.end();
  places = undefined;
});

async function play(scenario: Scenario, how: 'real' | 'sandbox'): Promise<Surroundings> {
  places = await placesOf(scenario, server, how);
  stage.put(scenario, places.scene);
  return stage.look(scenario, places.clients);
}

it('is listed, under the id that the runbook gives its issue type', () => {
  expect(playbooks).toContain(databaseConnections);
  expect(databaseScenarios.map((one) => issueTypeOf(one).id)).toContain(databaseConnections.issueType);
});

it('has seen nothing, and says so, without anything that is configured', async () => {
  const [first] = databaseScenarios;
  if (!first) throw new Error('there are no scenarios');
  const report = await databaseConnections.run({ ...(await stage.look(first)), clients: {} });

  expect(report).toMatchObject({ verdict: 'unknown', findings: [], ruledOut: [] });
  expect(report.checks.map(({ verdict }) => verdict)).toEqual(report.checks.map(() => 'unknown'));
});

describe('with a real PgBouncer', () => {
  for (const scenario of databaseScenarios)
    pooled(`${scenario.name}: ${scenario.what}${because}`, async () => {
      const around = await play(scenario, 'real');
      const report = await databaseConnections.run(around);

      expect(found(report, scenario)).toEqual(expected(scenario));
      expect(await forgotten(databaseConnections, around)).toEqual([]);
      if (scenario.finds.length === 0)
        expect({
          verdict: report.verdict,
          unknown: report.checks.filter(({ verdict }) => verdict === 'unknown'),
        }).toEqual({
          verdict: 'healthy',
          unknown: [],
        });
    });
});

describe('with the console of the sandbox', () => {
  inCi.each(databaseScenarios.filter(({ pooler, instead }) => pooler && !instead))('$name: $what', async (scenario) => {
    const around = await play(scenario, 'sandbox');
    const report = await databaseConnections.run(around);

    expect(found(report, scenario)).toEqual(expected(scenario));
    expect(report.pending).toEqual([]);
    expect(await forgotten(databaseConnections, around)).toEqual([]);
  });
});
