/**
 * Plays a scene on a real control plane. Pods are made first, with their status, and then what owns them: controllers adopt
 * pods and revisions that fit, so that every name is the scene's own and nothing is rolled out in real time.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { podsOf, withNames } from '../objects/names.ts';
import { type ApiObject, isPod } from '../objects/object.ts';
import { objectsOf } from '../objects/objects.ts';
import { apiOf, resourceFor } from '../resources.ts';
import type { Scene } from '../scene.ts';
import { asked, heldPod, isStuck } from './adapt.ts';
import { type Contact, contactOf } from './contact.ts';
import { logsObject } from './logs.ts';

export interface Played {
  /** removes all of it; what hangs there as well */
  stop(): Promise<void>;
}

interface Stage {
  contact: Contact;
  namespace: string;
  scene: Scene;
  objects: ApiObject[];
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
export async function playOnCluster(scene: Scene, kubeconfigFile: string, namespace: string): Promise<Played> {
  const now = new Date();
  const folder = mkdtempSync(join(tmpdir(), 'scene-'));
  const objects = objectsOf(scene, { namespace, now });
  const stage: Stage = { contact: contactOf(kubeconfigFile), namespace, scene: withNames(scene), objects, folder, now };
  await open(stage);
  await makeNodes(stage);
  await makePods(stage);
  await makeOthers(stage);
  await tellOfPods(stage);
  await letGo(stage);
  return { stop: () => close(stage) };
}

async function open({ contact, namespace }: Stage): Promise<void> {
  await contact.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  // admission asks for the account, which a controller makes a moment later
  await eventually(() => contact.call('GET', `/api/v1/namespaces/${namespace}/serviceaccounts/default`));
}

/** Tries until it succeeds; after ten seconds with what last went wrong. */
async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + 10_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
      await later(50);
    }
  }
}

const of = ({ objects }: Stage, kind: string): ApiObject[] => objects.filter((object) => object.kind === kind);

/** Those of the cluster itself stay as they are unless the scene tells of them. */
async function makeNodes(stage: Stage): Promise<void> {
  const { contact, scene } = stage;
  for (const node of of(stage, 'Node')) {
    const { name, labels } = node.metadata;
    const annotations = { 'metrics.k8s.io/resource-metrics-path': `/metrics/nodes/${name}/metrics/resource` };
    const made = await contact
      .call('POST', '/api/v1/nodes', { metadata: { name, labels, annotations }, spec: node.spec })
      .then(() => true)
      .catch(() => false);
    const isTold = (scene.nodes ?? []).some((told) => told.name === name);
    if (!made && !isTold) continue;
    await contact.call('PATCH', `/api/v1/nodes/${name}/status`, { status: node.status });
  }
}

async function makePods(stage: Stage): Promise<void> {
  const { contact, scene } = stage;
  const told = new Map((scene.workloads ?? []).flatMap(podsOf).map((pod) => [pod.name, pod]));
  for (const pod of stage.objects.filter(isPod)) {
    const { name } = pod.metadata;
    const path = pathOf(pod, stage.namespace);
    await contact.call('POST', `${path}${strict}`, heldPod(pod, told.get(name) ?? { name }));
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
  const { contact, namespace } = stage;
  for (const object of order.flatMap((kind) => of(stage, kind))) {
    const body = isStuck(object) ? impatient(asked(object)) : asked(object);
    await contact.call('POST', `${pathOf(object, namespace)}${strict}`, body);
  }
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

async function close(stage: Stage): Promise<void> {
  const { contact, namespace, scene, folder } = stage;
  for (const name of leaving(stage)) {
    const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
    await contact.call('PATCH', path, { metadata: { finalizers: null } });
  }
  await contact.call('DELETE', `/api/v1/namespaces/${namespace}`);
  const own = new Set(['node-a', 'node-b', 'node-c']);
  for (const { name } of (scene.nodes ?? []).filter((node) => !own.has(node.name))) {
    await contact.call('DELETE', `/api/v1/nodes/${name}`);
  }
  rmSync(folder, { recursive: true });
}
