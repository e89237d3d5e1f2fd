/** One revision of a Deployment. */
import type { Labels } from '../scene.ts';
import { type ApiObject, isReady, type Owner, type Pod } from './object.ts';
import { ago, metaOf } from './place.ts';
import { leaving, living } from './pods.ts';
import { labelsOf, templateOf } from './template.ts';
import type { Cast } from './workload.ts';

export interface Revision {
  isOld: boolean;
  hash: string;
  name: string;
  number: number;
  /** in minutes */
  age: number;
}

interface Parts {
  revision: Revision;
  pods: Pod[];
  annotations: Labels;
  owner: Owner;
}

export function replicaSet(cast: Cast, { revision, pods, annotations, owner }: Parts): ApiObject {
  const { place, workload } = cast;
  const labels = { ...labelsOf(workload), 'pod-template-hash': revision.hash };
  const template = templateOf(workload, revision.isOld);
  const replicas = wanted(cast, revision.isOld, pods);
  const { name, age } = revision;
  const generation = 1;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: metaOf(place, 'ReplicaSet', { name, age, labels, annotations, generation, ownerReferences: [owner] }),
    spec: { replicas, selector: { matchLabels: labels }, template: { ...template, metadata: { labels } } },
    status: statusOf(cast, revision, pods),
  };
}

/** While a rollout goes on, as many as have come so far; else all, made or not. */
export const wanted = ({ desired, workload, pods: cast }: Cast, isOld: boolean, pods: Pod[]): number =>
  isOld || (!workload.failing && cast.some(({ scene }) => scene.isOld)) ? living(pods).length : desired;

function statusOf({ place, workload }: Cast, { isOld, age }: Revision, pods: Pod[]): object {
  const ready = living(pods).filter(isReady).length;
  const { failing } = workload;
  const failure = {
    type: 'ReplicaFailure',
    status: 'True',
    lastTransitionTime: ago(place, Math.min(1, age)),
    ...failing,
  };
  return {
    replicas: living(pods).length,
    fullyLabeledReplicas: living(pods).length || undefined,
    readyReplicas: ready || undefined,
    availableReplicas: ready || undefined,
    observedGeneration: 1,
    terminatingReplicas: leaving(pods).length,
    conditions: failing && !isOld ? [failure] : undefined,
  };
}
