/**
 * Plays a scene on a real control plane. Pods are made first, with their status, and then what owns them: controllers adopt
 * pods and revisions that fit, so that every name is the scene's own and nothing is rolled out in real time.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listOf } from '../../slack/json.ts';
import { withLoad } from '../objects/autoscaler.ts';
import { podsOf, withNames } from '../objects/names.ts';
import { type ApiObject, isPod } from '../objects/object.ts';
import { objectsOf } from '../objects/objects.ts';
import { apiOf, resourceFor } from '../resources.ts';
import type { Scene } from '../scene.ts';
import { asked, heldPod, isStuck } from './adapt.ts';
import { type Contact, contactOf } from './contact.ts';
import { logsObject } from './logs.ts';
import { makeNodes, ownNodesOf, withOwnNodes } from './nodes.ts';

export interface Played {
  /** as the sandbox would show them, under the names that they have there */
  objects: ApiObject[];
  /** when all of it was so: its ages are counted to this */
  now: Date;
  contact: Contact;
  /** until metrics tell of every pod that runs, which takes some twenty seconds */
  measured(): Promise<void>;
  /** removes all of it, what hangs there as well, and waits until it is gone */
  stop(): Promise<void>;
}

interface Stage {
  contact: Contact;
  namespace: string;
  scene: Scene;
  objects: ApiObject[];
  /** ours -> the server's */
  uids: Map<string | undefined, unknown>;
  /** for logs and programs */
  folder: string;
  now: Date;
}

const strict = '?fieldValidation=Strict';

const pathOf = (object: ApiObject, namespace: string): string => {
  const { group, version, plural, isNamespaced } = resourceFor(object);
  const root = group === '' ? `/api/${version}` : `/apis/${apiOf({ group, version })}`;
  return `${root}${isNamespaced ? `/namespaces/${object.metadata.namespace ?? namespace}` : ''}/${plural}`;
};

/**
 * What controllers work out stays theirs: the numbers of budgets, quotas and autoscalers, and metrics, which follow some 20 s
 * later. Commands in pods are not played: kwok has no exit codes, and looks for programs on its own PATH.
 */
export async function playOnCluster(told: Scene, kubeconfigFile: string, namespace: string): Promise<Played> {
  const contact = contactOf(kubeconfigFile);
  const now = new Date();
  const scene = withLoad(withOwnNodes(told, namespace));
  const objects = objectsOf(scene, { namespace, now });
  const folder = mkdtempSync(join(tmpdir(), 'scene-'));
  const stage: Stage = { contact, namespace, scene: withNames(scene), objects, folder, now, uids: new Map() };
  try {
    await make(stage);
  } catch (error) {
    await close(stage);
    throw error;
  }
  return { objects, now, contact, measured: () => measured(stage), stop: () => close(stage) };
}

async function make(stage: Stage): Promise<void> {
  await open(stage);
  await makeNodes(stage.contact, stage.scene, stage.objects);
  await makePods(stage);
  await makeOthers(stage);
  await tellOfPods(stage);
  await letGo(stage);
  await counted(stage);
}

async function open({ contact, namespace }: Stage): Promise<void> {
  await contact.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  // admission asks for the account, which a controller makes a moment later
  await contact.until(`/api/v1/namespaces/${namespace}/serviceaccounts/default`);
}

const of = ({ objects }: Stage, kind: string): ApiObject[] => objects.filter((object) => object.kind === kind);

async function makeOne({ contact, namespace, uids }: Stage, object: ApiObject, body: object): Promise<void> {
  const made = await contact.call('POST', `${pathOf(object, namespace)}${strict}`, body);
  uids.set(object.metadata.uid, Object(Object(made).metadata).uid);
}

async function makePods(stage: Stage): Promise<void> {
  const { contact, scene } = stage;
  const told = new Map((scene.workloads ?? []).flatMap(podsOf).map((pod) => [pod.name, pod]));
  for (const pod of stage.objects.filter(isPod)) {
    const { name } = pod.metadata;
    const path = pathOf(pod, stage.namespace);
    await makeOne(stage, pod, heldPod(pod, told.get(name) ?? { name }));
    await contact.call('PATCH', `${path}/${name}/status${strict}`, { status: pod.status });
  }
}

/** Revisions before their deployment, the older first; events last, since they name what is there. */
const order = [
  'ResourceQuota',
  'ReplicaSet',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Service',
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
  'NetworkPolicy',
  'Lease',
  'Event',
];

async function makeOthers(stage: Stage): Promise<void> {
  const { uids } = stage;
  for (const object of order.flatMap((kind) => of(stage, kind))) {
    if (object.kind === 'HorizontalPodAutoscaler') await measured(stage);
    const body = asked(object);
    await makeOne(
      stage,
      object,
      object.kind === 'Event' ? ofReal(object, body, uids) : isStuck(object) ? impatient(body) : body,
    );
  }
}

/** An event is about the very object, by its uid, and that one is the server's. */
const ofReal = ({ involvedObject }: ApiObject, body: object, uids: Stage['uids']): object => {
  const about = Object(involvedObject);
  return { ...body, involvedObject: { ...about, uid: uids.get(about.uid) ?? about.uid } };
};

/** Before there are metrics, an autoscaler would complain of that. */
async function measured(stage: Stage): Promise<void> {
  const expected = of(stage, 'PodMetrics').length;
  const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${stage.namespace}/pods`;
  await stage.contact.until(path, (found) => listOf(Object(found).items).length === expected, 120_000);
}

/** one second: the least that there is */
const impatient = (deployment: object): object =>
  'spec' in deployment
    ? { ...deployment, spec: { ...Object(deployment.spec), progressDeadlineSeconds: 1 } }
    : deployment;

async function tellOfPods({ contact, scene, folder, namespace, now }: Stage): Promise<void> {
  const kwok = `/apis/kwok.x-k8s.io/v1alpha1/namespaces/${namespace}`;
  for (const pod of (scene.workloads ?? []).flatMap(podsOf)) {
    const logs = logsObject(pod, folder, now);
    if (logs) await contact.call('POST', `${kwok}/logs`, logs);
  }
}

const leaving = ({ scene }: Stage): string[] =>
  (scene.workloads ?? []).flatMap(podsOf).flatMap((pod) => (pod.deleted === undefined ? [] : pod.name));

async function letGo(stage: Stage): Promise<void> {
  for (const name of leaving(stage)) {
    await stage.contact.call('DELETE', `/api/v1/namespaces/${stage.namespace}/pods/${name}`);
  }
}

/** Until controllers know of the pods: before that, they call a workload that was just made unavailable. */
async function counted({ contact, namespace, objects }: Stage): Promise<void> {
  for (const workload of objects.filter(({ kind }) => counting.has(kind))) {
    const path = `${pathOf(workload, namespace)}/${workload.metadata.name}`;
    await contact.until(path, (found) => isObserved(found) && available(found) === available(workload), 60_000);
  }
}

const counting = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);
const isObserved = (workload: unknown): boolean => Object(Object(workload).status).observedGeneration !== undefined;

function available(workload: unknown): unknown {
  const { availableReplicas, numberAvailable = 0 } = Object(Object(workload).status);
  return availableReplicas ?? numberAvailable;
}

async function close(stage: Stage): Promise<void> {
  const { contact, namespace, objects, folder } = stage;
  for (const name of leaving(stage)) {
    const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
    await contact.call('PATCH', path, { metadata: { finalizers: null } });
  }
  const elsewhere = objects.filter((one) => one.kind === 'Event' && one.metadata.namespace !== namespace);
  const all = [
    ...elsewhere.map((event) => `${pathOf(event, namespace)}/${event.metadata.name}`),
    ...ownNodesOf(objects).map((name) => `/api/v1/nodes/${name}`),
    `/api/v1/namespaces/${namespace}`,
  ];
  await contact.call('DELETE', `/api/v1/namespaces/${namespace}`);
  // nobody makes another there now, and no pod has anything to end in peace
  await contact.call('DELETE', `/api/v1/namespaces/${namespace}/pods?gracePeriodSeconds=0`);
  for (const path of all) await contact.gone(path);
  rmSync(folder, { recursive: true });
}
