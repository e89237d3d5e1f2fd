/** Nodes: those told, those that pods name, and, where all of these are in trouble, three that are well. */
import type { NodeScene, Scene } from '../scene.ts';
import type { ApiObject, Condition } from './object.ts';
import { ago, metaOf, oneByte, type Place } from './place.ts';

const isWell = ({ ready = true, pressure = [], cordoned = false }: NodeScene): boolean =>
  ready && pressure.length === 0 && !cordoned;

export function nodesOf({ nodes = [], workloads = [] }: Scene): NodeScene[] {
  const named = workloads.flatMap(({ pods }) => pods.flatMap(({ node }) => node ?? []));
  const extra = [...new Set(named)].filter((name) => !nodes.some((node) => node.name === name));
  const known = [...nodes, ...extra.map((name) => ({ name }))];
  return known.some(isWell) ? known : [...known, ...['node-a', 'node-b', 'node-c'].map((name) => ({ name }))];
}

export const wellNodes = (nodes: NodeScene[]): NodeScene[] => nodes.filter(isWell);

const since = 30;
const resources = { cpu: '16', memory: '64Gi', pods: '500' };

/** A controller keeps the old names beside the new ones. */
const platform = {
  'kubernetes.io/os': 'linux',
  'kubernetes.io/arch': 'amd64',
  'beta.kubernetes.io/os': 'linux',
  'beta.kubernetes.io/arch': 'amd64',
};

export function nodeObject(place: Place, node: NodeScene): ApiObject {
  const { name, cordoned = false } = node;
  const labels = { 'kubernetes.io/hostname': name, ...platform };
  // written by a controller, for kubelets
  const annotations = { 'node.alpha.kubernetes.io/ttl': '0' };
  const taints = taintsOf(node);
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: metaOf(place, 'Node', { name, labels, annotations, isClusterWide: true }),
    spec: { ...(cordoned && { unschedulable: true }), ...(taints.length > 0 && { taints }) },
    status: {
      capacity: resources,
      allocatable: resources,
      conditions: conditionsOf(place, node),
      addresses: [
        { type: 'InternalIP', address: `10.0.0.${oneByte(name)}` },
        { type: 'Hostname', address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
      nodeInfo: {
        machineID: '',
        systemUUID: '',
        bootID: '',
        kernelVersion: '6.8.0',
        osImage: 'Linux',
        containerRuntimeVersion: 'containerd://2.1.4',
        kubeletVersion: 'v1.36.3',
        kubeProxyVersion: '',
        operatingSystem: 'linux',
        architecture: 'amd64',
      },
    },
  };
}

const taint = (key: string, effect: string) => ({ key: `node.kubernetes.io/${key}`, effect });

function taintsOf({ ready = true, pressure = [], cordoned }: NodeScene): { key: string; effect: string }[] {
  return [
    ...(ready ? [] : [taint('unreachable', 'NoSchedule'), taint('unreachable', 'NoExecute')]),
    ...pressure.map((kind) => taint(`${kind.toLowerCase()}-pressure`, 'NoSchedule')),
    ...(cordoned ? [taint('unschedulable', 'NoSchedule')] : []),
  ];
}

/** A node that is not ready has fallen silent: nobody knows any of it. */
function conditionsOf(place: Place, { ready = true, pressure = [] }: NodeScene): (Condition & object)[] {
  const beat = { lastHeartbeatTime: ago(place, ready ? 0 : since), lastTransitionTime: ago(place, since) };
  const silent = {
    status: 'Unknown',
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
  } as const;
  const pressed = (['Memory', 'Disk', 'PID'] as const).map((kind): Condition => {
    const is = pressure.includes(kind);
    const [has, hasNot] = words[kind];
    const [reason, message] = is ? has : hasNot;
    return {
      type: `${kind}Pressure`,
      status: is ? 'True' : 'False',
      reason,
      message,
      ...beat,
      ...(ready ? {} : silent),
    };
  });
  const posting = { reason: 'KubeletReady', message: 'kubelet is posting ready status' };
  return [...pressed, { type: 'Ready', status: 'True', ...posting, ...beat, ...(ready ? {} : silent) }];
}

const words = {
  Memory: [
    ['KubeletHasInsufficientMemory', 'kubelet has insufficient memory available'],
    ['KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ],
  Disk: [
    ['KubeletHasDiskPressure', 'kubelet has disk pressure'],
    ['KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ],
  PID: [
    ['KubeletHasInsufficientPID', 'kubelet has insufficient PID available'],
    ['KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ],
} as const;
