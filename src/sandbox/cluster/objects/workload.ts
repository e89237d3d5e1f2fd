/** A workload, the objects that a controller makes of it, and its pods. */
import type { NodeScene, Workload } from '../scene.ts';
import { daemonSet } from './daemon-set.ts';
import { deployment } from './deployment.ts';
import { type NamedPod, podsOf } from './names.ts';
import type { ApiObject } from './object.ts';
import type { Place } from './place.ts';
import { ageOf } from './pod.ts';
import { statefulSet } from './stateful-set.ts';

/** One to make it into: the pods have to be made before the numbers of their owner can be told. */
export interface Cast {
  place: Place;
  workload: Workload;
  /** in the order of the scene */
  pods: { scene: NamedPod; node: string }[];
  desired: number;
  /** older than all that belongs to it */
  age: number;
}

const makers = { deployment, statefulset: statefulSet, daemonset: daemonSet };

export function workloadObjects(place: Place, workload: Workload, nodes: NodeScene[]): ApiObject[] {
  const pods = podsOf(workload).map((scene, n) => ({ scene, node: scene.node ?? nodeFor(nodes, n) }));
  const age = Math.max(30 * 1_440, ...workload.pods.map((scene) => ageOf(scene, workload))) + 1;
  const desired = workload.desired ?? workload.pods.length;
  return makers[workload.kind]({ place, workload, pods, desired, age });
}

const nodeFor = (nodes: NodeScene[], n: number): string => nodes[n % nodes.length]?.name ?? 'node-a';
