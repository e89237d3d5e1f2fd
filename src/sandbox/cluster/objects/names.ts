/** The names of the pods that a scene leaves to their workload. */
import type { PodScene, Scene, Workload } from '../scene.ts';
import { madeUp } from './place.ts';
import { hashOf } from './template.ts';

export type NamedPod = PodScene & { name: string };

export const podsOf = (workload: Workload): NamedPod[] => {
  const owners = { old: ownerName(workload, true), fresh: ownerName(workload, false) };
  return workload.pods.map((scene, n) => {
    const owner = scene.isOld ? owners.old : owners.fresh;
    const suffix = workload.kind === 'statefulset' ? String(n) : madeUp(5, owner, String(n));
    return { ...scene, name: scene.name ?? `${owner}-${suffix}` };
  });
};

const ownerName = (workload: Workload, isOld: boolean): string =>
  workload.kind === 'deployment' ? `${workload.name}-${hashOf(workload, isOld)}` : workload.name;

/** The same scene with every pod called by name. */
export const withNames = (scene: Scene): Scene => ({
  ...scene,
  workloads: (scene.workloads ?? []).map((workload) => ({ ...workload, pods: podsOf(workload) })),
});
