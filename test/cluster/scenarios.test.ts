// Every scenario on the control plane that KUBECONFIG names and in the sandbox, looked at by the real client and playbooks:
// both find exactly what the scenario says.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Report } from '../../src/diagnosis/diagnosis.ts';
import { ofNamespace } from '../../src/sandbox/cluster/real/nodes.ts';
import { apiGateway502Scenarios } from '../../src/sandbox/scenarios/api-gateway-502.ts';
import { databaseScenarios } from '../../src/sandbox/scenarios/database-connections.ts';
import { highMemoryScenarios } from '../../src/sandbox/scenarios/high-memory.ts';
import type { Scenario } from '../../src/sandbox/scenarios/scenario.ts';
import { workflowStuckScenarios } from '../../src/sandbox/scenarios/workflow-stuck.ts';
import { expected, found } from '../scenarios/expect.ts';
import { because, pooled } from '../tools/pooler.ts';
import { type OwnServer, startOwnServer } from '../tools/server.ts';
import { twoLooks } from './answers.ts';
import { inOwnNamespace, look, lookInSandbox, type OnCluster, ofThisRun, placesOf, playScenario } from './scenarios.ts';

const all = [...apiGateway502Scenarios, ...highMemoryScenarios, ...workflowStuckScenarios, ...databaseScenarios];
const cast = all.filter(({ onlyHere }) => onlyHere === undefined).map(inOwnNamespace);
const isOfPooler = ({ issueType }: Scenario): boolean => issueType === 'database-connections';
const titleOf = (one: Scenario): string => `${one.name.replace(ofThisRun, '')}${isOfPooler(one) ? because : ''}`;

let server: OwnServer;
const stages = new Map<string, OnCluster>();
beforeAll(async () => {
  server = await startOwnServer();
  // what a pooler has written into its log belongs to the scene: such a scene is played when its pooler is
  const early = cast.filter((one) => !isOfPooler(one));
  const playing = await Promise.allSettled(early.map(put));
  expect(playing.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))).toEqual([]);
}, 600_000);
afterAll(async () => {
  await Promise.all([...stages.values()].map((one) => one.end()));
  await server?.stop();
}, 240_000);

async function put(one: Scenario): Promise<OnCluster> {
  const stage = await playScenario(one);
  stages.set(one.name, stage);
  return stage;
}

/**
 * All that a report says, but for ids, for what nodes are called and how many other scenarios have, for milliseconds, and for
 * what comes of a command in a pod, which is not played.
 */
function told({ findings, ruledOut }: Report, one: Scenario): object {
  return JSON.parse(
    JSON.stringify({ findings, ruledOut })
      .replaceAll(uid, '')
      .replaceAll(ofNamespace(one.name), '')
      .replace(/all \d+ (?=are ready and under)/, '')
      .replaceAll(/after \d+ ms|DNS \d+ ms/g, '')
      .replaceAll(/; nor in the pod: .*?\)(?=\.)/g, ''),
  );
}

const uid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

async function seen(one: Scenario): Promise<Record<'real' | 'sandbox', Report>> {
  const places = await placesOf(one, server);
  const { clients, scene } = places;
  const scenario = { ...one, scene };
  try {
    const { cluster, now } = stages.get(one.name) ?? (await put(scenario));
    const { first, second } = twoLooks(clients);
    const real = await look(scenario, { cluster, clients: first, now });
    return { real, sandbox: await lookInSandbox(scenario, { clients: second, now }) };
  } finally {
    await places.end();
  }
}

describe('the scenario', () => {
  for (const one of cast)
    (isOfPooler(one) ? pooled : it)(titleOf(one), async () => {
      const { real, sandbox } = await seen(one);

      expect(found(real, one)).toEqual(expected(one));
      expect(told(real, one)).toEqual(told(sandbox, one));
    });
});

it('leaves at most six to the sandbox alone, and says why', () => {
  const reasons = all.flatMap(({ onlyHere }) => onlyHere ?? []);

  expect(reasons.length).toBeLessThanOrEqual(6);
  expect(reasons.filter((reason) => !reason.includes(' '))).toEqual([]);
});
