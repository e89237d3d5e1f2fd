/** A scene as the objects that an API server would show. */
import type { Scene } from '../scene.ts';
import { autoscaler, withLoad } from './autoscaler.ts';
import { eventObject } from './event.ts';
import { nodeMetrics, podMetrics } from './metrics.ts';
import { podsOf } from './names.ts';
import { nodeObject, nodesOf, wellNodes } from './nodes.ts';
import { type ApiObject, isPod } from './object.ts';
import type { Place } from './place.ts';
import { serviceObjects } from './service.ts';
import { budget, lease, networkPolicy, quota } from './small.ts';
import { workloadObjects } from './workload.ts';

/** The same scene at the same instant gives the same objects, names and uids included. */
export function objectsOf(told: Scene, place: Place): ApiObject[] {
  const scene = withLoad(told);
  const nodes = nodesOf(scene);
  const well = wellNodes(nodes);
  const workloads = scene.workloads ?? [];
  const works = workloads.flatMap((workload) => workloadObjects(place, workload, well));
  const pods = works.filter(isPod);
  const objects = [
    ...nodes.map((node) => nodeObject(place, node)),
    ...works,
    ...(scene.services ?? []).flatMap((service) => serviceObjects(place, service, pods)),
    ...(scene.autoscalers ?? []).map((one) => autoscaler(place, one, workloads)),
    ...(scene.budgets ?? []).map((one) => budget(place, one, pods)),
    ...(scene.quotas ?? []).map((one) => quota(place, one)),
    ...(scene.networkPolicies ?? []).map((one) => networkPolicy(place, one)),
    ...(scene.leases ?? []).map((one) => lease(place, one)),
  ];
  const events = (scene.events ?? []).map((event, n) => eventObject(place, event, { objects, n }));
  const uses = new Map(workloads.flatMap(podsOf).map(({ name, containers = {} }) => [name, containers]));
  const measured = pods.flatMap((pod) => podMetrics(place, pod, uses.get(pod.metadata.name) ?? {}));
  return [...objects, ...events, ...measured, ...nodes.flatMap((node) => nodeMetrics(place, node))];
}
