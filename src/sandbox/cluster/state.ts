/** What the sandbox's cluster is at a moment, and what everybody asked of it. */
import type { Faults } from '../faults.ts';
import type { ClusterFault } from './effects.ts';
import type { Snapshots } from './list.ts';
import type { Told } from './logs.ts';
import type { Pod } from './objects/object.ts';
import { NoSuchPath } from './refused.ts';
import type { Accounts } from './rights.ts';
import type { Scene } from './scene.ts';
import type { Store } from './store.ts';

/** by namespace */
export type Scenes = Record<string, Scene>;

export interface Call {
  /** `list pods`, `get pods/log`, or the path of what is no resource */
  call: string;
  path: string;
  user: string;
  accept: string | undefined;
}

export interface ClusterState {
  /** with every pod called by name */
  scenes: Scenes;
  store: Store;
  snapshots: Snapshots;
  accounts: Accounts;
  faults: Faults<ClusterFault>;
  requests: Call[];
  now: () => Date;
  terminationMs: number;
}

/** One metrics server serves all namespaces. */
export function metricsOf({ scenes }: ClusterState): NonNullable<Scene['metrics']> {
  return Object.values(scenes).find(({ metrics }) => metrics !== undefined)?.metrics ?? 'absent';
}

/** What an aggregated API says that is not there, or that nobody answers for. */
export function mustBeServed(state: ClusterState, group: string): void {
  if (group !== 'metrics.k8s.io') return;
  const metrics = metricsOf(state);
  if (metrics === 'absent') throw new NoSuchPath();
  if (metrics === 'down') throw new Unavailable();
}

/** In plain text: it is the aggregator that says so, not an API. */
export class Unavailable extends Error {}

const sceneOf = ({ scenes }: ClusterState, { metadata }: Pod): Scene => scenes[metadata.namespace ?? ''] ?? {};

export function toldOfPod(state: ClusterState, pod: Pod): Told {
  const all = (sceneOf(state, pod).workloads ?? []).flatMap(({ pods }) => pods);
  return all.find(({ name }) => name === pod.metadata.name)?.containers ?? {};
}

export const execsOf = (state: ClusterState, pod: Pod): NonNullable<Scene['execs']> => sceneOf(state, pod).execs ?? [];
