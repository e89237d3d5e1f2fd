/** A scene as API objects, as far as memory and the workflow engine are told by one. */

import { CannotSee } from '../../src/errors.ts';
import type { Labels, PodScene, Scene, ServiceScene, Workload } from '../../src/sandbox/cluster/scene.ts';
import type { Api } from './api.ts';

const minute = 60_000;
const kinds = { deployment: 'ReplicaSet', statefulset: 'StatefulSet', daemonset: 'DaemonSet' } as const;
const hash = '5d59d67564';

export function apiOf(scene: Scene, namespace: string, now: number): Api {
  const ago = (minutes: number): string => new Date(now - minutes * minute).toISOString();
  const workloads = scene.workloads ?? [];
  const pods = workloads.flatMap((workload) =>
    workload.pods.map((pod, n) => ({ workload, pod, name: nameOf(workload, pod, n) })),
  );
  const dns = {
    metadata: {
      name: 'coredns-1',
      namespace: 'kube-system',
      uid: 'dns',
      labels: { 'k8s-app': 'kube-dns' },
      creationTimestamp: ago(9_000),
    },
    spec: { containers: [{ name: 'coredns' }] },
    status: {
      phase: 'Running',
      containerStatuses: [{ name: 'coredns', ready: true, state: { running: { startedAt: ago(9_000) } } }],
    },
  };
  return {
    objects: {
      pods: [...pods.map((one) => podOf(one, namespace, ago)), dns],
      nodes: [{ metadata: { name: 'node-1' }, status: { allocatable: { memory: '7900Mi' } } }],
      services: (scene.services ?? []).map(({ name, selects, external }) => ({
        metadata: { name, namespace },
        spec: {
          type: external === undefined ? 'ClusterIP' : 'ExternalName',
          selector: selects ?? (external === undefined ? { app: name } : undefined),
        },
      })),
      'discovery.k8s.io/endpointslices': (scene.services ?? []).map((service) =>
        sliceOf(service, workloads, namespace),
      ),
      'metrics.k8s.io/pods': pods.flatMap((one) => usageOf(one, namespace, ago(0.25))),
      'networking.k8s.io/networkpolicies': (scene.networkPolicies ?? []).map(({ name, selects, egress, changed }) => ({
        metadata: { name, namespace, creationTimestamp: ago(changed) },
        spec: { podSelector: { matchLabels: selects }, policyTypes: ['Ingress', ...(egress ? ['Egress'] : [])] },
      })),
      'coordination.k8s.io/leases': (scene.leases ?? []).map(({ name, holder, seconds, renewed }) => ({
        metadata: { name, namespace },
        spec: { holderIdentity: holder, leaseDurationSeconds: seconds, renewTime: ago(renewed) },
      })),
    },
    logs: Object.fromEntries(
      pods.map(({ name, pod }) => [
        name,
        Object.values(pod.containers ?? {}).flatMap(({ logs = [] }) => logs.map(([at, line]) => `${ago(at)} ${line}`)),
      ]),
    ),
    execs: (scene.execs ?? []).map(({ pod, command, exitCode = 0, stdout = '', stderr = '' }) => ({
      pod,
      command,
      answer: { exitCode, stdout, stderr },
    })),
    refused: refusals(scene),
  };
}

function refusals({ metrics }: Scene): Record<string, CannotSee> {
  if (metrics === 'there') return {};
  const code = metrics === 'down' ? 'unreachable' : 'absent';
  return {
    'metrics.k8s.io/pods': new CannotSee(code, metrics === 'down' ? 'it answers 503' : 'there is no such resource'),
  };
}

interface One {
  workload: Workload;
  pod: PodScene;
  name: string;
}

const nameOf = ({ kind, name }: Workload, pod: PodScene, n: number): string =>
  pod.name ?? (kind === 'statefulset' ? `${name}-${n}` : `${name}-${hash}-${n}`);

const labelsOf = ({ name, labels }: Workload): Labels => labels ?? { app: name };

function podOf({ workload, pod, name }: One, namespace: string, ago: (minutes: number) => string): object {
  const containers = workload.containers ?? [{ name: workload.name }];
  const isDeployment = workload.kind === 'deployment';
  return {
    metadata: {
      name,
      namespace,
      uid: `uid-${name}`,
      labels: { ...labelsOf(workload), ...(isDeployment ? { 'pod-template-hash': hash } : {}) },
      creationTimestamp: ago(pod.age ?? 600),
      ownerReferences: [
        {
          kind: kinds[workload.kind],
          name: isDeployment ? `${workload.name}-${hash}` : workload.name,
          controller: true,
        },
      ],
    },
    spec: {
      nodeName: pod.node ?? 'node-1',
      containers: containers.map(({ name, memoryLimit: memory, memoryRequest, cpuLimit: cpu, cpuRequest }) => ({
        name,
        resources: { limits: { memory, cpu }, requests: { memory: memoryRequest, cpu: cpuRequest } },
      })),
    },
    status: {
      phase: pod.phase ?? 'Running',
      containerStatuses: containers.map(({ name }) => {
        const { ready = pod.ready ?? true, restarts = 0, waiting, last } = pod.containers?.[name] ?? {};
        const startedAt = ago(last?.ago ?? pod.age ?? 600);
        return { name, ready, restartCount: restarts, state: waiting ? { waiting } : { running: { startedAt } } };
      }),
    },
  };
}

function usageOf({ workload, pod, name }: One, namespace: string, timestamp: string): object[] {
  const containers = (workload.containers ?? [{ name: workload.name }]).flatMap(({ name }) => {
    const { memory, cpu } = pod.containers?.[name] ?? {};
    return memory === undefined && cpu === undefined
      ? []
      : [{ name, usage: { memory: memory ?? '0', cpu: cpu ?? '0' } }];
  });
  if (containers.length === 0) return [];
  return [{ metadata: { name, namespace, labels: labelsOf(workload) }, timestamp, window: '15s', containers }];
}

function sliceOf({ name, selects }: ServiceScene, workloads: Workload[], namespace: string): object {
  const behind = workloads.filter((workload) =>
    Object.entries(selects ?? { app: name }).every(([key, value]) => labelsOf(workload)[key] === value),
  );
  return {
    metadata: { name: `${name}-x`, namespace, labels: { 'kubernetes.io/service-name': name } },
    endpoints: behind
      .flatMap(({ pods }) => pods)
      .map((pod, n) => ({ addresses: [`10.0.0.${n + 1}`], conditions: { ready: pod.ready ?? true } })),
  };
}
