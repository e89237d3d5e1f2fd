/** A StatefulSet and its numbered pods. */
import { type ApiObject, isReady, type Pod } from './object.ts';
import { metaOf, ownerOf } from './place.ts';
import { podOf } from './pod.ts';
import { living } from './pods.ts';
import { hashOf, labelsOf, templateOf } from './template.ts';
import type { Cast } from './workload.ts';

export function statefulSet(cast: Cast): ApiObject[] {
  const { place, workload } = cast;
  const set = frame(cast);
  const pods = cast.pods.map(({ scene, node }) => {
    const { name } = scene;
    const labels = {
      'apps.kubernetes.io/pod-index': name.split('-').at(-1) ?? '',
      'controller-revision-hash': `${workload.name}-${hashOf(workload, scene.isOld ?? false)}`,
      'statefulset.kubernetes.io/pod-name': name,
    };
    const spec = { hostname: name, subdomain: workload.name };
    return podOf(place, { workload, scene, node, owner: ownerOf(set), labels, spec });
  });
  return [{ ...set, status: statusOf(cast, pods) }, ...pods];
}

function frame({ place, workload, desired, age }: Cast): ApiObject {
  const labels = labelsOf(workload);
  const generation = workload.rollout ? 2 : 1;
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: metaOf(place, 'StatefulSet', { name: workload.name, age, labels, generation }),
    spec: {
      replicas: desired,
      selector: { matchLabels: labels },
      template: templateOf(workload, false),
      serviceName: workload.name,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      revisionHistoryLimit: 10,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    },
  };
}

/** While pods of the revision before are left, that one is the current one. */
function statusOf({ workload, pods: cast }: Cast, pods: Pod[]): object {
  const old = cast.filter(({ scene }) => scene.isOld).length;
  const revision = (isOld: boolean): string => `${workload.name}-${hashOf(workload, isOld)}`;
  const count = living(pods).length;
  const ready = living(pods).filter(isReady).length;
  return {
    observedGeneration: workload.rollout ? 2 : 1,
    replicas: count,
    readyReplicas: ready || undefined,
    availableReplicas: ready,
    currentReplicas: (old > 0 ? old : count) || undefined,
    updatedReplicas: count - old || undefined,
    currentRevision: revision(old > 0),
    updateRevision: revision(false),
    collisionCount: 0,
  };
}
