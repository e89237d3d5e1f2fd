/** Scenarios in namespaces of their own on a real control plane, and the eyes with which the bot looks at them. */
import { z } from 'zod';
import { makeTargetCluster, type TargetCluster } from '../../src/clients/kubernetes/cluster.ts';
import type { Cluster, Kind } from '../../src/diagnosis/cluster.ts';
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
  end(): Promise<void>;
}

/** Settled as well: with what controllers and the metrics server make of it in their own time. */
export async function playScenario(scenario: Scenario): Promise<OnCluster> {
  const played = await playOnCluster(scenario.scene ?? {}, kubeconfig, scenario.name);
  const cluster = makeTargetCluster({ kubeconfig });
  const end = async (): Promise<void> => {
    await cluster.end();
    await played.stop();
  };
  try {
    await settled(scenario, played);
  } catch (error) {
    await end();
    throw error;
  }
  return { ...played, cluster: aged(cluster, played.objects), end };
}

async function settled({ name: namespace, scene = {} }: Scenario, played: Played): Promise<void> {
  const { metrics, autoscalers = [] } = scene;
  if (metrics === 'there') await played.measured();
  for (const { name, cpu } of autoscalers) {
    const path = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/${name}`;
    await played.contact.until(path, (found) => isNear(figureOf(found), cpu?.now), 120_000);
  }
}

const Figures = z.object({
  status: z.object({ currentMetrics: z.array(z.object({ resource: z.object({ current: z.looseObject({}) }) })) }),
});
const figureOf = (autoscaler: unknown): unknown =>
  Figures.safeParse(autoscaler).data?.status.currentMetrics[0]?.resource.current['averageUtilization'];

/** in per cent; kwok's CPU wavers with what else this machine does */
const isNear = (found: unknown, wanted?: number): boolean =>
  found === wanted || (typeof found === 'number' && Math.abs(found - (wanted ?? 0)) < 15);

const Made = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  status: z.looseObject({}).optional(),
  containers: z.array(z.looseObject({ name: z.string(), usage: z.looseObject({}) })).optional(),
});

/** What is played was made and measured a moment ago, and its CPU wavers: of this alone the scene is believed. */
function aged<Eyes extends Cluster>(cluster: Eyes, objects: ApiObject[]): Eyes {
  const told = new Map(objects.map((one) => [keyOf(resourceFor(one), one.metadata.name), one]));
  return {
    ...cluster,
    list: (listing) =>
      cluster.list({
        ...listing,
        parse(item) {
          const made = Made.parse(item);
          const ours = told.get(keyOf(listing.kind, made.metadata.name));
          return listing.parse(ours ? { ...made, ...believed(made, ours) } : item);
        },
      }),
  };
}

const keyOf = ({ group, plural }: Kind, name: string): string => `${plural}.${group}/${name}`;

function believed({ metadata, containers, status }: z.infer<typeof Made>, ours: ApiObject): object {
  const { creationTimestamp } = ours.metadata;
  const { containers: told = [], timestamp } = Made.parse(ours);
  const cpuOf = (name: string) => told.find((one) => one.name === name)?.usage['cpu'];
  const { currentMetrics } = Object(ours.status);
  return {
    metadata: { ...metadata, creationTimestamp, managedFields: [] },
    ...(containers && {
      timestamp,
      containers: containers.map((one) => ({ ...one, usage: { ...one.usage, cpu: cpuOf(one.name) } })),
    }),
    ...(figureOf({ status }) !== undefined && { status: { ...status, currentMetrics } }),
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
