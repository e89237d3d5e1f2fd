/** Scenarios in namespaces of their own on a real control plane, and the eyes with which the bot looks at them. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { makeTargetCluster, type TargetCluster } from '../../src/clients/kubernetes/cluster.ts';
import { type Cluster, kinds } from '../../src/diagnosis/cluster.ts';
import type { Clients, Report, Sample, Surroundings } from '../../src/diagnosis/diagnosis.ts';
import { quantity } from '../../src/diagnosis/quantity.ts';
import { playbooks } from '../../src/playbooks/index.ts';
import { loadPolicy } from '../../src/runbook/load.ts';
import type { ApiObject } from '../../src/sandbox/cluster/objects/object.ts';
import { type Played, playOnCluster } from '../../src/sandbox/cluster/real/play.ts';
import { resourceFor } from '../../src/sandbox/cluster/resources.ts';
import type { Scenario } from '../../src/sandbox/scenarios/scenario.ts';

export const kubeconfigFile = process.env['KUBECONFIG'] ?? '';

export const { issueTypes } = loadPolicy(readFileSync('runbook.yaml', 'utf8'), 'runbook.yaml');

export const namespaceOf = ({ issueType, name }: Scenario): string => `${issueType}-${name}-${process.pid}`;

export interface OnCluster extends Played {
  cluster: TargetCluster;
  end(): Promise<void>;
}

export async function playScenario(scenario: Scenario): Promise<OnCluster> {
  const namespace = namespaceOf(scenario);
  const played = await playOnCluster(scenario.scene ?? {}, kubeconfigFile, namespace);
  const cluster = makeTargetCluster({ kubeconfig: kubeconfigFile });
  const end = async (): Promise<void> => {
    await cluster.end();
    await played.stop();
  };
  return { ...played, cluster, end };
}

/** What controllers and the metrics server make of it in their own time. */
export async function settled(scenario: Scenario, played: Played): Promise<void> {
  const { metrics, autoscalers = [] } = scenario.scene ?? {};
  if (metrics === 'there') await played.measured();
  for (const { name, cpu } of autoscalers) {
    const path = `/apis/autoscaling/v2/namespaces/${namespaceOf(scenario)}/horizontalpodautoscalers/${name}`;
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
export function aged(cluster: Cluster, objects: ApiObject[]): Cluster {
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

export async function around(scenario: Scenario, now: Date, clients: Clients): Promise<Surroundings> {
  const { thresholds = {}, targets = {}, issueType } = scenario;
  const found = issueTypes.find(({ id }) => id === issueType);
  if (!found) throw new Error(`the runbook has no issue type ${issueType}`);
  const namespace = namespaceOf(scenario);
  return {
    clients,
    issueType: {
      ...found,
      thresholds: { ...found.thresholds, ...thresholds },
      targets: { ...found.targets, ...targets, namespace },
    },
    now: now.getTime(),
    samples: clients.cluster ? await samplesOf(scenario, clients.cluster, now) : [],
  };
}

const PodId = z.object({ metadata: z.object({ name: z.string(), uid: z.string() }) });

async function samplesOf(scenario: Scenario, cluster: Cluster, now: Date): Promise<Sample[]> {
  const { samples = [], scene = {} } = scenario;
  const namespace = namespaceOf(scenario);
  const { rows } = await cluster.list({ kind: kinds.pods, namespace, parse: (item) => PodId.parse(item).metadata });
  const all = samples.flatMap(({ workload, pod, memory = [], restarts = [] }): Sample[] => {
    const told = scene.workloads?.find(({ name }) => name === workload);
    const container = told?.containers?.[0];
    const pods = rows.filter(({ name }) => told?.pods.some((one, n) => one.name === name && (pod ?? n) === n));
    const looks = Math.max(memory.length, restarts.length);
    return pods.flatMap(({ name, uid }) =>
      Array.from({ length: looks }, (_, n) => ({
        at: now.getTime() - (looks - 1 - n) * 60_000,
        namespace,
        pod: name,
        uid,
        container: container?.name ?? '',
        restarts: restarts[n] ?? 0,
        limitBytes: quantity(container?.memoryLimit ?? '') ?? 0,
        ...(memory[n] === undefined ? {} : { memoryBytes: memory[n] * 1_048_576 }),
      })),
    );
  });
  return all.toSorted((a, b) => a.at - b.at);
}

export function look(surroundings: Surroundings): Promise<Report> {
  const playbook = playbooks.find(({ issueType }) => issueType === surroundings.issueType.id);
  if (!playbook) throw new Error(`there is no playbook for ${surroundings.issueType.id}`);
  return playbook.run(surroundings);
}
