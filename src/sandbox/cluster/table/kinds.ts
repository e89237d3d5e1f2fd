/** The columns of each kind as `kubectl get` shows them. */
import { listOf } from '../../slack/json.ts';
import { type ApiObject, isPod } from '../objects/object.ts';
import {
  age,
  at,
  type Column,
  column,
  containerColumns,
  count,
  labels,
  name,
  none,
  number,
  selectorColumn,
  several,
  text,
  wide,
} from './columns.ts';
import { shortly } from './duration.ts';
import { podCells } from './pod-cells.ts';

const podCell =
  (part: 'ready' | 'status' | 'restarts'): Column['cell'] =>
  (object, now) =>
    isPod(object) ? podCells(object, now)[part] : '';

const outOf = (part: string, whole: string) => (one: ApiObject) => `${count(one, part)}/${count(one, whole)}`;

const ports = (one: ApiObject): string =>
  several(one, 'spec.ports', (port) => `${count(port, 'port')}/${text(port, 'protocol')}`);

function nodeStatus(node: ApiObject): string {
  const ready = listOf(at(node, 'status.conditions')).find((one) => text(one, 'type') === 'Ready');
  const words = [text(ready, 'status') === 'True' ? 'Ready' : 'NotReady'];
  return [...words, ...(at(node, 'spec.unschedulable') === true ? ['SchedulingDisabled'] : [])].join(',');
}

function lastSeen(event: ApiObject, now: Date): string {
  const times = ['series.lastObservedTime', 'lastTimestamp', 'eventTime'].map((path) => text(event, path, ''));
  const last = times.find((time) => time !== '');
  return last === undefined ? '<unknown>' : shortly(last, now);
}

const about = (event: ApiObject): string =>
  `${text(event, 'involvedObject.kind').toLowerCase()}/${text(event, 'involvedObject.name')}`;

/** `cpu: 90%/70%` */
const targets = (scaler: ApiObject): string =>
  several(scaler, 'spec.metrics', (metric) => {
    const now = listOf(at(scaler, 'status.currentMetrics')).find((one) => text(one, 'resource.name') === 'cpu');
    const used = at(now, 'resource.current.averageUtilization');
    const is = used === undefined ? '<unknown>' : `${Number(used)}%`;
    return `${text(metric, 'resource.name')}: ${is}/${count(metric, 'resource.target.averageUtilization')}%`;
  });

const quotaCell = (quota: ApiObject): string =>
  Object.entries(Object(at(quota, 'status.hard')))
    .map(([key, hard]) => `${key}: ${String(Object(at(quota, 'status.used'))[key] ?? 0)}/${String(hard)}`)
    .join(', ');

const endpoints = (one: ApiObject): string =>
  several(one, 'subsets', (subset) =>
    listOf(at(subset, 'addresses')).flatMap((address) =>
      listOf(at(subset, 'ports')).map((port) => `${text(address, 'ip')}:${count(port, 'port')}`),
    ),
  );

const unset = (cell: string): string => (cell === none ? '<unset>' : cell);

const kinds: Record<string, Column[]> = {
  Pod: [
    name,
    column('Ready', podCell('ready')),
    column('Status', podCell('status')),
    column('Restarts', podCell('restarts')),
    age,
    wide('IP', 'status.podIP'),
    wide('Node', 'spec.nodeName'),
    wide('Nominated Node', 'status.nominatedNodeName'),
    wide('Readiness Gates', 'spec.readinessGates'),
  ],
  Deployment: [
    name,
    column('Ready', outOf('status.readyReplicas', 'spec.replicas')),
    number('Up-to-date', 'status.updatedReplicas'),
    number('Available', 'status.availableReplicas'),
    age,
    ...containerColumns,
    selectorColumn,
  ],
  ReplicaSet: [
    name,
    number('Desired', 'spec.replicas'),
    number('Current', 'status.replicas'),
    number('Ready', 'status.readyReplicas'),
    age,
    ...containerColumns,
    selectorColumn,
  ],
  StatefulSet: [name, column('Ready', outOf('status.readyReplicas', 'spec.replicas')), age, ...containerColumns],
  DaemonSet: [
    name,
    number('Desired', 'status.desiredNumberScheduled'),
    number('Current', 'status.currentNumberScheduled'),
    number('Ready', 'status.numberReady'),
    number('Up-to-date', 'status.updatedNumberScheduled'),
    number('Available', 'status.numberAvailable'),
    column('Node Selector', (one) => labels(one, 'spec.template.spec.nodeSelector')),
    age,
    ...containerColumns,
    selectorColumn,
  ],
  Service: [
    name,
    column('Type', (one) => text(one, 'spec.type')),
    column('Cluster-IP', (one) => text(one, 'spec.clusterIP')),
    column('External-IP', (one) => text(one, 'spec.externalName')),
    column('Port(s)', ports),
    age,
    { ...column('Selector', (one) => labels(one, 'spec.selector')), isWide: true },
  ],
  Endpoints: [name, column('Endpoints', endpoints), age],
  EndpointSlice: [
    name,
    column('AddressType', (one) => text(one, 'addressType')),
    column('Ports', (one) => unset(several(one, 'ports', (port) => String(count(port, 'port'))))),
    column('Endpoints', (one) => unset(several(one, 'endpoints', (each) => listOf(at(each, 'addresses')).map(String)))),
    age,
  ],
  HorizontalPodAutoscaler: [
    name,
    column('Reference', (one) => `${text(one, 'spec.scaleTargetRef.kind')}/${text(one, 'spec.scaleTargetRef.name')}`),
    column('Targets', targets),
    number('MinPods', 'spec.minReplicas'),
    number('MaxPods', 'spec.maxReplicas'),
    number('Replicas', 'status.currentReplicas'),
    age,
  ],
  PodDisruptionBudget: [
    name,
    number('Min Available', 'spec.minAvailable'),
    column('Max Unavailable', () => 'N/A'),
    number('Allowed Disruptions', 'status.disruptionsAllowed'),
    age,
  ],
  ResourceQuota: [name, column('Request', quotaCell), column('Limit', () => ''), age],
  NetworkPolicy: [name, column('Pod-Selector', (one) => labels(one, 'spec.podSelector.matchLabels')), age],
  Lease: [name, column('Holder', (one) => text(one, 'spec.holderIdentity')), age],
  Namespace: [name, column('Status', (one) => text(one, 'status.phase')), age],
  Node: [
    name,
    column('Status', nodeStatus),
    column('Roles', () => none),
    age,
    column('Version', (one) => text(one, 'status.nodeInfo.kubeletVersion')),
  ],
  Event: [
    column('Last Seen', lastSeen),
    column('Type', (one) => text(one, 'type')),
    column('Reason', (one) => text(one, 'reason')),
    column('Object', about),
    column('Message', (one) => text(one, 'message')),
    { ...name, isWide: true },
  ],
};

const others = [name, age];

export const columnsOf = (kind: string): Column[] => kinds[kind] ?? others;
