// Every scenario on the control plane that KUBECONFIG names and in the sandbox, looked at by the real client and playbooks:
// both find exactly what the scenario says.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTargetCluster } from '../../src/clients/kubernetes/cluster.ts';
import { makeTargetDatabase } from '../../src/clients/postgres.ts';
import type { Clients, Report } from '../../src/diagnosis/diagnosis.ts';
import { startCluster } from '../../src/sandbox/cluster/start.ts';
import { startPoolerConsole } from '../../src/sandbox/pooler/start.ts';
import { apiGateway502Scenarios } from '../../src/sandbox/scenarios/api-gateway-502.ts';
import { databaseScenarios } from '../../src/sandbox/scenarios/database-connections.ts';
import { highMemoryScenarios } from '../../src/sandbox/scenarios/high-memory.ts';
import type { Scenario } from '../../src/sandbox/scenarios/scenario.ts';
import { workflowStuckScenarios } from '../../src/sandbox/scenarios/workflow-stuck.ts';
import { makePatient } from '../probes/patient.ts';
import { consoleAt } from '../probes/places.ts';
import { type OwnServer, startOwnServer } from '../tools/server.ts';
import { aged, around, look, namespaceOf, type OnCluster, playScenario, settled } from './scenarios.ts';

const withCluster = databaseScenarios.filter(({ scene }) => scene !== undefined);
const all = [...apiGateway502Scenarios, ...highMemoryScenarios, ...workflowStuckScenarios, ...withCluster];
const played = all.filter(({ onlyHere }) => onlyHere === undefined);

let server: OwnServer;
const stages = new Map<Scenario, OnCluster>();
beforeAll(async () => {
  server = await startOwnServer();
  const playing = await Promise.allSettled(
    played.map(async (one) => {
      const stage = await playScenario(one);
      stages.set(one, stage);
      await settled(one, stage);
    }),
  );
  expect(playing.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))).toEqual([]);
}, 300_000);
afterAll(async () => {
  await Promise.all([...stages.values()].map((one) => one.end()));
  await server?.stop();
}, 120_000);

/** The database of the scenario, as it is while somebody looks at it. */
async function withPlaces<Answer>(one: Scenario, use: (places: Clients) => Promise<Answer>): Promise<Answer> {
  if (one.issueType === 'workflow-stuck') return withPatient(one, use);
  if (one.issueType !== 'database-connections') return use({});
  const end = await one.database?.(server.pool, server.url);
  const console = await startPoolerConsole(one.pooler);
  const pooler = consoleAt(console.url);
  const database = makeTargetDatabase(server.watcher, () => {});
  try {
    return await use({ database, pooler });
  } finally {
    await Promise.all([database.end(), pooler.end()]);
    await console.stop();
    await end?.();
  }
}

async function withPatient<Answer>(one: Scenario, use: (places: Clients) => Promise<Answer>): Promise<Answer> {
  const patient = await makePatient();
  const end = await one.database?.(patient.pool, patient.url);
  const database = makeTargetDatabase(patient.url, () => {});
  try {
    return await use({ database });
  } finally {
    await database.end();
    await end?.();
    await patient.end();
  }
}

async function inSandbox(one: Scenario, places: Clients, now: Date): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
  const sandbox = await startCluster({ [namespaceOf(one)]: one.scene ?? {} }, { now: () => now });
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, sandbox.kubeconfig());
  const cluster = makeTargetCluster({ kubeconfig });
  try {
    return await look(await around(one, now, { ...places, cluster }));
  } finally {
    await cluster.end();
    await sandbox.stop();
    rmSync(folder, { recursive: true });
  }
}

const rulesOf = ({ findings }: Report): string[] => [
  ...new Set(findings.filter(({ level }) => level !== 'info').map(({ rule }) => rule)),
];

function expectFound(report: Report, { finds, says = [], not = [] }: Scenario): void {
  expect(rulesOf(report).toSorted()).toEqual(finds.toSorted());
  const [top] = report.findings;
  expect(says.filter((words) => !`${top?.subject} ${top?.summary}`.includes(words))).toEqual([]);
  expect(report.findings.filter(({ rule }) => not.includes(rule))).toEqual([]);
}

/** All that a report says, but for ids, for what nodes are called and how many other scenarios have, and for milliseconds. */
function told({ findings, ruledOut }: Report, { issueType, ...one }: Scenario): object {
  const own = new RegExp(`\\.${namespaceOf({ issueType, ...one })}`, 'g');
  const text = JSON.stringify({ findings, ruledOut: issueType === 'database-connections' ? [] : ruledOut });
  return JSON.parse(
    text
      .replaceAll(uid, '')
      .replaceAll(own, '')
      .replace(/all \d+ (?=are ready and under)/, '')
      .replaceAll(/after \d+ ms|DNS \d+ ms/g, ''),
  );
}

const uid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

describe('the scenario', () => {
  it.each(played.map((one) => [`${one.issueType}: ${one.name}`, one] as const))('%s', async (_name, one) => {
    const stage = stages.get(one);
    if (!stage) throw new Error('it was not played');
    await withPlaces(one, async (places) => {
      const cluster = aged(stage.cluster, stage.objects);
      const real = await look(await around(one, stage.now, { ...places, cluster }));
      const sandbox = await inSandbox(one, places, stage.now);

      expectFound(real, one);
      expect(told(real, one)).toEqual(told(sandbox, one));
    });
  });
});

it('leaves at most six to the sandbox alone, and says why', () => {
  const reasons = all.flatMap(({ onlyHere }) => onlyHere ?? []);

  expect(reasons.length).toBeLessThanOrEqual(6);
  expect(reasons.filter((reason) => !reason.includes(' '))).toEqual([]);
});
