/** A Deployment, one ReplicaSet for each of its two last revisions, and the pods of each. */
import { type ApiObject, type Condition, isReady, type Pod } from './object.ts';
import { ago, metaOf, ownerOf } from './place.ts';
import { podOf } from './pod.ts';
import { leaving, living } from './pods.ts';
import { type Revision, replicaSet, wanted } from './replica-set.ts';
import { type Rolling, rollingOf } from './rolling.ts';
import { hashOf, labelsOf, templateOf } from './template.ts';
import type { Cast } from './workload.ts';

const revisionKey = 'deployment.kubernetes.io/revision';

export function deployment(cast: Cast): ApiObject[] {
  const { workload, age } = cast;
  const owner = frame(cast);
  const hasOld = workload.rollout !== undefined || cast.pods.some(({ scene }) => scene.isOld);
  const revisions = (hasOld ? [true, false] : [false]).map((isOld): Revision => {
    const hash = hashOf(workload, isOld);
    const name = `${workload.name}-${hash}`;
    const number = hasOld && !isOld ? 2 : 1;
    return { isOld, hash, name, number, age: isOld ? age : (workload.rollout?.ago ?? age) };
  });
  const [old = [], fresh = []] = [true, false].map((isOld) =>
    revisions.filter((one) => one.isOld === isOld).flatMap((revision) => podsOf(cast, revision)),
  );
  const rolling = rollingOf(cast.desired, old, fresh);
  const sets = revisions.map((revision) =>
    replicaSetOf(cast, owner, { revision, rolling, pods: revision.isOld ? old : fresh }),
  );
  const status = statusOf(cast, { old, fresh, rolling, name: sets.at(-1)?.metadata.name ?? '' });
  const spec = { ...owner.spec, strategy: { type: 'RollingUpdate', rollingUpdate: rolling.spec } };
  return [{ ...owner, spec, status }, ...sets, ...old, ...fresh];
}

function frame({ place, workload, desired, age }: Cast): ApiObject & { spec: object } {
  const { name, rollout } = workload;
  const labels = labelsOf(workload);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metaOf(place, 'Deployment', {
      name,
      age,
      labels,
      generation: rollout ? 2 : 1,
      annotations: { [revisionKey]: rollout ? '2' : '1' },
    }),
    spec: {
      replicas: desired,
      selector: { matchLabels: labels },
      template: templateOf(workload, false),
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    },
  };
}

/** What owns the pods of a revision, as far as they know it. */
const bareSet = ({ place }: Cast, { name }: Revision): ApiObject => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: metaOf(place, 'ReplicaSet', { name }),
});

function podsOf(cast: Cast, revision: Revision): Pod[] {
  const { place, workload } = cast;
  const owner = ownerOf(bareSet(cast, revision));
  const labels = { 'pod-template-hash': revision.hash };
  return cast.pods
    .filter(({ scene }) => (scene.isOld ?? false) === revision.isOld)
    .map(({ scene, node }) => podOf(place, { workload, scene, node, owner, labels }));
}

interface OfRevision {
  revision: Revision;
  rolling: Rolling;
  pods: Pod[];
}

function replicaSetOf(cast: Cast, owner: ApiObject, { revision, rolling, pods }: OfRevision): ApiObject {
  const annotations = {
    'deployment.kubernetes.io/desired-replicas': String(cast.desired),
    'deployment.kubernetes.io/max-replicas': String(cast.desired + rolling.surge),
    [revisionKey]: String(revision.number),
  };
  return replicaSet(cast, { revision, pods, annotations, owner: ownerOf(owner) });
}

interface Numbers {
  old: Pod[];
  /** those of the newest revision */
  fresh: Pod[];
  rolling: Rolling;
  /** of the newest revision */
  name: string;
}

/** A count of zero is left out. */
function statusOf(cast: Cast, { old, fresh, rolling, name }: Numbers): object {
  const { workload, desired } = cast;
  const pods = [...old, ...fresh];
  const ready = living(pods).filter(isReady).length;
  const all = wanted(cast, true, old) + wanted(cast, false, fresh);
  return {
    observedGeneration: workload.rollout ? 2 : 1,
    replicas: living(pods).length || undefined,
    updatedReplicas: living(fresh).length || undefined,
    readyReplicas: ready || undefined,
    availableReplicas: ready || undefined,
    terminatingReplicas: leaving(pods).length,
    unavailableReplicas: Math.max(0, all - ready) || undefined,
    conditions: conditionsOf(cast, { isEnough: ready >= desired - rolling.unavailable, newest: name }),
  };
}

function conditionsOf(cast: Cast, { isEnough, newest }: { isEnough: boolean; newest: string }): object[] {
  const { place, workload, age } = cast;
  const since = ago(place, workload.rollout?.ago ?? age);
  const at = { lastUpdateTime: since, lastTransitionTime: since };
  const failure = workload.failing && { type: 'ReplicaFailure', status: 'True', ...workload.failing, ...at };
  const available = isEnough ? enough : tooFew;
  const progressing = { type: 'Progressing', ...progress(cast, newest), ...at };
  // a rollout that goes its way changes what is said, and not since when it has been True
  if (progressing.status === 'True') progressing.lastTransitionTime = ago(place, age);
  return [...(failure ? [failure] : []), { type: 'Available', ...available, ...at }, progressing];
}

const enough = {
  status: 'True',
  reason: 'MinimumReplicasAvailable',
  message: 'Deployment has minimum availability.',
};

const tooFew = {
  status: 'False',
  reason: 'MinimumReplicasUnavailable',
  message: 'Deployment does not have minimum availability.',
};

/** A rollout that once was complete stays so, whatever becomes of its pods. */
function progress({ workload, pods }: Cast, newest: string): Pick<Condition, 'status' | 'reason' | 'message'> {
  const set = `ReplicaSet "${newest}"`;
  if (workload.rollout?.stuck)
    return { status: 'False', reason: 'ProgressDeadlineExceeded', message: `${set} has timed out progressing.` };
  if (workload.rollout && pods.some(({ scene }) => scene.isOld))
    return { status: 'True', reason: 'ReplicaSetUpdated', message: `${set} is progressing.` };
  return { status: 'True', reason: 'NewReplicaSetAvailable', message: `${set} has successfully progressed.` };
}
