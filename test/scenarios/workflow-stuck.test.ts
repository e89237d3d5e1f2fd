/** What can stop executions, each played over a cluster's API and in a real Postgres, looked at with the bot's own clients. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Report, Surroundings } from '../../src/diagnosis/diagnosis.ts';
import { workflowStuck } from '../../src/playbooks/workflow-stuck.ts';
import type { Scenario } from '../../src/sandbox/scenarios/scenario.ts';
import { workflowStuckScenarios } from '../../src/sandbox/scenarios/workflow-stuck.ts';
import { executionsOf } from './executions.ts';
import { expected, found } from './expect.ts';
import { forgotten } from './rests-on.ts';
import { startTheatre, type Theatre } from './theatre.ts';

let theatre: Theatre;
beforeAll(async () => {
  theatre = await startTheatre(workflowStuckScenarios);
}, 60_000);
afterAll(() => theatre.end());

const play = (one: Scenario): Promise<Report> => during(one, (around) => workflowStuck.run(around));

async function during<Answer>(one: Scenario, ask: (around: Surroundings) => Promise<Answer>): Promise<Answer> {
  const places = await executionsOf(one);
  try {
    return await ask(await theatre.look(one, places.clients));
  } finally {
    await places.end();
  }
}

const scenario = (name: string): Scenario => {
  const one = workflowStuckScenarios.find((scenario) => scenario.name === name);
  if (!one) throw new Error(`there is no scenario ${name}`);
  return one;
};
const offersOf = ({ findings }: Report): string[] =>
  findings.flatMap(({ rule, offers = [] }) => offers.map(({ remedy, about }) => `${rule}: ${remedy} ${about.name}`));

describe('the scenario', () => {
  it.each(workflowStuckScenarios)('$name: $what', async (one) => {
    expect(found(await play(one), one)).toEqual(expected(one));
    expect(await during(one, (around) => forgotten(workflowStuck, around))).toEqual([]);
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
    [
      'more memory where it is killed for it, and no restart',
      'engine-out-of-memory',
      ['pod.out-of-memory: raise-limit workflow-engine', 'executions.stuck: cancel-executions executions'],
    ],
    ['nothing for what only stands beside', 'neighbour-crashing', []],
    ['nothing where all is well', 'all-well', []],
  ])('is %s', async (_name, name, offers) => {
    expect(offersOf(await play(scenario(name)))).toEqual(offers);
  });
});

it('looks twice at a lease before it says that nobody leads', async () => {
  const { findings } = await play(scenario('lease-stale'));

  expect(findings.find(({ rule }) => rule === 'lease.stale')?.summary).toContain('Seen twice, 5 s apart');
});

it('says what it is not', async () => {
  expect((await play(scenario('all-well'))).ruledOut).toEqual([
    'No session is in the way of others at the executions.',
    'No network policy that limits the engine was changed within a day.',
    'All 2 pods that answer names in the cluster are ready.',
    '1 lease of the engine, renewed in time.',
    'None of 1 pod was killed for memory within 1 d.',
    'Not the pods of app=workflow-engine: 1 of 1 are ready.',
    'Not a rollout: none of 1 workload was rolled out within 1 h.',
    'Not a node: all 1 are ready and under no pressure.',
  ]);
});
