/** Plays a scenario's scene in a cluster of API objects, and its samples beside it. */
import { readFileSync } from 'node:fs';
import type { Queryable, Report, Sample, Surroundings } from '../../src/diagnosis/diagnosis.ts';
import { quantity } from '../../src/diagnosis/quantity.ts';
import { loadPolicy } from '../../src/runbook/load.ts';
import type { Scenario } from '../../src/sandbox/scenarios/scenario.ts';
import { apiCluster } from '../probes/api.ts';
import { apiOf } from '../probes/scene-api.ts';

const namespace = 'production';

export function aroundScene(
  { issueType, scene = {}, samples = [], targets = {} }: Scenario,
  database?: Queryable,
): Surroundings {
  const now = Date.now();
  const { cluster } = apiCluster(apiOf(scene, namespace, now));
  const found = loadPolicy(readFileSync('runbook.yaml', 'utf8'), 'runbook.yaml').issueTypes.find(
    ({ id }) => id === issueType,
  );
  if (!found) throw new Error(`the runbook has no issue type ${issueType}`);
  return {
    clients: { cluster, ...(database ? { database } : {}) },
    issueType: { ...found, targets: { ...found.targets, ...targets } },
    now,
    samples: samples.flatMap((one) => samplesOf(one, scene, now)).toSorted((a, b) => a.at - b.at),
  };
}

type Samples = NonNullable<Scenario['samples']>[number];

function samplesOf(
  { workload, pod, memory = [], restarts = [] }: Samples,
  scene: NonNullable<Scenario['scene']>,
  now: number,
): Sample[] {
  const told = scene.workloads?.find(({ name }) => name === workload);
  const container = told?.containers?.[0];
  const limitBytes = quantity(container?.memoryLimit ?? '') ?? 0;
  const looks = Math.max(memory.length, restarts.length);
  return (told?.pods ?? [])
    .filter((_, n) => pod === undefined || pod === n)
    .flatMap(({ name = '' }) =>
      Array.from({ length: looks }, (_, n) => ({
        at: now - (looks - 1 - n) * 60_000,
        namespace,
        pod: name,
        uid: `uid-${name}`,
        container: container?.name ?? '',
        restarts: restarts[n] ?? 0,
        limitBytes,
        ...(memory[n] === undefined ? {} : { memoryBytes: memory[n] * 1_048_576 }),
      })),
    );
}

/** The rules that are no mere information, each once. */
export const rulesOf = ({ findings }: Report): string[] =>
  [...new Set(findings.filter(({ level }) => level !== 'info').map(({ rule }) => rule))].toSorted();
