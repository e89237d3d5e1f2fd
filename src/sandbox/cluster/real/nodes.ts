/** Nodes are of no namespace: each scene that is played has its own, under names that no other scene has. */
import { type ApiObject, isPod } from '../objects/object.ts';
import { madeUp } from '../objects/place.ts';
import type { NodeScene, Scene } from '../scene.ts';
import type { Contact } from './contact.ts';

/** Ends the names of the nodes of a namespace; short, since a node's name is the value of one of its labels (63 bytes at most). */
export const ofNamespace = (namespace: string): string => `.${madeUp(8, namespace)}`;

/** A scene that tells of no node stands on those that the cluster has. */
export function withOwnNodes(scene: Scene, namespace: string): Scene {
  const { nodes = [], workloads = [], events = [] } = scene;
  const own = (name: string): string => `${name}${ofNamespace(namespace)}`;
  return {
    ...scene,
    nodes: nodes.map((node) => ({ ...node, name: own(node.name) })),
    workloads: workloads.map((workload) => ({
      ...workload,
      pods: workload.pods.map((pod) => (pod.node === undefined ? pod : { ...pod, node: own(pod.node) })),
    })),
    events: events.map((event) => (event.about.startsWith('node/') ? { ...event, about: own(event.about) } : event)),
  };
}

const isInTrouble = ({ ready = true, pressure = [] }: NodeScene): boolean => !ready || pressure.length > 0;

/** kwok says of a new node that it is well, and where its kubelet listens; of what ails it we tell. */
export async function makeNodes(contact: Contact, { nodes = [] }: Scene, objects: ApiObject[]): Promise<void> {
  for (const object of objects.filter(({ kind }) => kind === 'Node')) {
    const { name, labels } = object.metadata;
    const told = nodes.find((node) => node.name === name);
    const isUsed = objects.some((one) => isPod(one) && one.spec.nodeName === name);
    if (!told && !(isUsed && name.includes('.'))) continue;
    const annotations = { 'metrics.k8s.io/resource-metrics-path': `/metrics/nodes/${name}/metrics/resource` };
    await contact.call('POST', '/api/v1/nodes', { metadata: { name, labels, annotations }, spec: object.spec });
    await contact.until(`/api/v1/nodes/${name}`, (node) => JSON.stringify(node).includes('"phase":"Running"'));
    const { conditions } = Object(object.status);
    if (told && isInTrouble(told))
      await contact.call('PATCH', `/api/v1/nodes/${name}/status`, { status: { conditions } });
  }
}

export const ownNodesOf = (objects: ApiObject[]): string[] =>
  objects.flatMap(({ kind, metadata: { name } }) => (kind === 'Node' && name.includes('.') ? [name] : []));
