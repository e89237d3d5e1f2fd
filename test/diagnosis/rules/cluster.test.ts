/** What is judged of workloads, rollouts, nodes, autoscalers, limits and events. */
import { describe, expect, it } from '@jest/globals';
import type { Autoscaler } from '../../../src/diagnosis/autoscaler.ts';
import type { Finding } from '../../../src/diagnosis/diagnosis.ts';
import type { Node } from '../../../src/diagnosis/node.ts';
import type { Condition, Pod } from '../../../src/diagnosis/pod.ts';
import { badAutoscalers } from '../../../src/diagnosis/rules/autoscalers.ts';
import { failedCreate, halted, unavailable } from '../../../src/diagnosis/rules/availability.ts';
import { warningEvents } from '../../../src/diagnosis/rules/events.ts';
import { nearlyFull, noDisruption } from '../../../src/diagnosis/rules/limits.ts';
import { badNodes, sharedNode } from '../../../src/diagnosis/rules/nodes.ts';
import { recentRollouts } from '../../../src/diagnosis/rules/rollouts.ts';
import { noPods } from '../../../src/diagnosis/rules/selector.ts';
import { changesOf, type Rollout, type Workload } from '../../../src/diagnosis/workload.ts';
import { eventOf } from '../../../src/probes/events.ts';
import { podOf } from '../../../src/probes/pod-row.ts';
import { event, minutesAgo, now, type PodTold, pod } from '../../probes/objects.ts';

const around = { now, thresholds: {} };
const told = (findings: Finding[]): string[] => findings.map(({ rule, level }) => `${rule} ${level}`);
const ago = (minutes: number): number => now - minutes * 60_000;
const is = (type: string, status: string, more: Partial<Condition> = {}): Condition => ({ type, status, ...more });

const workload = (more: Partial<Workload> = {}): Workload => ({
  kind: 'deployment',
  name: 'api',
  namespace: 'production',
  uid: 'uid-api',
  desired: 4,
  available: 4,
  conditions: [],
  ...more,
});
const apiPod = (more: PodTold = {}): Pod => podOf(pod({ owner: { kind: 'Deployment', name: 'api' }, ...more }));

describe('a label that nothing carries', () => {
  const none = { namespace: 'production', all: [], targets: [], label: 'app=api', gaps: [] };

  it.each<[string, Parameters<typeof noPods>, string[]]>([
    ['is critical', [none, []], ['pods.none critical']],
    ['is a note where its workload is scaled to 0', [none, [workload({ desired: 0 })]], ['pods.none info']],
    ['is critical where its workload should have some', [none, [workload()]], ['pods.none critical']],
    ['is nothing where a pod carries it', [{ ...none, targets: [apiPod()] }, []], []],
    ['is nothing where not all was seen', [{ ...none, gaps: ['cut'] }, []], []],
  ])('%s', (_name, [pods, owners], expected) => {
    expect(told(noPods(pods, owners))).toEqual(expected);
  });
});

describe('a workload', () => {
  const since = (minutes: number) => [apiPod({ ready: false, since: minutes, age: 600 })];

  it.each<[string, Partial<Workload>, Pod[], string[]]>([
    ['whole', {}, [], []],
    ['scaled to 0', { desired: 0, available: 0 }, [], []],
    ['with half of its pods', { available: 2 }, since(1), []],
    ['with less than half of them', { available: 1 }, since(1), ['workload.unavailable critical']],
    ['with all but one for five minutes', { available: 3 }, since(5), []],
    ['with all but one for longer', { available: 3 }, since(5.1), ['workload.unavailable warning']],
    ['with all but one, which was never made', { available: 3 }, [], []],
    [
      'with all but one that starts, beside one that was put out long ago',
      { available: 3 },
      [...since(0.1), apiPod({ ready: false, phase: 'Failed', age: 1_440 })],
      [],
    ],
    [
      'that is not available since one starts, beside one that goes',
      { available: 3, conditions: [is('Available', 'False')] },
      [...since(0.1), apiPod({ ready: false, age: 600, metadata: { deletionTimestamp: minutesAgo(0) } })],
      [],
    ],
    [
      'that has not been available for a minute',
      { available: 3, conditions: [is('Available', 'False')] },
      since(1),
      [],
    ],
    [
      'that is not available by its own word',
      { available: 3, conditions: [is('Available', 'False')] },
      [],
      ['workload.unavailable critical'],
    ],
  ])('%s', (_name, more, pods, expected) => {
    expect(told(unavailable([workload(more)], pods, around))).toEqual(expected);
  });

  it.each<[string, Condition[], string[]]>([
    ['whose rollout goes on', [is('Progressing', 'True', { reason: 'ReplicaSetUpdated' })], []],
    [
      'whose rollout halts',
      [is('Progressing', 'False', { reason: 'ProgressDeadlineExceeded' })],
      ['rollout.stuck critical'],
    ],
    ['that is paused', [is('Progressing', 'Unknown', { reason: 'DeploymentPaused' })], []],
    [
      'whose pods are refused',
      [is('ReplicaFailure', 'True', { reason: 'FailedCreate', message: 'exceeded quota: q' })],
      ['workload.refused critical'],
    ],
  ])('%s', (_name, conditions, expected) => {
    expect(told(halted([workload({ conditions })]))).toEqual(expected);
  });

  it('quotes the quota that refuses its pods, once', () => {
    const failure = is('ReplicaFailure', 'True', { reason: 'FailedCreate', message: 'exceeded quota: q' });
    const set = {
      name: 'api-1',
      uid: 'u',
      deployment: 'api',
      hash: 'a',
      revision: 1,
      createdAt: 0,
      template: {},
      conditions: [failure],
    };

    expect(halted([workload({ conditions: [failure] })])).toMatchObject([
      { summary: 'The cluster refuses to make its pods: exceeded quota: q', cause: 'capacity' },
    ]);
    expect(failedCreate([set], [workload({ conditions: [failure] })], 'production')).toEqual([]);
    expect(failedCreate([set], [workload()], 'production')).toMatchObject([{ subject: 'replicaset/api-1' }]);
  });
});

describe('a rollout', () => {
  const changes = ['app: image shop/api:1 -> shop/api:2'];
  const rollout = (minutes: number, more: Partial<Rollout> = {}): Rollout => ({
    at: ago(minutes),
    hash: 'new',
    changes,
    before: 'old',
    ...more,
  });
  const fresh = (n: number) => apiPod({ name: `new-${n}`, hash: 'new' });
  const old = (n: number) => apiPod({ name: `old-${n}`, hash: 'old' });
  const judge = (
    one: Rollout | undefined,
    pods: Pod[],
    { ill = [], targets = [] }: { ill?: string[]; targets?: string[] } = {},
  ) =>
    recentRollouts(
      [workload({ rollout: one })],
      { pods, ill: new Set(ill.map((name) => `uid-${name}`)), targets: new Set(targets.map((name) => `uid-${name}`)) },
      around,
    );

  it.each<[string, Rollout | undefined, Pod[], Parameters<typeof judge>[2], string[]]>([
    [
      'whose new pods are ill beside old ones that are well',
      rollout(12),
      [fresh(1), fresh(2), old(1)],
      { ill: ['new-1'] },
      ['rollout.culprit critical'],
    ],
    [
      'whose pods are ill on both sides',
      rollout(12),
      [fresh(1), old(1)],
      { ill: ['new-1', 'old-1'] },
      ['rollout.recent warning'],
    ],
    [
      'whose pods are all new and all ill',
      rollout(12),
      [fresh(1), fresh(2)],
      { ill: ['new-1', 'new-2'] },
      ['rollout.culprit critical'],
    ],
    [
      'whose pods are all new and one is ill',
      rollout(12),
      [fresh(1), fresh(2)],
      { ill: ['new-1'] },
      ['rollout.recent warning'],
    ],
    ['in progress, with all well', rollout(2), [fresh(1), old(1)], {}, ['rollout.recent info']],
    ['of what the issue is about', rollout(12), [fresh(1)], { targets: ['new-1'] }, ['rollout.recent warning']],
    ['an hour ago', rollout(60), [fresh(1)], { ill: ['new-1'] }, ['rollout.culprit critical']],
    ['longer ago', rollout(61), [fresh(1)], { ill: ['new-1'] }, []],
    ['that is the first of all', rollout(12, { before: undefined }), [fresh(1)], { ill: ['new-1'] }, []],
    ['that nobody made', undefined, [fresh(1)], { ill: ['new-1'] }, []],
  ])('%s', (_name, one, pods, around, expected) => {
    expect(told(judge(one, pods, around))).toEqual(expected);
  });

  it('says when, what it changed and what proves it, and offers to go back', () => {
    expect(judge(rollout(12), [fresh(1), fresh(2), old(1)], { ill: ['new-1', 'new-2'] })).toMatchObject([
      {
        summary:
          'Probably the cause: rolled out 12 min ago: app: image shop/api:1 -> shop/api:2; 2 of 2 new pods are ill, 1 of 1 old are well.',
        cause: 'rollout',
        offers: [{ remedy: 'rollback', about: { kind: 'deployment', name: 'api', uid: 'uid-api' } }],
      },
    ]);
  });

  it('is told by what differs between two templates, never by values', () => {
    const before = {
      app: {
        image: 'a:1',
        sizes: { 'memory limit': '512Mi' },
        variables: { KEPT: '1', GONE: '1', CHANGED: 'secret-1' },
      },
    };
    const after = {
      app: {
        image: 'a:2',
        sizes: { 'memory limit': '256Mi' },
        variables: { KEPT: '1', CHANGED: 'secret-2', NEW: '1' },
      },
      side: { image: 's', sizes: {}, variables: {} },
    };

    expect(changesOf(before, after)).toEqual([
      'app: image a:1 -> a:2',
      'app: memory limit 512Mi -> 256Mi',
      'app: variable GONE gone',
      'app: variable CHANGED changed',
      'app: variable NEW added',
      'side: new container',
    ]);
  });
});

describe('a node', () => {
  const node = (conditions: Condition[], more: Partial<Node> = {}): Node => ({
    name: 'node-1',
    uid: 'n',
    isCordoned: false,
    memory: 0,
    conditions,
    ...more,
  });
  const well = is('Ready', 'True');
  const placed = { pods: [apiPod({ name: 'a' })], ill: new Set(['uid-a']) };

  it.each<[string, Node, string[]]>([
    ['well', node([well, is('MemoryPressure', 'False')]), []],
    ['not ready', node([is('Ready', 'False')]), ['node.not-ready critical']],
    ['not heard of', node([is('Ready', 'Unknown')]), ['node.not-ready critical']],
    ['under pressure', node([well, is('MemoryPressure', 'True')]), ['node.pressure warning']],
    ['cordoned', node([well], { isCordoned: true }), ['node.cordoned info']],
    ['ill, with none of our pods', node([is('Ready', 'False')], { name: 'node-9' }), []],
  ])('%s', (_name, one, expected) => {
    expect(told(badNodes([one], placed, now))).toEqual(expected);
  });

  const on = (name: string, count: number, from = 0): Pod[] =>
    Array.from({ length: count }, (_, n) => apiPod({ name: `${name}-${from + n}`, node: name }));
  const spread = (bad: Pod[], good: Pod[]) =>
    sharedNode({ pods: [...bad, ...good], ill: new Set(bad.map(({ uid }) => uid)) });

  it.each<[string, Pod[], Pod[], string[]]>([
    [
      'that three of five ill pods share',
      [...on('node-7', 3), ...on('node-8', 2)],
      on('node-9', 9),
      ['node.shared warning'],
    ],
    ['that two share', on('node-7', 2), on('node-9', 9), []],
    ['that less than most share', [...on('node-7', 3), ...on('node-8', 3)], on('node-9', 9), []],
    ['where most pods live anyway', on('node-7', 3), on('node-7', 9, 3), []],
  ])('%s', (_name, bad, good, expected) => {
    expect(told(spread(bad, good))).toEqual(expected);
  });

  it('is told with the share of ill pods that sit on it', () => {
    const [finding] = spread([...on('node-7', 3), ...on('node-8', 2)], on('node-9', 9));

    expect(finding?.summary).toBe('3 of 5 ill pods sit on node-7, which has 3 of all 14.');
  });
});

describe('an autoscaler', () => {
  const autoscaler = (more: Partial<Autoscaler> = {}): Autoscaler => ({
    name: 'api',
    namespace: 'production',
    uid: 'h',
    target: 'deployment/api',
    min: 2,
    max: 10,
    current: 10,
    conditions: [],
    uses: [],
    ...more,
  });
  const cpu = (percent: number) => [{ resource: 'cpu', now: percent, target: 70 }];

  it.each<[string, Partial<Autoscaler>, string[]]>([
    ['below its maximum', { current: 9, uses: cpu(96) }, []],
    ['at its maximum, busy', { uses: cpu(96) }, ['autoscaler.at-maximum critical']],
    ['at its maximum, at its target', { uses: cpu(70) }, ['autoscaler.at-maximum warning']],
    ['of a fixed size', { min: 10, uses: cpu(96) }, []],
    [
      'that wants more',
      { current: 9, conditions: [is('ScalingLimited', 'True', { reason: 'TooManyReplicas' })] },
      ['autoscaler.at-maximum warning'],
    ],
    [
      'that may not go lower',
      { current: 2, conditions: [is('ScalingLimited', 'True', { reason: 'TooFewReplicas' })] },
      [],
    ],
    [
      'that sees nothing',
      { current: 5, conditions: [is('ScalingActive', 'False', { reason: 'FailedGetResourceMetric' })] },
      ['autoscaler.blind warning'],
    ],
    ['switched off', { current: 5, conditions: [is('ScalingActive', 'False', { reason: 'ScalingDisabled' })] }, []],
  ])('%s', (_name, more, expected) => {
    expect(told(badAutoscalers([autoscaler(more)]))).toEqual(expected);
  });

  it('says how far it is and offers to raise its maximum, not to scale what it scales', () => {
    expect(badAutoscalers([autoscaler({ uses: cpu(96) })])).toMatchObject([
      {
        summary: 'deployment/api is at 10 of at most 10, cpu 96 % of target 70 %: it wants more than it may have.',
        offers: [{ remedy: 'scale', about: { kind: 'horizontalpodautoscaler', name: 'api' } }],
      },
    ]);
  });
});

describe('a limit', () => {
  const quota = (used: string) => [
    { name: 'q', namespace: 'production', hard: { memory: '10Gi' }, used: { memory: used } },
  ];

  it('that is nearly used up is a note, below it nothing', () => {
    expect(nearlyFull(quota('9Gi'), around)).toMatchObject([
      { level: 'info', summary: '9Gi of 10Gi memory are used (90 %).' },
    ]);
    expect(nearlyFull(quota('9200Mi'), around)).toEqual([]);
  });

  it('on disruption that allows none is a note, where it guards something', () => {
    const budget = { name: 'b', namespace: 'production', uid: 'u', allowed: 0, expected: 3 };

    expect(told(noDisruption([budget, { ...budget, expected: 0 }, { ...budget, allowed: 1 }]))).toEqual([
      'budget.none-allowed info',
    ]);
  });
});

it('warnings of the last hour are counted by reason, the most frequent first', () => {
  const all = [
    event({ about: 'a', reason: 'BackOff', count: 7, ago: 2, message: 'Back-off' }),
    event({ about: 'b', reason: 'Unhealthy', count: 9, ago: 60 }),
    event({ about: 'c', reason: 'Old', ago: 61 }),
    event({ about: 'd', reason: 'Pulled', type: 'Normal' }),
  ].map(eventOf);

  const [finding] = warningEvents({ namespace: 'production', all, gaps: [] }, around);

  expect(finding).toMatchObject({
    level: 'info',
    summary: '16 warnings within 1 h: Unhealthy 9, BackOff 7.',
    evidence: ['Unhealthy x9, last 1 h ago on pod/b:', 'BackOff x7, last 2 min ago on pod/a: Back-off'],
  });
});

it('of a warning that began before the hour no more than its last time is known to lie in it', () => {
  const all = [
    event({ about: 'a', reason: 'BackOff', count: 4_000, first: 4_320, ago: 2 }),
    event({ about: 'b', reason: 'Unhealthy', count: 3, first: 9, ago: 1 }),
  ].map(eventOf);

  expect(warningEvents({ namespace: 'production', all, gaps: [] }, around)).toMatchObject([
    {
      summary: 'At least 4 warnings within 1 h: Unhealthy 3, BackOff 1.',
      observed: 'at least 4 warnings',
      evidence: [expect.stringMatching(/^Unhealthy x3,/), expect.stringMatching(/^BackOff x1,/)],
    },
  ]);
});
