/** The columns of each kind as `kubectl get` shows them; kinds without any of their own have a name and an age. */
import { isObject, listOf } from '../../slack/json.ts';
import { type ApiObject, isPod } from '../objects/object.ts';
import { shortly } from './duration.ts';
import { podCells } from './pod-cells.ts';

export interface Column {
  name: string;
  type: 'string' | 'integer' | 'date';
  /** shown by `-o wide` only */
  isWide?: true;
  cell: (object: ApiObject, now: Date) => string | number;
}

const none = '<none>';

const at = (object: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, step) => (isObject(value) ? value[step] : undefined), object);

const text = (object: unknown, path: string, otherwise = none): string => {
  const value = at(object, path);
  return typeof value === 'string' && value !== '' ? value : otherwise;
};

const count = (object: unknown, path: string): number => Number(at(object, path) ?? 0);

const name: Column = { name: 'Name', type: 'string', cell: ({ metadata }) => metadata.name };
const age: Column = {
  name: 'Age',
  type: 'string',
  cell: ({ metadata }, now) => shortly(metadata.creationTimestamp, now),
};
const column = (title: string, cell: Column['cell']): Column => ({ name: title, type: 'string', cell });
const number = (title: string, path: string): Column => ({
  name: title,
  type: 'integer',
  cell: (one) => count(one, path),
});
const wide = (title: string, path: string): Column => ({ ...column(title, (one) => text(one, path)), isWide: true });

const podCell =
  (part: 'ready' | 'status' | 'restarts'): Column['cell'] =>
  (object, now) =>
    isPod(object) ? podCells(object, now)[part] : '';

const pods = [
  name,
  column('Ready', podCell('ready')),
  column('Status', podCell('status')),
  column('Restarts', podCell('restarts')),
  age,
  wide('IP', 'status.podIP'),
  wide('Node', 'spec.nodeName'),
  wide('Nominated Node', 'status.nominatedNodeName'),
  wide('Readiness Gates', 'spec.readinessGates'),
];

const outOf = (part: string, whole: string) => (one: ApiObject) => `${count(one, part)}/${count(one, whole)}`;

const ports = (one: ApiObject): string =>
  listOf(at(one, 'spec.ports'))
    .map((port) => `${count(port, 'port')}/${text(port, 'protocol')}`)
    .join(',') || none;

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

const kinds: Record<string, Column[]> = {
  Pod: pods,
  Deployment: [
    name,
    column('Ready', outOf('status.readyReplicas', 'spec.replicas')),
    number('Up-to-date', 'status.updatedReplicas'),
    number('Available', 'status.availableReplicas'),
    age,
  ],
  ReplicaSet: [
    name,
    number('Desired', 'spec.replicas'),
    number('Current', 'status.replicas'),
    number('Ready', 'status.readyReplicas'),
    age,
  ],
  StatefulSet: [name, column('Ready', outOf('status.readyReplicas', 'spec.replicas')), age],
  Service: [
    name,
    column('Type', (one) => text(one, 'spec.type')),
    column('Cluster-IP', (one) => text(one, 'spec.clusterIP')),
    column('External-IP', (one) => text(one, 'spec.externalName')),
    column('Port(s)', ports),
    age,
  ],
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

const others = [
  name,
  { ...age, name: 'Created At', type: 'date', cell: ({ metadata }) => metadata.creationTimestamp },
] satisfies Column[];

export const columnsOf = (kind: string): Column[] => kinds[kind] ?? others;
