/** Pods with the status that a scheduler and a kubelet would have given them. */
import type { ContainerStatus, PodScene, Workload } from '../scene.ts';
import { conditionsOf, unplaced } from './conditions.ts';
import { containerStatus } from './container-status.ts';
import type { NamedPod } from './names.ts';
import type { ContainerState, Owner, Pod } from './object.ts';
import { ago, madeUp, metaOf, oneByte, type Place } from './place.ts';
import { containersOf, qualityOf, templateOf } from './template.ts';

export interface Made {
  workload: Workload;
  scene: NamedPod;
  node: string;
  owner: Owner;
  /** those that its owner adds */
  labels: Record<string, string>;
  spec?: Record<string, unknown>;
}

export const ageOf = ({ age, isOld }: PodScene, { rollout }: Workload): number =>
  age ?? (rollout && !isOld ? rollout.ago : 1_440 + (rollout?.ago ?? 0));

const graceSeconds = 30;

export function podOf(place: Place, made: Made): Pod {
  const { workload, scene, owner } = made;
  const { name } = scene;
  const template = templateOf(workload, scene.isOld ?? false);
  const age = ageOf(scene, workload);
  const meta = metaOf(place, 'Pod', {
    name,
    age,
    labels: { ...template.metadata.labels, ...made.labels },
    generation: 1,
    generateName: `${owner.name}-`,
    ownerReferences: [owner],
    ...(scene.deleted === undefined
      ? {}
      : { deletionTimestamp: ago(place, scene.deleted - graceSeconds / 60), deletionGracePeriodSeconds: graceSeconds }),
  });
  const isPlaced = scene.unschedulable === undefined;
  const spec = {
    ...mounted(template.spec, madeUp(5, name, 'token')),
    ...made.spec,
    nodeName: isPlaced ? made.node : undefined,
    serviceAccountName: 'default',
    serviceAccount: 'default',
    enableServiceLinks: true,
    priority: 0,
    preemptionPolicy: 'PreemptLowerPriority',
    tolerations: ['not-ready', 'unreachable'].map((trouble) => ({
      key: `node.kubernetes.io/${trouble}`,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 300,
    })),
  };
  return { apiVersion: 'v1', kind: 'Pod', metadata: meta, spec, status: statusOf(place, made, { age, uid: meta.uid }) };
}

function mounted(spec: Pod['spec'], token: string): Pod['spec'] {
  const name = `kube-api-access-${token}`;
  const volumeMounts = [{ name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }];
  const mount = <One extends object>(one: One): One => ({ ...one, volumeMounts });
  const sources = [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    {
      downwardAPI: {
        items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
      },
    },
  ];
  return {
    ...spec,
    containers: spec.containers.map(mount),
    ...(spec.initContainers && { initContainers: spec.initContainers.map(mount) }),
    volumes: [{ name, projected: { sources, defaultMode: 420 } }],
  };
}

interface Since {
  /** in minutes */
  age: number;
  uid: string;
}

function statusOf(place: Place, made: Made, since: Since): Pod['status'] {
  const { workload, scene, node } = made;
  const { age, uid } = since;
  const qosClass = qualityOf([...(workload.initContainers ?? []), ...containersOf(workload)]);
  if (scene.unschedulable !== undefined)
    return { phase: 'Pending', conditions: [unplaced(place, age, scene)], qosClass };
  const { initial, statuses } = containersIn(place, made, since);
  const address = `10.244.${oneByte(node)}.${oneByte(uid)}`;
  const host = `10.0.0.${oneByte(node)}`;
  return {
    phase: scene.phase ?? (isBegun(initial) && !statuses.some(neverRan) ? 'Running' : 'Pending'),
    reason: scene.reason,
    message: scene.message,
    conditions: conditionsOf(place, { age, scene, statuses, initial }),
    hostIP: host,
    hostIPs: [{ ip: host }],
    podIP: address,
    podIPs: [{ ip: address }],
    startTime: ago(place, age),
    ...(initial.length > 0 && { initContainerStatuses: initial }),
    containerStatuses: scene.reason === 'Evicted' ? undefined : statuses,
    qosClass,
  };
}

const isBegun = (initial: ContainerState[]): boolean => initial.every(({ ready }) => ready);

function containersIn(place: Place, made: Made, since: Since): Record<'initial' | 'statuses', ContainerState[]> {
  const { workload, scene } = made;
  const { containers, initContainers = [] } = templateOf(workload, scene.isOld ?? false).spec;
  const told = statusesOf(made);
  const standing = { place, pod: scene.name, ...since };
  const initial = initContainers.map((spec) =>
    containerStatus(spec, { ...standing, told: told(spec.name) ?? {}, isReady: true, isInit: true }),
  );
  const usual = isBegun(initial) ? usually(scene) : { waiting: { reason: 'PodInitializing' } };
  const statuses = containers.map((spec, n) =>
    containerStatus(spec, { ...standing, told: told(spec.name) ?? usual, isReady: isTold(made, n, spec.name) }),
  );
  return { initial, statuses };
}

/** What is not told of a container follows from the phase of its pod. */
function usually({ phase, age = 0 }: PodScene): ContainerStatus {
  if (phase === 'Succeeded') return { terminated: { reason: 'Completed', exitCode: 0, ago: age } };
  return phase === 'Failed' ? { terminated: { reason: 'Error', exitCode: 1, ago: age } } : {};
}

/** What is told of a container that the workload has not is a slip of the scene's author. */
function statusesOf({ workload, scene }: Made): (container: string) => ContainerStatus | undefined {
  const known = [...containersOf(workload), ...(workload.initContainers ?? [])].map((one) => one.name);
  for (const told of Object.keys(scene.containers ?? {})) {
    if (!known.includes(told)) throw new Error(`pod ${scene.name} has containers ${known.join(', ')}, and no ${told}`);
  }
  return (container) => scene.containers?.[container];
}

/** A pod that is not ready without a word on why has a first container that fails its probe. */
function isTold({ scene }: Made, n: number, container: string): boolean {
  const said = scene.containers?.[container]?.ready;
  return said ?? (scene.ready !== false || n > 0);
}

const neverRan = ({ state, lastState }: ContainerState): boolean =>
  state.waiting !== undefined && lastState.terminated === undefined;
