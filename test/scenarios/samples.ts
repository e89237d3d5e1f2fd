/** What a scenario tells of the past, of the very pods that stand in the cluster now. */
import { z } from 'zod';
import { type Cluster, kinds } from '../../src/diagnosis/cluster.ts';
import type { Sample } from '../../src/diagnosis/diagnosis.ts';
import { quantity } from '../../src/diagnosis/quantity.ts';
import { podsOf } from '../../src/sandbox/cluster/objects/names.ts';
import type { Scenario } from '../../src/sandbox/scenarios/scenario.ts';

type Told = NonNullable<Scenario['samples']>[number];

const Named = z.object({ metadata: z.object({ name: z.string(), uid: z.string() }) });

export async function samplesOf({ name: namespace, scene, samples = [] }: Scenario, cluster: Cluster, now: number) {
  if (samples.length === 0) return [];
  const { rows } = await cluster.list({ kind: kinds.pods, namespace, parse: (item) => Named.parse(item).metadata });
  const uids = new Map(rows.map(({ name, uid }) => [name, uid]));
  return samples
    .flatMap((told) => {
      const workload = scene?.workloads?.find(({ name }) => name === told.workload);
      const [container] = workload?.containers ?? [];
      if (!workload || !container) throw new Error(`the scene of ${namespace} has no workload ${told.workload}`);
      const limitBytes = quantity(container.memoryLimit ?? '') ?? 0;
      return podsOf(workload)
        .filter((_, n) => told.pod === undefined || told.pod === n)
        .map(({ name: pod }) => ({ namespace, pod, uid: uids.get(pod) ?? '', container: container.name, limitBytes }))
        .flatMap((one) => minutes(told, now).map((then) => ({ ...one, ...then })));
    })
    .toSorted((a, b) => a.at - b.at);
}

const minutes = (
  { memory = [], restarts = [] }: Told,
  now: number,
): Pick<Sample, 'at' | 'restarts' | 'memoryBytes'>[] => {
  const looks = Math.max(memory.length, restarts.length);
  return Array.from({ length: looks }, (_, n) => ({
    at: now - (looks - 1 - n) * 60_000,
    restarts: restarts[n] ?? 0,
    ...(memory[n] === undefined ? {} : { memoryBytes: memory[n] * 1_048_576 }),
  }));
};
