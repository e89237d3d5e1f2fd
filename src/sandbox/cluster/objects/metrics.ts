/** What a metrics server knows: pods that run, and nodes that answer. */
import type { ContainerStatus, NodeScene } from '../scene.ts';
import type { ApiObject, Pod } from './object.ts';
import { ago, metaOf, type Place } from './place.ts';

const usual = { cpu: '5m', memory: '64Mi' };
const apiVersion = 'metrics.k8s.io/v1beta1';

const seen = (place: Place) => ({ timestamp: ago(place, 0.25), window: '15.027s' });

export function podMetrics(place: Place, pod: Pod, told: Record<string, ContainerStatus>): ApiObject[] {
  const running = (pod.status.containerStatuses ?? []).filter(({ state }) => state.running);
  if (pod.status.phase !== 'Running' || running.length === 0) return [];
  const { name, labels } = pod.metadata;
  const containers = running.map((one) => {
    const { cpu = usual.cpu, memory = usual.memory } = told[one.name] ?? {};
    return { name: one.name, usage: { cpu, memory } };
  });
  const metadata = { ...metaOf(place, 'PodMetrics', { name, labels, age: 0 }), uid: undefined };
  return [{ apiVersion, kind: 'PodMetrics', metadata, ...seen(place), containers }];
}

export function nodeMetrics(place: Place, { name, ready = true }: NodeScene): ApiObject[] {
  if (!ready) return [];
  const metadata = metaOf(place, 'NodeMetrics', { name, age: 0, isClusterWide: true });
  return [{ apiVersion, kind: 'NodeMetrics', metadata, ...seen(place), usage: { cpu: '2000m', memory: '16Gi' } }];
}
