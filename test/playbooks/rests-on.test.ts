/** Findings that no scenario plays, and that would be absent or milder without a second probe: each names it. */
import { describe, expect, it } from '@jest/globals';
import type { Probe, Seen, Surroundings } from '../../src/diagnosis/diagnosis.ts';
import type { Judging } from '../../src/diagnosis/playbook.ts';
import { apiGateway502 } from '../../src/playbooks/api-gateway-502.ts';
import { databaseConnections } from '../../src/playbooks/database-connections.ts';
import { highMemory } from '../../src/playbooks/high-memory.ts';
import { workflowStuck } from '../../src/playbooks/workflow-stuck.ts';
import { connections } from '../../src/probes/connections.ts';
import { poolerDatabases } from '../../src/probes/pooler-databases.ts';
import { poolerLimits } from '../../src/probes/pooler-limits.ts';
import { type Pool, poolerPools } from '../../src/probes/pooler-pools.ts';
import { postgresAnswer } from '../../src/probes/postgres-answer.ts';
import { type ApiObject, clusterOver } from '../probes/cluster.ts';
import { deployment, event, now, pod, replicaSet, waiting } from '../probes/objects.ts';
import { connectionsType } from '../probes/places.ts';
import { forgotten, forgottenIn } from '../scenarios/rests-on.ts';
import { issueTypeOf } from '../scenarios/stage.ts';

const around = ({ issueType }: Judging, objects: ApiObject[]): Surroundings => ({
  clients: { cluster: clusterOver({ objects, silent: true }) },
  issueType: issueTypeOf({ issueType, name: 'production' }),
  now,
});

const mounting = pod({
  name: 'api-new',
  phase: 'Pending',
  ready: false,
  age: 5,
  status: { state: waiting('ContainerCreating') },
});
const killed = ['a', 'b', 'c'].map((name) => pod({ name, node: 'node-9' }));
const ofLiveness = killed.flatMap(({ metadata: { name } }) => [
  event({ about: name, reason: 'Unhealthy', message: 'Liveness probe failed: HTTP 500' }),
  event({ about: name, reason: 'Killing', message: 'Container app failed liveness probe', count: 2 }),
]);
const elsewhere = ['d', 'e', 'f', 'g'].map((name) => pod({ name, node: 'node-1' }));
const halted = (name: string): ApiObject =>
  deployment({ name, conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] });
const scaler = (name: string): ApiObject => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name, namespace: 'production', uid: `uid-hpa-${name}` },
  spec: { scaleTargetRef: { kind: 'Deployment', name }, maxReplicas: 3, metrics: [] },
  status: { currentReplicas: 3, conditions: [{ type: 'ScalingLimited', status: 'True', reason: 'TooManyReplicas' }] },
});
const engine = [
  pod({ app: 'workflow-engine' }),
  replicaSet({ app: 'workflow-engine' }),
  halted('workflow-engine'),
  scaler('workflow-engine'),
  scaler('api'),
];
const limitless = [pod(), replicaSet(), halted('api')];

describe('what rests on a second look at the cluster says so', () => {
  it.each<[string, Judging, ApiObject[]]>([
    ['pod.creating', apiGateway502, [mounting, event({ about: 'api-new', reason: 'FailedMount' })]],
    ['node.shared', apiGateway502, [...killed, ...elsewhere, ...ofLiveness]],
    ['cluster.beside', databaseConnections, [...killed, ...ofLiveness]],
    ['pods.none', databaseConnections, [pod()]],
    ['rollout.stuck', workflowStuck, engine],
    ['autoscaler.at-maximum', workflowStuck, engine],
    ['rollout.stuck', highMemory, limitless],
  ])('%s', async (rule, playbook, objects) => {
    const looked = around(playbook, objects);
    const { findings } = await playbook.run(looked);

    expect(findings.map((one) => one.rule)).toContain(rule);
    expect(await forgotten(playbook, looked)).toEqual([]);
  });
});

describe('what rests on a second look at pooler and database says so', () => {
  const pool: Pool = { database: 'app', user: 'web', clients: 9, waiting: 3, active: 2, idle: 0, login: 0 };
  const database = { name: 'app', poolSize: 2, connections: 2, isPaused: false, isDisabled: false };
  const see = <Data>({ name }: Probe<Data>, data: Data): [string, Seen<unknown>] => [name, { ok: true, data }];
  const seen = (parts: Partial<Pool>, waitMs = 120_000) =>
    new Map([
      see(poolerPools, { pools: [{ ...pool, ...parts }], missing: [] }),
      see(poolerDatabases, [database]),
      see(poolerLimits, { clients: 10, waitMs }),
      see(postgresAnswer, { answers: true, isReplica: false }),
      see(connections, { used: 10, usable: 97, idle: 5, inTransaction: 0, owners: [] }),
    ]);

  it.each([
    ['pooler.exhausted', seen({ longestWaitMs: 6_000, login: 1 })],
    ['pooler.clients-waiting', seen({ longestWaitMs: 2_000, active: 1, idle: 1 }, 4_000)],
    ['pooler.login-failing', seen({ longestWaitMs: 6_000, active: 0 })],
    ['pooler.client-limit', seen({})],
  ])('%s', async (rule, sights) => {
    const looked = { clients: {}, issueType: connectionsType(), now };

    const findings = await databaseConnections.findings(sights, looked);

    expect(findings.map((one) => one.rule)).toContain(rule);
    expect(await forgottenIn(databaseConnections, sights, looked)).toEqual([]);
  });
});
