/** Events as the kubelet and the controllers write them, and as the scheduler does, whose counts and times stand elsewhere. */
import type { EventScene } from '../scene.ts';
import type { ApiObject } from './object.ts';
import { ago, madeUp, metaOf, microAgo, type Place, uidOf } from './place.ts';

const kinds: Record<string, { kind: string; apiVersion: string; component: string }> = {
  pod: { kind: 'Pod', apiVersion: 'v1', component: 'kubelet' },
  node: { kind: 'Node', apiVersion: 'v1', component: 'kubelet' },
  service: { kind: 'Service', apiVersion: 'v1', component: 'service-controller' },
  deployment: { kind: 'Deployment', apiVersion: 'apps/v1', component: 'deployment-controller' },
  replicaset: { kind: 'ReplicaSet', apiVersion: 'apps/v1', component: 'replicaset-controller' },
  statefulset: { kind: 'StatefulSet', apiVersion: 'apps/v1', component: 'statefulset-controller' },
  daemonset: { kind: 'DaemonSet', apiVersion: 'apps/v1', component: 'daemonset-controller' },
  horizontalpodautoscaler: {
    kind: 'HorizontalPodAutoscaler',
    apiVersion: 'autoscaling/v2',
    component: 'horizontal-pod-autoscaler',
  },
};

export interface Known {
  objects: ApiObject[];
  /** its place among the scene's events */
  n: number;
}

export function eventObject(place: Place, scene: EventScene, known: Known): ApiObject {
  const { involvedObject, component } = aboutOf(place, scene, known.objects);
  const { name, namespace } = involvedObject;
  const id = uidOf('event', scene.about, scene.reason, String(known.n)).replaceAll('-', '').slice(0, 16);
  // events of what has no namespace stand in this one
  const where = { ...place, namespace: namespace ?? 'default' };
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: metaOf(where, 'Event', { name: `${name}.${id}`, age: scene.ago }),
    involvedObject,
    reason: scene.reason,
    message: scene.message,
    type: scene.type ?? 'Warning',
    ...(scene.reason === 'FailedScheduling' ? bySeries(place, scene) : byCount(place, scene, component)),
  };
}

interface About {
  involvedObject: { kind: string; namespace?: string; name: string; uid: string; apiVersion: string };
  component: string;
}

function aboutOf({ namespace }: Place, { about }: EventScene, objects: ApiObject[]): About {
  const [word = '', name = ''] = about.split('/');
  const known = kinds[word];
  if (!known) throw new Error(`an event is about ${about}, and there is no kind "${word}"`);
  const { kind, apiVersion, component } = known;
  // a kubelet knows its node by nothing but its name
  if (kind === 'Node') return { involvedObject: { kind, name, uid: name, apiVersion }, component };
  const found = objects.find((one) => one.kind === kind && one.metadata.name === name);
  const uid = found?.metadata.uid ?? uidOf(namespace, kind, name);
  return { involvedObject: { kind, namespace, name, uid, apiVersion }, component };
}

/** once a minute */
const first = ({ ago: last, count = 1 }: EventScene): number => last + count - 1;

const byCount = (place: Place, scene: EventScene, component: string): object => ({
  source: { component },
  firstTimestamp: ago(place, first(scene)),
  lastTimestamp: ago(place, scene.ago),
  count: scene.count ?? 1,
  eventTime: null,
  reportingComponent: component,
  reportingInstance: '',
});

const bySeries = (place: Place, scene: EventScene): object => ({
  source: {},
  firstTimestamp: null,
  lastTimestamp: null,
  eventTime: microAgo(place, first(scene)),
  ...((scene.count ?? 1) > 1 && { series: { count: scene.count, lastObservedTime: microAgo(place, scene.ago) } }),
  action: 'Scheduling',
  reportingComponent: 'default-scheduler',
  reportingInstance: `default-scheduler-${madeUp(5, 'scheduler')}`,
});
