/** What is judged of a pod, each rule with what it must not take for it beside it. */
import { describe, expect, it } from '@jest/globals';
import type { Finding, Sample } from '../../../src/diagnosis/diagnosis.ts';
import type { Around } from '../../../src/diagnosis/rules/of-pod.ts';
import { judgePods } from '../../../src/diagnosis/rules/pods.ts';
import type { Workload } from '../../../src/diagnosis/workload.ts';
import { eventOf } from '../../../src/probes/events.ts';
import { podOf } from '../../../src/probes/pod-row.ts';
import type { ApiObject } from '../../probes/cluster.ts';
import { ended, event, minutesAgo, now, type PodTold, pod, waiting } from '../../probes/objects.ts';

type Extra = {
  events?: ApiObject[];
  workloads?: Workload[];
  samples?: Sample[];
};

function judge(object: ApiObject, { events = [], workloads, samples }: Extra = {}): Promise<Finding[]> {
  const seen = events.map((one) => eventOf(one)).toSorted((a, b) => b.last - a.last);
  const around: Around = { now, thresholds: {}, events: seen, nodeEvents: [], workloads };
  return judgePods([podOf(object)], around, samples);
}

const told = (findings: Finding[]): string[] => findings.map(({ rule, level }) => `${rule} ${level}`);

const condition = (type: string, status: string, since: number, more: object = {}) => ({
  type,
  status,
  lastTransitionTime: minutesAgo(since),
  ...more,
});
const running = (since: number) => ({ running: { startedAt: minutesAgo(since) } });
const readiness = {
  httpGet: { path: '/ready', port: 8080 },
  initialDelaySeconds: 10,
  periodSeconds: 10,
  failureThreshold: 3,
};
const unready = (minutes: number, more: PodTold = {}): ApiObject =>
  pod({ ready: false, age: minutes, container: { readinessProbe: readiness }, ...more });
const unschedulable = (minutes: number, message: string, reason = 'Unschedulable'): ApiObject =>
  pod({
    ready: false,
    phase: 'Pending',
    age: minutes,
    conditions: [condition('PodScheduled', 'False', minutes, { reason, message })],
    more: { containerStatuses: [] },
  });
const restarted = (restarts: number, ago: number): ApiObject =>
  pod({ name: 'api-1', status: { restartCount: restarts, lastState: ended('Error', 1, ago) } });
const sample = (ago: number, restarts: number, more: Partial<Sample> = {}): Sample => ({
  at: now - ago * 60_000,
  namespace: 'production',
  pod: 'api-1',
  uid: 'uid-api-1',
  container: 'app',
  restarts,
  ...more,
});
const killing = (ago: number, count: number, first = ago) =>
  event({
    about: 'api-1',
    reason: 'Killing',
    type: 'Normal',
    message: 'Container app failed liveness probe, will be restarted',
    ago,
    first,
    count,
  });
const failing = event({ about: 'api-1', reason: 'Unhealthy', message: 'Liveness probe failed: HTTP 500', ago: 1 });
const short: Workload = {
  kind: 'deployment',
  name: 'api',
  namespace: 'production',
  uid: 'u',
  desired: 3,
  available: 2,
  conditions: [],
};
const owned: PodTold = { owner: { kind: 'Deployment', name: 'api' } };

describe('a pod', () => {
  it.each<[string, ApiObject, Extra, string[]]>([
    ['that is well', pod(), {}, []],
    [
      'in a crash loop',
      pod({ status: { state: waiting('CrashLoopBackOff'), lastState: ended('Error', 1, 2), restartCount: 9 } }),
      {},
      ['pod.crash-loop critical'],
    ],
    [
      'whose init container is in one',
      pod({
        phase: 'Pending',
        ready: false,
        spec: { initContainers: [{ name: 'init', image: 'i' }] },
        status: { state: waiting('PodInitializing') },
        age: 1,
        more: {
          initContainerStatuses: [
            { name: 'init', restartCount: 4, state: waiting('CrashLoopBackOff'), lastState: ended('Error', 2, 1) },
          ],
        },
      }),
      {},
      ['pod.crash-loop critical'],
    ],
    [
      'killed for memory now',
      pod({ status: { state: ended('OOMKilled', 137, 0) } }),
      {},
      ['pod.out-of-memory critical'],
    ],
    [
      'killed for memory half an hour ago',
      pod({ status: { lastState: ended('OOMKilled', 137, 30) } }),
      {},
      ['pod.out-of-memory critical'],
    ],
    [
      'killed for memory a little earlier',
      pod({ status: { lastState: ended('OOMKilled', 137, 31) } }),
      {},
      ['pod.out-of-memory warning'],
    ],
    [
      'killed for memory yesterday',
      pod({ status: { lastState: ended('OOMKilled', 137, 1_441) } }),
      {},
      ['pod.out-of-memory info'],
    ],
    [
      'killed, but not for memory',
      pod({ status: { lastState: ended('Error', 137, 20) } }),
      {},
      ['pod.killed critical'],
    ],
    ['that ended by itself', pod({ status: { lastState: ended('Error', 143, 20), restartCount: 1 } }), {}, []],
    ['restarted a quarter of an hour ago', restarted(1, 15), {}, ['pod.restarts warning']],
    ['restarted a little earlier', restarted(1, 16), {}, []],
    ['restarted five times in all, lately', restarted(5, 3), {}, ['pod.restarts warning']],
    ['restarted six times in all, lately', restarted(6, 3), {}, ['pod.restarts critical']],
    ['restarted six times in all, long ago', restarted(6, 300), {}, []],
    [
      'restarted three times within the hour',
      restarted(4, 20),
      { samples: [sample(61, 1), sample(40, 2), sample(1, 4)] },
      ['pod.restarts critical'],
    ],
    [
      'restarted twice within the hour',
      restarted(3, 20),
      { samples: [sample(61, 1), sample(40, 2), sample(16, 3)] },
      [],
    ],
    [
      'restarted before anybody looked again, and once since',
      restarted(9, 40),
      { samples: [sample(70, 1), sample(50, 8), sample(1, 9)] },
      [],
    ],
    [
      'restarted while nobody looked for long',
      restarted(4, 20),
      { samples: [sample(55, 1), sample(2, 4)] },
      ['pod.restarts critical'],
    ],
    ['whose namesake was restarted', restarted(4, 20), { samples: [sample(70, 1, { uid: 'another' })] }, []],
    [
      'without its image',
      pod({ ready: false, phase: 'Pending', status: { state: waiting('ErrImagePull', 'not found') } }),
      {},
      ['pod.image warning'],
    ],
    [
      'without its image, missed by its owner',
      pod({ ...owned, ready: false, phase: 'Pending', status: { state: waiting('ImagePullBackOff') } }),
      { workloads: [short] },
      ['pod.image critical'],
    ],
    [
      'without its secret',
      pod({
        ready: false,
        phase: 'Pending',
        status: { state: waiting('CreateContainerConfigError', 'secret "db" not found') },
      }),
      {},
      ['pod.config critical'],
    ],
    ['that starts', unready(0.6, { status: { state: running(0.6) } }), {}, []],
    [
      'not ready for longer than its probe allows',
      unready(0.7, { status: { state: running(0.7) } }),
      {},
      ['pod.not-ready warning'],
    ],
    [
      'not ready for a quarter of an hour',
      unready(15, { status: { state: running(15) } }),
      {},
      ['pod.not-ready warning'],
    ],
    ['not ready for longer', unready(15.1, { status: { state: running(15.1) } }), {}, ['pod.not-ready critical']],
    [
      'that its startup probe still waits for',
      unready(4, {
        container: {
          readinessProbe: readiness,
          startupProbe: { httpGet: { port: 8080 }, periodSeconds: 10, failureThreshold: 30 },
        },
        status: { state: running(4), started: false },
      }),
      {},
      [],
    ],
    ['not ready on its way out', unready(5, { metadata: { deletionTimestamp: minutesAgo(-0.2) } }), {}, []],
    [
      'restarted by its liveness probe',
      pod({ name: 'api-1' }),
      { events: [failing, killing(1, 2, 10)] },
      ['pod.liveness warning'],
    ],
    ['restarted by it once', pod({ name: 'api-1' }), { events: [failing, killing(1, 1)] }, []],
    [
      'restarted by it many times, once of them lately',
      pod({ name: 'api-1' }),
      { events: [failing, killing(1, 9, 50)] },
      [],
    ],
    [
      'that no node takes',
      unschedulable(5, '0/1 nodes are available: 1 Insufficient cpu.'),
      {},
      ['pod.unschedulable warning'],
    ],
    [
      'that no node takes for longer',
      unschedulable(6, '0/1 nodes are available: 1 Insufficient cpu.'),
      {},
      ['pod.unschedulable critical'],
    ],
    ['held back on purpose', unschedulable(60, 'gated', 'SchedulingGated'), {}, ['pod.gated info']],
    [
      'without its volume',
      pod({ name: 'api-1', ready: false, phase: 'Pending', age: 3, status: { state: waiting('ContainerCreating') } }),
      { events: [event({ about: 'api-1', reason: 'FailedMount', message: 'timed out' })] },
      ['pod.creating warning'],
    ],
    [
      'in the making, nobody says why',
      pod({ ready: false, phase: 'Pending', age: 3, status: { state: waiting('ContainerCreating') } }),
      {},
      ['pod.creating info'],
    ],
    [
      'in the making for two minutes',
      pod({ ready: false, phase: 'Pending', age: 2, status: { state: waiting('ContainerCreating') } }),
      {},
      [],
    ],
    [
      'put out',
      pod({
        phase: 'Failed',
        ready: false,
        age: 30,
        more: { reason: 'Evicted', message: 'The node was low on resource: memory. ', containerStatuses: [] },
      }),
      {},
      ['pod.evicted warning'],
    ],
    [
      'put out the day before',
      pod({ phase: 'Failed', ready: false, age: 1_441, more: { reason: 'Evicted', containerStatuses: [] } }),
      {},
      [],
    ],
    [
      'that will not go',
      pod({ metadata: { deletionTimestamp: minutesAgo(1.1) } }),
      {},
      ['pod.stuck-terminating warning'],
    ],
    ['that goes', pod({ metadata: { deletionTimestamp: minutesAgo(1) } }), {}, []],
    ['that is done', pod({ phase: 'Succeeded', ready: false, status: { state: ended('Completed', 0, 5) } }), {}, []],
  ])('%s', async (_name, object, extra, expected) => {
    const findings = await judge(object, extra);

    expect(told(findings)).toEqual(expected);
  });
});

describe('the sentence', () => {
  const first = async (object: ApiObject, extra?: Extra) => (await judge(object, extra))[0];
  const summary = async (object: ApiObject, extra?: Extra) => (await first(object, extra))?.summary;

  it('names the limit at which memory ended, and offers to raise it in the workload', async () => {
    const object = pod({
      ...owned,
      container: { resources: { limits: { memory: '512Mi' } } },
      status: { lastState: ended('OOMKilled', 137, 4), restartCount: 2 },
    });

    expect(await first(object)).toMatchObject({
      summary: 'Killed for memory at its limit of 512Mi, 4 min ago; 2 restarts in all.',
      cause: 'out-of-memory',
      offers: [{ remedy: 'raise-limit', about: { kind: 'deployment', name: 'api' } }],
    });
  });

  it('without a limit points at the node and offers none to raise', async () => {
    const finding = await first(pod({ ...owned, status: { lastState: ended('OOMKilled', 137, 4) } }));

    expect(finding).toMatchObject({ cause: 'node' });
    expect(finding?.offers).toBeUndefined();
  });

  it('says who killed where an event does, and that nobody says it where none does', async () => {
    const object = pod({ name: 'api-1', status: { lastState: ended('Error', 137, 2) } });

    expect(await summary(object, { events: [killing(2, 1)] })).toMatch(/Killing: Container app failed liveness probe/);
    expect(await summary(object)).toMatch(/no event says by whom/);
  });

  it('says that there is no history yet, and with history how many there were', async () => {
    expect(await summary(restarted(6, 3))).toBe(
      '6 restarts in all, the last 3 min ago; no history yet, so how many of them fell into the last hour is not known.',
    );
    expect(await first(restarted(6, 3), { samples: [sample(61, 2), sample(16, 2), sample(1, 6)] })).toMatchObject({
      summary: '6 restarts in all, the last 3 min ago; 4 of them seen within the last hour.',
      observed: '4 in 15 min, 4 in 1 h',
    });
  });

  it.each([
    ['manifest unknown', 'the registry has no such image or tag'],
    ['pull access denied, repository does not exist', 'the registry refuses its credentials'],
    ['429 Too Many Requests: toomanyrequests', 'the registry limits how often it is asked'],
    ['dial tcp: i/o timeout', 'the registry was not reached'],
    ['something else', 'the cluster does not say why'],
  ])('tells an image that is not pulled by its message: %s', async (message, why) => {
    const object = pod({
      name: 'api-1',
      phase: 'Pending',
      ready: false,
      status: { state: waiting('ImagePullBackOff', 'Back-off pulling image') },
    });
    const said = event({ about: 'api-1', reason: 'Failed', message: `Failed to pull image: ${message}` });

    expect(await summary(object, { events: [said] })).toContain(`is not pulled: ${why}.`);
  });

  it.each([
    ['configmap "settings" not found', 'configmap settings is missing'],
    [`couldn't find key PASSWORD in Secret production/db`, 'key PASSWORD is missing in Secret production/db'],
    ['exec: "serve": executable file not found in $PATH', 'its command serve cannot be run'],
  ])('names what is missing: %s', async (message, what) => {
    const object = pod({ phase: 'Pending', ready: false, status: { state: waiting('CreateContainerError', message) } });

    expect(await summary(object)).toBe(`It cannot be started: ${what}.`);
  });

  it('names the probe that fails and its last words', async () => {
    const said = event({ about: 'api-1', reason: 'Unhealthy', message: 'Readiness probe failed: HTTP 503' });

    expect(await first(unready(9, { name: 'api-1', status: { state: running(9) } }), { events: [said] })).toMatchObject(
      {
        summary: expect.stringContaining('not ready for 9 min (http /ready on port 8080)'),
        evidence: ['Readiness probe failed: HTTP 503'],
      },
    );
  });

  it('tells the scheduler’s reasons with their nodes', async () => {
    const message =
      '0/9 nodes are available: 1 node(s) had untolerated taint {gpu: true}, 2 node(s) were unschedulable, 2 node(s) had volume node affinity conflict, 4 Insufficient memory. preemption: 0/9 nodes are available: 9 No preemption victims found.';

    expect(await first(unschedulable(9, message))).toMatchObject({
      summary:
        'No node has taken it for 9 min: 1 node: taint gpu, 2 nodes: cordoned, 2 nodes: its volume, 4 nodes: too little memory.',
      cause: 'capacity',
    });
  });

  it('says what keeps a pod that will not go', async () => {
    const object = pod({ metadata: { deletionTimestamp: minutesAgo(12), finalizers: ['example.com/backup'] } });

    expect(await summary(object)).toBe('It should have been gone 12 min ago: held by example.com/backup.');
  });
});
