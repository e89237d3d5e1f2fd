/** Scenarios in namespaces of their own on a real control plane, and the eyes with which the bot looks at them. */
import { z } from 'zod';
import { makeTargetCluster, type TargetCluster } from '../../src/clients/kubernetes/cluster.ts';
import type { Cluster } from '../../src/diagnosis/cluster.ts';
import type { Clients, Report } from '../../src/diagnosis/diagnosis.ts';
import { playbooks } from '../../src/playbooks/index.ts';
import type { ApiObject } from '../../src/sandbox/cluster/objects/object.ts';
import { type Played, playOnCluster } from '../../src/sandbox/cluster/real/play.ts';
import { resourceFor } from '../../src/sandbox/cluster/resources.ts';
import { startCluster } from '../../src/sandbox/cluster/start.ts';
import type { Scenario } from '../../src/sandbox/scenarios/scenario.ts';
import { executionsOf } from '../scenarios/executions.ts';
import { type Places, placesOf as poolerPlacesOf } from '../scenarios/pooler-places.ts';
import { samplesOf } from '../scenarios/samples.ts';
import { clientOf, issueTypeOf } from '../scenarios/stage.ts';
import type { OwnServer } from '../tools/server.ts';

const kubeconfig = process.env['KUBECONFIG'] ?? '';

export const ofThisRun = `-${process.pid}`;

/** Scenarios of different issue types share names, and those of an earlier run may still be leaving. */
export const inOwnNamespace = (one: Scenario): Scenario => ({
  ...one,
  name: `${one.issueType}-${one.name}${ofThisRun}`,
});

export interface OnCluster extends Played {
  cluster: TargetCluster;
  /** until controllers and the metrics server have made of it what the scenario says */
  settled(): Promise<void>;
  end(): Promise<void>;
}

export async function playScenario(scenario: Scenario): Promise<OnCluster> {
  const played = await playOnCluster(scenario.scene ?? {}, kubeconfig, scenario.name);
  const cluster = makeTargetCluster({ kubeconfig });
  const end = async (): Promise<void> => {
    await cluster.end();
    await played.stop();
  };
  return { ...played, cluster: aged(cluster, played.objects), settled: () => settled(scenario, played), end };
}

async function settled({ name: namespace, scene = {} }: Scenario, played: Played): Promise<void> {
  const { metrics, autoscalers = [] } = scene;
  if (metrics === 'there') await played.measured();
  for (const { name, cpu } of autoscalers) {
    const path = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/${name}`;
    await played.contact.until(path, (found) => figureOf(found) === cpu?.now, 120_000);
  }
}

const Figures = z.object({
  status: z.object({ currentMetrics: z.array(z.object({ resource: z.object({ current: z.looseObject({}) }) })) }),
});
const figureOf = (autoscaler: unknown): unknown =>
  Figures.safeParse(autoscaler).data?.status.currentMetrics[0]?.resource.current['averageUtilization'];

const Made = z.looseObject({ metadata: z.looseObject({ name: z.string() }) });

/** What is played was made a moment ago: the one thing that nobody can tell an API server is when something was made. */
function aged<Eyes extends Cluster>(cluster: Eyes, objects: ApiObject[]): Eyes {
  const madeAt = new Map(
    objects.map((one) => [`${resourceFor(one).plural}/${one.metadata.name}`, one.metadata.creationTimestamp]),
  );
  return {
    ...cluster,
    list: (listing) =>
      cluster.list({
        ...listing,
        parse(item) {
          const made = Made.parse(item);
          const creationTimestamp = madeAt.get(`${listing.kind.plural}/${made.metadata.name}`);
          if (creationTimestamp === undefined) return listing.parse(item);
          return listing.parse({ ...made, metadata: { ...made.metadata, creationTimestamp, managedFields: [] } });
        },
      }),
  };
}

/** What a scenario is beside its cluster. */
export async function placesOf(scenario: Scenario, server: OwnServer): Promise<Places> {
  switch (scenario.issueType) {
    case 'database-connections':
      return poolerPlacesOf(scenario, server, 'real');
    case 'workflow-stuck':
      return executionsOf(scenario);
    default:
      return { clients: {}, scene: scenario.scene ?? {}, end: async () => {} };
  }
}

export interface Sight {
  cluster: Cluster;
  clients: Clients;
  now: Date;
}

export async function look(scenario: Scenario, { cluster, clients, now }: Sight): Promise<Report> {
  const issueType = issueTypeOf(scenario);
  const playbook = playbooks.find((one) => one.issueType === issueType.id);
  if (!playbook) throw new Error(`there is no playbook for ${issueType.id}`);
  const samples = await samplesOf(scenario, cluster, now.getTime());
  return playbook.run({ clients: { ...clients, cluster }, issueType, now: now.getTime(), samples });
}

export async function lookInSandbox(scenario: Scenario, sight: Omit<Sight, 'cluster'>): Promise<Report> {
  const sandbox = await startCluster({ [scenario.name]: scenario.scene ?? {} }, { now: () => sight.now });
  const { client, end } = clientOf(sandbox);
  try {
    return await look(scenario, { ...sight, cluster: client });
  } finally {
    await end();
    await sandbox.stop();
  }
}
