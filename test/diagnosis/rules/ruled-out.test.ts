/** What it is not: a sentence only where all that it speaks of was seen. */
import { describe, expect, it } from '@jest/globals';
import type { Node } from '../../../src/diagnosis/node.ts';
import type { Pod } from '../../../src/diagnosis/pod.ts';
import { ruledOutOfCluster } from '../../../src/diagnosis/rules/ruled-out.ts';
import type { Workload } from '../../../src/diagnosis/workload.ts';
import { podOf } from '../../../src/probes/pod-row.ts';
import { ended, now, type PodTold, pod, waiting } from '../../probes/objects.ts';
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
  rollout: { at: ago(minutes), hash: 'new', changes: [], before: 'old' },
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

describe('a kill for memory is ruled out', () => {
  const none = ['None of 1 pod was killed for memory within 1 d.'];
  const of = (status: Record<string, unknown>): Pod[] => [podOf(pod({ status }))];

  it.each<[string, Pod[], string[]]>([
    ['where nothing ended', of({}), none],
    ['where it was longer ago', of({ lastState: ended('OOMKilled', 137, 1_441), restartCount: 1 }), none],
    ['not where it was within a day', of({ lastState: ended('OOMKilled', 137, 1_440), restartCount: 1 }), []],
    ['not where nobody knows when', of({ lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } } }), []],
    ['where the only end was another', of({ lastState: ended('Error', 1, 9), restartCount: 1 }), none],
    ['not where there were ends before it', of({ lastState: ended('Error', 1, 9), restartCount: 2 }), []],
    ['where those before it are older than a day', of({ lastState: ended('Error', 1, 1_441), restartCount: 9 }), none],
    ['not where it restarted and nothing says how it ended', of({ restartCount: 1 }), []],
    [
      'where both of its ends are seen',
      of({ state: ended('Error', 1, 1), lastState: ended('Error', 1, 9), restartCount: 1 }),
      none,
    ],
    [
      'not where it waits after an end that took the place of another',
      of({ state: waiting('CrashLoopBackOff'), lastState: ended('Error', 1, 1), restartCount: 1 }),
      [],
    ],
  ])('%s', (_name, pods, expected) => {
    expect(ruledOut({ pods }).filter((said) => /memory/.test(said))).toEqual(expected);
  });
});

describe('a node is ruled out', () => {
  const none = ['Not a node: all 1 are ready and under no pressure.'];
  const node = (...told: [type: string, status: string][]): Node[] => [
    {
      name: 'node-1',
      uid: 'n',
      isCordoned: false,
      memory: 0,
      conditions: told.map(([type, status]) => ({ type, status })),
    },
  ];

  it.each<[string, Node[], string[]]>([
    ['where it is ready and under no pressure', node(['Ready', 'True'], ['MemoryPressure', 'False']), none],
    ['not where it says nothing of itself', node(), []],
    ['not where it does not say that it is ready', node(['MemoryPressure', 'False']), []],
    ['not where its pressure is not known', node(['Ready', 'True'], ['MemoryPressure', 'Unknown']), []],
    ['not where it is under pressure', node(['Ready', 'True'], ['DiskPressure', 'True']), []],
  ])('%s', (_name, nodes, expected) => {
    expect(ruledOut({ nodes }).filter((said) => /node/.test(said))).toEqual(expected);
  });
});
