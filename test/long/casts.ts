/** Of each playbook a scene in which all is well, and all of its probes one by one. */
import type { Playbook, Probe } from '../../src/diagnosis/diagnosis.ts';
import { apiGateway502 } from '../../src/playbooks/api-gateway-502.ts';
import { databaseConnections } from '../../src/playbooks/database-connections.ts';
import { highMemory } from '../../src/playbooks/high-memory.ts';
import { workflowStuck } from '../../src/playbooks/workflow-stuck.ts';
import { blocking } from '../../src/probes/blocking.ts';
import { cgroups } from '../../src/probes/cgroup.ts';
import { clusterProbes } from '../../src/probes/cluster.ts';
import { connections } from '../../src/probes/connections.ts';
import { dependencies } from '../../src/probes/dependencies.ts';
import { engineLogs } from '../../src/probes/engine-logs.ts';
import { services as engineServices } from '../../src/probes/engine-services.ts';
import { engineUse } from '../../src/probes/engine-use.ts';
import { executionLocks } from '../../src/probes/execution-locks.ts';
import { executions } from '../../src/probes/executions.ts';
import { gatewayLog } from '../../src/probes/gateway-log.ts';
import { idleInTransaction } from '../../src/probes/idle-in-transaction.ts';
import { leases } from '../../src/probes/leases.ts';
import { longQueries } from '../../src/probes/long-queries.ts';
import { memory } from '../../src/probes/memory.ts';
import { clusterDns, egressPolicies } from '../../src/probes/network.ts';
import { poolerAnswer } from '../../src/probes/pooler-answer.ts';
import { poolerDatabases } from '../../src/probes/pooler-databases.ts';
import { poolerLimits } from '../../src/probes/pooler-limits.ts';
import { poolerLog } from '../../src/probes/pooler-log.ts';
import { poolerPools } from '../../src/probes/pooler-pools.ts';
import { postgresAnswer } from '../../src/probes/postgres-answer.ts';
import { services } from '../../src/probes/services.ts';
import { waits } from '../../src/probes/waits.ts';
import { apiGateway502Scenarios } from '../../src/sandbox/scenarios/api-gateway-502.ts';
import { databaseScenarios } from '../../src/sandbox/scenarios/database-connections.ts';
import { highMemoryScenarios } from '../../src/sandbox/scenarios/high-memory.ts';
import type { Scenario } from '../../src/sandbox/scenarios/scenario.ts';
import { workflowStuckScenarios } from '../../src/sandbox/scenarios/workflow-stuck.ts';

export interface Cast {
  playbook: Playbook;
  scenario: Scenario;
  probes: Probe<unknown>[];
  asksDatabase: string[];
  asksPooler: string[];
}

const named = (scenarios: Scenario[], name: string): Scenario => {
  const one = scenarios.find((scenario) => scenario.name === name);
  if (!one) throw new Error(`there is no scenario ${name}`);
  return one;
};
const shared = Object.values(clusterProbes);
const ofPooler = [poolerAnswer, poolerPools, poolerDatabases, poolerLimits];
const ofPostgres = [postgresAnswer, connections, longQueries, idleInTransaction, blocking, waits];
const ofExecutions = [executions, executionLocks];
const namesOf = (probes: { name: string }[]): string[] => probes.map(({ name }) => name);

export const casts: Cast[] = [
  {
    playbook: apiGateway502,
    scenario: named(apiGateway502Scenarios, 'all-well'),
    probes: [gatewayLog, services, ...shared],
    asksDatabase: [],
    asksPooler: [],
  },
  {
    playbook: databaseConnections,
    scenario: named(databaseScenarios, 'neighbour-crashing'),
    probes: [...ofPooler, poolerLog, ...ofPostgres, ...shared],
    asksDatabase: namesOf(ofPostgres),
    asksPooler: namesOf(ofPooler),
  },
  {
    playbook: highMemory,
    scenario: named(highMemoryScenarios, 'pages-of-files'),
    probes: [memory, cgroups, ...shared],
    asksDatabase: [],
    asksPooler: [],
  },
  {
    playbook: workflowStuck,
    scenario: named(workflowStuckScenarios, 'all-well'),
    probes: [
      ...ofExecutions,
      engineUse,
      engineLogs,
      engineServices,
      dependencies,
      egressPolicies,
      clusterDns,
      leases,
      ...shared,
    ],
    asksDatabase: namesOf(ofExecutions),
    asksPooler: [],
  },
];

/** What takes the figures along with its pods, and says nothing that needs them. */
export const withoutFigures = new Set(namesOf([cgroups, engineLogs, engineServices, dependencies, leases]));
export const figures = 'list pods.metrics.k8s.io';
