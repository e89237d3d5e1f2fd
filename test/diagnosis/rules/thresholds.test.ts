/** The numbers of the rules on a cluster, each as the runbook sets it. */
import { describe, expect, it } from '@jest/globals';
import type { Finding, Sample } from '../../../src/diagnosis/diagnosis.ts';
import { unavailable } from '../../../src/diagnosis/rules/availability.ts';
import { warningEvents } from '../../../src/diagnosis/rules/events.ts';
import { nearlyFull } from '../../../src/diagnosis/rules/limits.ts';
import type { Around } from '../../../src/diagnosis/rules/of-pod.ts';
import { judgePods } from '../../../src/diagnosis/rules/pods.ts';
import { recentRollouts } from '../../../src/diagnosis/rules/rollouts.ts';
import type { Workload } from '../../../src/diagnosis/workload.ts';
import { eventOf } from '../../../src/probes/events.ts';
import { podOf } from '../../../src/probes/pod-row.ts';
import type { ApiObject } from '../../probes/cluster.ts';
import { ended, event, minutesAgo, now, pod, waiting } from '../../probes/objects.ts';

type Extra = { events?: ApiObject[]; samples?: Sample[]; thresholds?: Around['thresholds'] };

const judge = (object: ApiObject, { events = [], samples, thresholds = {} }: Extra = {}): Promise<Finding[]> =>
  judgePods([podOf(object)], { now, thresholds, events: events.map(eventOf) }, samples);
const told = (findings: Finding[]): string[] => findings.map(({ rule, level }) => `${rule} ${level}`);
const minutes = (n: number): number => n * 60_000;

const restarted = (restarts: number, ago: number): ApiObject =>
  pod({ name: 'api-1', status: { restartCount: restarts, lastState: ended('Error', 1, ago) } });
const sample = (ago: number, restarts: number): Sample => ({
  at: now - minutes(ago),
  namespace: 'production',
  pod: 'api-1',
  uid: 'uid-api-1',
  container: 'app',
  restarts,
});
const condition = (type: string, more: object) => ({
  type,
  status: 'False',
  lastTransitionTime: minutesAgo(9),
  ...more,
});
const unready = pod({ ready: false, age: 9 });
const untaken = pod({
  ready: false,
  phase: 'Pending',
  conditions: [condition('PodScheduled', { reason: 'Unschedulable' })],
  more: { containerStatuses: [] },
});
const creating = pod({ ready: false, phase: 'Pending', age: 3, status: { state: waiting('ContainerCreating') } });
const putOut = pod({ phase: 'Failed', ready: false, age: 30, more: { reason: 'Evicted', containerStatuses: [] } });
const liveness = [
  event({ about: 'api-1', reason: 'Unhealthy', message: 'Liveness probe failed: HTTP 500', ago: 1 }),
  event({
    about: 'api-1',
    reason: 'Killing',
    message: 'Container app failed liveness probe',
    ago: 1,
    first: 9,
    count: 2,
  }),
];

describe('of a pod', () => {
  it.each<[ApiObject, Around['thresholds'], string[], Extra?]>([
    [
      pod({ status: { lastState: ended('OOMKilled', 137, 4) } }),
      { killedCritical: minutes(3) },
      ['pod.out-of-memory warning'],
    ],
    [pod({ status: { lastState: ended('Error', 137, 40) } }), { killedWarning: minutes(39) }, ['pod.killed info']],
    [restarted(1, 16), { restartedWithin: minutes(16) }, ['pod.restarts warning']],
    [restarted(5, 3), { restartsInAll: 4 }, ['pod.restarts critical']],
    [restarted(9, 300), { restartsInAnHour: 2 }, ['pod.restarts critical'], { samples: [sample(59, 7)] }],
    [pod({ name: 'api-1' }), { livenessKills: 3 }, [], { events: liveness }],
    [unready, { notReadyCritical: minutes(8) }, ['pod.not-ready critical']],
    [untaken, { unschedulableCritical: minutes(9) }, ['pod.unschedulable warning']],
    [creating, { creatingAfter: minutes(3) }, []],
    [putOut, { evictedWithin: minutes(29) }, []],
    [pod({ metadata: { deletionTimestamp: minutesAgo(3) } }), { terminatingAfter: minutes(3) }, []],
  ])('%#', async (object, thresholds, expected, extra = {}) => {
    expect(told(await judge(object, extra))).not.toEqual(expected);
    expect(told(await judge(object, { ...extra, thresholds }))).toEqual(expected);
  });

  it('are shown', async () => {
    const [finding] = await judge(restarted(3, 3), { thresholds: { restartsInAll: 2, restartedWithin: minutes(20) } });

    expect(finding?.threshold).toBe(
      'warning from 1 in 20 min, critical from 3 in 1 h or beyond 2 with the last within 20 min',
    );
  });
});

describe('of what stands around it', () => {
  const workload: Workload = {
    kind: 'deployment',
    name: 'api',
    namespace: 'production',
    uid: 'uid-api',
    desired: 4,
    available: 3,
    conditions: [],
    rollout: { at: now - minutes(30), hash: 'new', changes: [], before: 'old' },
  };
  const all = [event({ about: 'a', reason: 'BackOff', ago: 1 })].map(eventOf);
  const quotas = [{ name: 'q', namespace: 'production', hard: { pods: '100' }, used: { pods: '94' } }];
  const placed = { pods: [], ill: new Set<string>(), targets: new Set<string>() };

  it.each<[string, (around: Around) => Finding[], Around['thresholds'], string[], string[]]>([
    [
      'a workload',
      (around) => unavailable([workload], [], around),
      { availableCritical: 80 },
      [],
      ['workload.unavailable critical'],
    ],
    [
      'a rollout',
      (around) => recentRollouts([workload], placed, around),
      { rolledOutWithin: minutes(29) },
      ['rollout.recent info'],
      [],
    ],
    [
      'a warning',
      (around) => warningEvents({ namespace: 'production', all, gaps: [] }, around),
      { warnedWithin: 0 },
      ['events.warnings info'],
      [],
    ],
    ['a quota', (around) => nearlyFull(quotas, around), { quotaNote: 95 }, ['quota.nearly-full info'], []],
  ])('%s', (_name, judge, thresholds, byDefault, expected) => {
    expect(told(judge({ now, thresholds: {} }))).toEqual(byDefault);
    expect(told(judge({ now, thresholds }))).toEqual(expected);
  });
});
