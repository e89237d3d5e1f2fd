/** A DaemonSet and its pods, one on each node that it wants. */
import { type ApiObject, isReady, type Pod } from './object.ts';
import { metaOf, ownerOf } from './place.ts';
import { podOf } from './pod.ts';
import { living } from './pods.ts';
import { hashOf, labelsOf, templateOf } from './template.ts';
import type { Cast } from './workload.ts';

export function daemonSet(cast: Cast): ApiObject[] {
  const { place, workload } = cast;
  const set = frame(cast);
  const pods = cast.pods.map(({ scene, node }) => {
    const labels = {
      'controller-revision-hash': hashOf(workload, scene.isOld ?? false),
      'pod-template-generation': scene.isOld || !workload.rollout ? '1' : '2',
    };
    return podOf(place, { workload, scene, node, owner: ownerOf(set), labels, spec: { affinity: only(node) } });
  });
  return [{ ...set, status: statusOf(cast, pods) }, ...pods];
}

function frame({ place, workload, age }: Cast): ApiObject {
  const labels = labelsOf(workload);
  const generation = workload.rollout ? 2 : 1;
  const annotations = { 'deprecated.daemonset.template.generation': String(generation) };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: metaOf(place, 'DaemonSet', { name: workload.name, age, labels, generation, annotations }),
    spec: {
      selector: { matchLabels: labels },
      template: templateOf(workload, false),
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      revisionHistoryLimit: 10,
    },
  };
}

function statusOf({ workload, desired, pods: cast }: Cast, pods: Pod[]): object {
  const ready = living(pods).filter(isReady).length;
  return {
    currentNumberScheduled: living(pods).length,
    numberMisscheduled: 0,
    desiredNumberScheduled: desired,
    numberReady: ready,
    observedGeneration: workload.rollout ? 2 : 1,
    updatedNumberScheduled: cast.filter(({ scene }) => !scene.isOld).length || undefined,
    numberAvailable: ready || undefined,
    numberUnavailable: Math.max(0, desired - ready) || undefined,
  };
}

/** Its controller names the node, and the scheduler obeys. */
const only = (node: string): object => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }],
    },
  },
});
