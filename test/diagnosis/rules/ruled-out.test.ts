/** What it is not: a sentence only where all that it speaks of was seen. */
import { describe, expect, it } from '@jest/globals';
import type { Node } from '../../../src/diagnosis/node.ts';
import type { Pod } from '../../../src/diagnosis/pod.ts';
import { ruledOutOfCluster } from '../../../src/diagnosis/rules/ruled-out.ts';
import type { Workload } from '../../../src/diagnosis/workload.ts';
import { podOf } from '../../../src/probes/pod-row.ts';
import { now, type PodTold, pod } from '../../probes/objects.ts';
import { highMemoryType } from './containers.ts';

const seen = <Data>(data: Data) => ({ ok: true as const, data });
const ago = (minutes: number): number => now - minutes * 60_000;

interface Told {
  pods?: Pod[];
  workloads?: Workload[];
  nodes?: Node[];
  unseen?: string[];
}

const ruledOut = ({ pods = [], workloads = [], nodes = [], unseen = [] }: Told): string[] =>
  ruledOutOfCluster(
    {
      pods: seen({ namespace: 'production', all: pods, targets: pods, gaps: unseen }),
      workloads: seen({ namespace: 'production', all: workloads, replicaSets: [], gaps: [] }),
      nodes: seen({ all: nodes, gaps: [] }),
    },
    { now, issueType: highMemoryType },
  );

const workload = (kind: Workload['kind'], more: Partial<Workload> = {}): Workload => ({
  kind,
  name: 'db',
  namespace: 'production',
  uid: 'uid-db',
  desired: 1,
  available: 1,
  conditions: [],
  ...more,
});
const rolledOut = (minutes: number) => ({
  rollout: { at: ago(minutes), hash: 'new', changes: [], hasBefore: true },
});
const stateful = (age: number, more: PodTold = {}): Pod =>
  podOf(pod({ owner: { kind: 'StatefulSet', name: 'db' }, age, ...more }));

describe('a rollout is ruled out', () => {
  const none = ['Not a rollout: none of 1 workload was rolled out within 1 h.'];

  it.each<[string, Told, string[]]>([
    ['where the newest template is older', { workloads: [workload('deployment', rolledOut(61))] }, none],
    ['not where it is as young', { workloads: [workload('deployment', rolledOut(60))] }, []],
    ['not where no template was seen', { workloads: [workload('deployment')] }, []],
    [
      'of a stateful set, where all of its pods are older',
      { workloads: [workload('statefulset')], pods: [stateful(61)] },
      none,
    ],
    ['not of one with a pod that is as young', { workloads: [workload('statefulset')], pods: [stateful(10)] }, []],
    ['not of one that lacks a pod', { workloads: [workload('statefulset', { desired: 2 })], pods: [stateful(61)] }, []],
    ['not of one that is at it', { workloads: [workload('statefulset', rolledOut(99))], pods: [stateful(61)] }, []],
    [
      'not of one whose pods were not all seen',
      { workloads: [workload('statefulset')], pods: [stateful(61)], unseen: ['cut'] },
      [],
    ],
    [
      'of a daemon set, where all of its pods are older',
      { workloads: [workload('daemonset')], pods: [stateful(61, { owner: { kind: 'DaemonSet', name: 'db' } })] },
      none,
    ],
    [
      'not of one with a pod that is as young',
      { workloads: [workload('daemonset')], pods: [stateful(9, { owner: { kind: 'DaemonSet', name: 'db' } })] },
      [],
    ],
  ])('%s', (_name, told, expected) => {
    expect(ruledOut(told).filter((said) => /rollout/.test(said))).toEqual(expected);
  });
});
