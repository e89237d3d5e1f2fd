/** The names of the pods that a scene leaves to their workload, and what the scene tells of a pod by name. */
import type { ContainerStatus, PodScene, Scene, Workload } from '../scene.ts';
import { madeUp } from './place.ts';
import { hashOf } from './template.ts';

export type NamedPod = PodScene & { name: string };

export const podsOf = (workload: Workload): NamedPod[] =>
  workload.pods.map((scene, n) => ({ ...scene, name: scene.name ?? nameOf(workload, scene, n) }));

function nameOf(workload: Workload, { isOld = false }: PodScene, n: number): string {
  const { kind, name } = workload;
  if (kind === 'statefulset') return `${name}-${n}`;
  const owner = kind === 'deployment' ? `${name}-${hashOf(workload, isOld)}` : name;
  return `${owner}-${madeUp(5, owner, String(n))}`;
}

export function toldOf(scene: Scene, pod: string): Record<string, ContainerStatus> {
  const named = (scene.workloads ?? []).flatMap(podsOf).find(({ name }) => name === pod);
  return named?.containers ?? {};
}
