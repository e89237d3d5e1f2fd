/** What the probes of a cluster make of the API's objects, and what they say of what they did not get. */
import { describe, expect, it } from '@jest/globals';
import type { Cluster } from '../../src/diagnosis/cluster.ts';
import type { Probe, Surroundings } from '../../src/diagnosis/diagnosis.ts';
import { events, nodeEvents } from '../../src/probes/events.ts';
import { limits } from '../../src/probes/limits.ts';
import { pods } from '../../src/probes/pods.ts';
import { services } from '../../src/probes/services.ts';
import { suspectLogs } from '../../src/probes/suspect-logs.ts';
import { workloads } from '../../src/probes/workloads.ts';
import { type ApiObject, clusterOver, type Told } from './cluster.ts';
import {
  deployment,
  ended,
  event,
  minutesAgo,
  now,
  type PodTold,
  pod,
  replicaSet,
  service,
  slice,
  waiting,
} from './objects.ts';

const around = (cluster: Cluster, targets: Record<string, string> = {}): Surroundings => ({
  clients: { cluster },
  issueType: {
    id: '',
    title: '',
    symptoms: [],
    words: [],
    look: [],
    steps: [],
    paragraph: '',
    thresholds: {},
    targets: { namespace: 'production', ...targets },
  },
  now,
});
const look = <Data>(probe: Probe<Data>, told: Told, targets?: Record<string, string>): Promise<Data> =>
  probe.look(around(clusterOver(told), targets));

describe('pods', () => {
  it('belong to the deployment of their replica set, to what the API names otherwise, or to nobody', async () => {
    const objects = [
      replicaSet(),
      pod({ name: 'a' }),
      pod({ name: 'b' }),
      pod({ name: 'c', owner: { kind: 'StatefulSet', name: 'postgres' } }),
      pod({ name: 'd', owner: null }),
      pod({ name: 'e', owner: { kind: 'ReplicaSet', name: 'gone' } }),
    ];

    const { all } = await look(pods, { objects });

    expect(all.map(({ name, owner }) => [name, owner && `${owner.kind}/${owner.name} ${owner.pods}`])).toEqual([
      ['a', 'deployment/api 2'],
      ['b', 'deployment/api 2'],
      ['c', 'statefulset/postgres 1'],
      ['d', undefined],
      ['e', 'replicaset/gone 1'],
    ]);
  });

  it.each([
    [['redis-cli', '-a', 'hunter2', 'ping'], 'command redis-cli …'],
    [['/usr/bin/mysqladmin', '-uroot', '-phunter3'], 'command mysqladmin …'],
    [['/bin/sh', '-c', 'redis-cli -a hunter2\n\nSeen, nothing found'], 'a shell command'],
    [['pg_isready'], 'command pg_isready'],
    [['x\n\nSeen, nothing found', '-a'], 'command x …'],
    [['x'.repeat(100)], `command ${'x'.repeat(39)}…`],
    [[], 'command'],
  ])('tell of the command of a probe no more than its program: %j', async (command, what) => {
    const objects = [pod({ container: { readinessProbe: { exec: { command } } } })];

    const { all } = await look(pods, { objects });

    expect(all[0]?.containers[0]?.readiness?.what).toBe(what);
  });

  it('of the label are told from the others, also where the list was cut before them', async () => {
    const objects = [pod({ name: 'a' }), pod({ name: 'b' }), pod({ name: 'kong-1', app: 'kong' })];

    const { all, targets, gaps } = await look(pods, { objects, cap: 2 }, { label: 'app=kong' });

    expect(targets.map(({ name }) => name)).toEqual(['kong-1']);
    expect(all).toHaveLength(3);
    expect(gaps).toEqual(['there are more pods than the 2 that were read']);
  });

  it.each(['', '../kube-system', 'Production', 'a.b'])(
    'are not asked for in a namespace called %j',
    async (namespace) => {
      const cluster = clusterOver({ objects: [pod()] });

      await expect(pods.look(around(cluster, { namespace }))).rejects.toThrow('no usable namespace');
      expect(cluster.asked.lists).toEqual([]);
    },
  );

  it('that are no such objects are not believed', async () => {
    const broken: ApiObject = { ...pod(), status: 'fine' };

    await expect(look(pods, { objects: [broken] })).rejects.toThrow('expected object');
  });

  it.each([undefined, ''])('without a uid (%j) are not taken for one and the same', async (uid) => {
    const nameless = pod({ metadata: { uid } });

    await expect(look(pods, { objects: [nameless, nameless] })).rejects.toThrow('uid');
  });

  const readiness = (status: string, ago = 30) => [
    { type: 'PodScheduled', status: 'True', lastTransitionTime: minutesAgo(60) },
    { type: 'Ready', status, lastTransitionTime: minutesAgo(ago) },
  ];

  it.each<[string, PodTold, boolean]>([
    ['ready', {}, true],
    ['not ready', { conditions: readiness('False') }, true],
    ['not ready, by a clock half a minute ahead', { conditions: readiness('False', -0.5) }, true],
    ['not ready since a time to come', { conditions: readiness('False', -30) }, false],
    ['ready or not, nobody knows', { conditions: readiness('Unknown') }, false],
    ['running, and no more is said', { conditions: [] }, false],
    ['of a phase that is none', { phase: 'Unknown' }, false],
    ['just made', { phase: 'Pending', conditions: [], age: 0.5 }, true],
    ['made long ago, and no scheduler speaks of it', { phase: 'Pending', conditions: [] }, false],
    ['no scheduler took it', { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False' }] }, true],
    ['over', { phase: 'Succeeded', conditions: [] }, true],
    ['on its way out', { conditions: [], metadata: { deletionTimestamp: minutesAgo(0) } }, true],
  ])('that are silent are no pods that are well: %s', async (_, told, isTold) => {
    const { gaps } = await look(pods, { objects: [replicaSet(), pod({ name: 'a', ...told })] });

    expect(gaps).toEqual(isTold ? [] : ['the readiness of 1 pod is not told, such as a']);
  });
});

describe('events', () => {
  it('are dated by the newest of their times, whoever wrote them', async () => {
    const old = event({ about: 'a', reason: 'Count', ago: 30, first: 50, count: 4 });
    const series = {
      ...event({ about: 'b', reason: 'Series' }),
      count: null,
      firstTimestamp: null,
      lastTimestamp: null,
      eventTime: minutesAgo(40),
      series: { count: 9, lastObservedTime: minutesAgo(2) },
    };
    const single = {
      ...event({ about: 'c', reason: 'Single' }),
      firstTimestamp: null,
      lastTimestamp: null,
      eventTime: minutesAgo(20),
    };

    const { all } = await look(events, { objects: [old, series, single] });

    expect(
      all.map(({ reason, count, first, last }) => [reason, count, (now - first) / 60_000, (now - last) / 60_000]),
    ).toEqual([
      ['Series', 9, 40, 2],
      ['Single', 1, 20, 20],
      ['Count', 4, 50, 30],
    ]);
  });
});

it('events of nodes are read where what has no namespace has them, and nothing else that stands there', async () => {
  const there = (kind: string, about: string): ApiObject => {
    const one = event({ about, kind, reason: 'SystemOOM' });
    return { ...one, metadata: { ...one.metadata, namespace: 'default' } };
  };
  const objects = [there('Node', 'node-7'), there('Pod', 'shop-1'), event({ about: 'api-1', reason: 'Unhealthy' })];

  expect((await look(nodeEvents, { objects })).all.map(({ name }) => name)).toEqual(['node-7']);
  expect((await look(events, { objects })).all.map(({ name }) => name)).toEqual(['api-1']);
});

describe('endpoints', () => {
  it('are merged over slices, each pod once, and ready where nothing else is said', async () => {
    const ref = (name: string) => ({ targetRef: { kind: 'Pod', name } });
    const objects = [
      service(),
      slice({
        endpoints: [
          { addresses: ['10.0.0.1'], conditions: {}, ...ref('a') },
          { addresses: ['10.0.0.2'], conditions: { ready: false }, ...ref('b') },
        ],
      }),
      slice({
        name: 'api-v6',
        endpoints: [
          { addresses: ['fd00::1'], ...ref('a') },
          { addresses: ['fd00::2'], conditions: { ready: false, terminating: true }, ...ref('b') },
        ],
      }),
      { ...slice({ name: 'api-none' }), endpoints: null },
    ];

    const { all } = await look(services, { objects });

    expect(all[0]?.endpoints).toMatchObject([
      { pod: 'a', isReady: true },
      { pod: 'b', isReady: false },
    ]);
  });

  it('of a headless service leave it without an address of its own', async () => {
    const { all } = await look(services, { objects: [service({ spec: { clusterIP: 'None', clusterIPs: ['None'] } })] });

    expect(all[0]?.addresses).toEqual([]);
  });
});

describe('a rollout', () => {
  const of = async (...objects: ApiObject[]) => (await look(workloads, { objects })).all[0]?.rollout;

  it('is the newest revision, against the one before', async () => {
    const rollout = await of(
      deployment(),
      replicaSet({ hash: 'a', revision: 1, age: 900, container: { image: 'shop/api:1' } }),
      replicaSet({
        hash: 'c',
        revision: 3,
        age: 12,
        container: { image: 'shop/api:3', env: [{ name: 'MODE', value: 'x' }] },
      }),
      replicaSet({ hash: 'b', revision: 2, age: 90, container: { image: 'shop/api:2' } }),
    );

    expect(rollout).toEqual({
      at: now - 12 * 60_000,
      hash: 'c',
      before: 'b',
      changes: ['app: image shop/api:2 -> shop/api:3', 'app: variable MODE added'],
    });
  });

  it.each([
    ['its progress', { lastTransitionTime: minutesAgo(900), lastUpdateTime: minutesAgo(5) }],
    ['since when it has progressed, where nothing else is told', { lastTransitionTime: minutesAgo(5) }],
  ])('back to an old revision is as old as %s, not as the revision', async (_name, times) => {
    const rollout = await of(
      deployment({ conditions: [{ type: 'Progressing', status: 'True', ...times }] }),
      replicaSet({ hash: 'a', revision: 3, age: 900 }),
      replicaSet({ hash: 'b', revision: 2, age: 90 }),
    );

    expect(rollout).toMatchObject({ at: now - 5 * 60_000, hash: 'a' });
  });

  it('is none while there is one revision', async () => {
    expect(await of(deployment(), replicaSet())).toMatchObject({ before: undefined });
  });
});

describe('logs of suspects', () => {
  const crashing = (n: number, app = 'api') =>
    pod({
      app,
      name: `${app}-${n}`,
      ready: false,
      status: { state: waiting('CrashLoopBackOff'), lastState: ended('Error', 1, 2), restartCount: 3 },
    });

  it('are read of those alone, of two of an owner, with the run before first', async () => {
    const cluster = clusterOver({
      objects: [
        crashing(1),
        crashing(2),
        crashing(3),
        pod({ name: 'well' }),
        pod({ name: 'stopped', status: { lastState: ended('Completed', 0, 2) } }),
      ],
    });

    const seen = await suspectLogs.look(around(cluster));

    expect(cluster.asked.logs).toEqual([
      'production/api-1/app --previous',
      'production/api-1/app',
      'production/api-2/app --previous',
      'production/api-2/app',
    ]);
    expect(seen.gaps).toHaveLength(4);
  });

  it('are not all read where there are more pods than are listed, and that is said', async () => {
    const seen = await look(suspectLogs, { objects: [pod({ name: 'a' }), pod({ name: 'b' })], cap: 1 });

    expect(seen.gaps).toEqual(['there are more pods than the 1 that were read']);
  });

  it('are read of eight containers at most, eight at a time', async () => {
    const inner = clusterOver({ objects: Array.from({ length: 20 }, (_, n) => crashing(n, `app${n}`)) });
    let open = 0;
    const most: number[] = [];
    const cluster: Cluster = {
      ...inner,
      async logs() {
        most.push(++open);
        await Promise.resolve();
        open -= 1;
        return { lines: [], isCut: false };
      },
    };

    const seen = await suspectLogs.look(around(cluster));

    expect(seen.said).toHaveLength(16);
    expect(Math.max(...most)).toBe(8);
    expect(seen.gaps).toEqual([
      'of 20 containers that ended or are not ready, two of an owner at most, only 8 were looked at',
    ]);
  });
});

it('limits are read with their quantities as they are written', async () => {
  const objects = [
    {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q', namespace: 'production' },
      status: { hard: { pods: 10 }, used: { pods: '9' } },
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'b', namespace: 'production', uid: 'u' },
      status: { disruptionsAllowed: 0, expectedPods: 3 },
    },
  ];

  expect(await look(limits, { objects })).toMatchObject({
    quotas: [{ hard: { pods: '10' }, used: { pods: '9' } }],
    budgets: [{ allowed: 0, expected: 3 }],
  });
});
