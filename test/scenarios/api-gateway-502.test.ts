/** What can stand behind a 502, each played over a cluster's API and looked at with the bot's own client and rights. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Report } from '../../src/diagnosis/diagnosis.ts';
import { apiGateway502 } from '../../src/playbooks/api-gateway-502.ts';
import { apiGateway502Scenarios } from '../../src/sandbox/scenarios/api-gateway-502.ts';
import type { Scenario } from '../../src/sandbox/scenarios/scenario.ts';
import { expected, found } from './expect.ts';
import { forgotten } from './rests-on.ts';
import { startStage } from './stage.ts';
import { startTheatre, type Theatre } from './theatre.ts';

let theatre: Theatre;
beforeAll(async () => {
  theatre = await startTheatre(apiGateway502Scenarios);
}, 60_000);
afterAll(() => theatre.end());

const play = async (scenario: Scenario): Promise<Report> => apiGateway502.run(await theatre.look(scenario));

describe('the scenario', () => {
  it.each(apiGateway502Scenarios)('$name: $what', async (scenario) => {
    const report = await play(scenario);

    expect(found(report, scenario)).toEqual(expected(scenario));
    expect(report.checks.filter(({ verdict }) => verdict === 'unknown')).toEqual([]);
    expect(await forgotten(apiGateway502, await theatre.look(scenario))).toEqual([]);
  });
});

it('says which right is missing where the events of nodes may not be read, and loses none of the namespace', async () => {
  const scenario = apiGateway502Scenarios.find(({ name }) => name === 'node-out-of-memory');
  if (!scenario) throw new Error('no node runs out of memory');
  const stage = await startStage([scenario], ({ namespaces }) => namespaces?.includes('default') !== true);

  const { checks, findings } = await apiGateway502.run(await stage.look(scenario));
  await stage.end();

  expect(checks.filter(({ verdict }) => verdict === 'unknown')).toMatchObject([
    { name: 'events of nodes', grant: 'list events in default' },
  ]);
  expect(findings[0]?.summary).toContain('whether its node ran out of memory was not seen');
});

it('offers no restart anywhere that a new pod would suffer from the same', async () => {
  const offered = await Promise.all(
    apiGateway502Scenarios.map(async (scenario) => {
      const { findings } = await play(scenario);
      return findings.flatMap(({ offers = [] }) => offers.map(({ remedy }) => `${scenario.name}: ${remedy}`));
    }),
  );

  expect(offered.flat()).toEqual([
    'crash-after-rollout: rollback',
    'image-not-there: rollback',
    'killed-at-its-limit: raise-limit',
    'killed-by-its-probe: restart-pod',
    'gateway-out-of-memory: raise-limit',
    'at-maximum: scale',
  ]);
});
