/** Scenarios as namespaces of a cluster that plays them over its API, seen by the bot's own client within its rights. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeTargetCluster, type TargetCluster } from '../../src/clients/kubernetes/cluster.ts';
import type { Clients, Surroundings } from '../../src/diagnosis/diagnosis.ts';
import type { IssueType } from '../../src/incident/policy.ts';
import { loadPolicy } from '../../src/runbook/load.ts';
import type { Rule } from '../../src/sandbox/cluster/rights.ts';
import type { Scene } from '../../src/sandbox/cluster/scene.ts';
import { type LocalCluster, startCluster } from '../../src/sandbox/cluster/start.ts';
import type { Scenario } from '../../src/sandbox/scenarios/scenario.ts';
import { readerOf } from './account.ts';
import { samplesOf } from './samples.ts';

export interface Stage {
  cluster: LocalCluster;
  /** as the account with the generated roles */
  client: TargetCluster;
  look(scenario: Scenario, clients?: Clients): Promise<Surroundings>;
  /** another scene in the place of the scenario's */
  put(scenario: Scenario, scene: Scene): void;
  end(): Promise<void>;
}

const policy = loadPolicy(readFileSync('runbook.yaml', 'utf8'), 'runbook.yaml');

/** Stands in no scenario, and in every cluster. */
const system: Scene = {
  workloads: [{ kind: 'deployment', name: 'coredns', labels: { 'k8s-app': 'kube-dns' }, pods: [{}, {}] }],
};

type Asked = Pick<Scenario, 'name' | 'targets' | 'thresholds'> & { issueType: string };

/** `name`: of the namespace to look at. */
export function issueTypeOf({ issueType, name, targets = {}, thresholds = {} }: Asked): IssueType {
  const found = policy.issueTypes.find(({ id }) => id === issueType);
  if (!found) throw new Error(`the runbook has no issue type ${issueType}`);
  return {
    ...found,
    targets: { ...found.targets, ...targets, namespace: name },
    thresholds: { ...found.thresholds, ...thresholds },
  };
}

/** `isGranted`: which rules of its roles the account has; all, where left out. */
export async function startStage(
  scenarios: Scenario[],
  isGranted: (rule: Rule) => boolean = () => true,
): Promise<Stage> {
  const now = Date.now();
  const scenes: Record<string, Scene> = { 'kube-system': system };
  for (const { name, scene = {} } of scenarios) scenes[name] = scene;
  const namespaces = Object.keys(scenes);
  const all = readerOf(namespaces, scenarios.flatMap(insideOf));
  const reader = { ...all, rules: all.rules.filter(isGranted) };
  const cluster = await startCluster(scenes, { accounts: { reader }, now: () => new Date(now) });
  const { client, end } = clientOf(cluster, 'reader');
  // what speaks to a cluster is large: a bot has it loaded before anybody asks
  await import('../../src/clients/kubernetes/session.ts');
  return {
    cluster,
    client,
    look: async (scenario, clients = {}) => ({
      clients: { cluster: client, ...clients },
      issueType: issueTypeOf(scenario),
      now,
      samples: await samplesOf(scenario, client, now),
    }),
    put({ name }, scene) {
      scenes[name] = scene;
      cluster.set(scenes);
    },
    async end() {
      await end();
      await cluster.stop();
    },
  };
}

/** As the account of this token, and as one that may all without one. */
export function clientOf(cluster: LocalCluster, token?: string): { client: TargetCluster; end: () => Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), 'responder-stage-'));
  const kubeconfig = join(folder, 'config');
  writeFileSync(kubeconfig, cluster.kubeconfig(token));
  const client = makeTargetCluster({ kubeconfig });
  return {
    client,
    async end() {
      await client.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Roles cannot name the pods of deployments: whoever wants these looked into grants it besides. */
const insideOf = ({ name, scene: { execs = [] } = {} }: Scenario): Rule[] =>
  execs.map(({ pod }) => ({
    verbs: ['get', 'create'],
    groups: [''],
    resources: ['pods/exec'],
    resourceNames: [pod],
    namespaces: [name],
  }));

/** Nodes and the metrics server are those of all namespaces: where they are ill, that is a cluster of its own. */
export const isOfWholeCluster = ({ scene: { metrics, nodes = [] } = {} }: Scenario): boolean =>
  metrics === 'down' ||
  metrics === 'absent' ||
  nodes.some(({ ready = true, pressure = [], cordoned = false }) => !ready || cordoned || pressure.length > 0);
