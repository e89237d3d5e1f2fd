import { describe, expect, it } from '@jest/globals';
import { nearLimit, noLimit } from '../../src/diagnosis/rules/memory.ts';
import { CannotSee } from '../../src/errors.ts';
import { cgroups } from '../../src/probes/cgroup.ts';
import { gapsOf, memory } from '../../src/probes/memory.ts';
import { container, highMemoryType, mebi, minutes, namespace, now } from '../diagnosis/rules/containers.ts';
import { clusterOver, type Told } from './cluster.ts';

const iso = (ago: number): string => new Date(now - ago).toISOString();

interface PodParts {
  metadata?: object;
  spec?: object;
  status?: object;
}
const pod = (name: string, { metadata = {}, spec = {}, status = {} }: PodParts = {}): object => ({
  metadata: {
    name,
    namespace: 'production',
    uid: `uid-${name}`,
    labels: { app: 'api', 'pod-template-hash': '5d59d67564' },
    creationTimestamp: iso(minutes(60)),
    ownerReferences: [{ kind: 'ReplicaSet', name: 'api-5d59d67564', controller: true }],
    ...metadata,
  },
  spec: {
    nodeName: 'node-1',
    containers: [
      { name: 'app', resources: { limits: { memory: '512Mi', cpu: '1500m' }, requests: { memory: '0.25Gi' } } },
    ],
    ...spec,
  },
  status: {
    phase: 'Running',
    containerStatuses: [
      { name: 'app', ready: true, restartCount: 3, state: { running: { startedAt: iso(minutes(50)) } } },
    ],
    ...status,
  },
});
const usage = (name: string, containers: Record<string, string>, timestamp = iso(15_000)): object => ({
  metadata: { name, namespace: 'production', labels: { app: 'api' } },
  timestamp,
  window: '15.2s',
  containers: Object.entries(containers).map(([name, memory]) => ({ name, usage: { memory, cpu: '12345678n' } })),
});

function look(told: Told, targets: Record<string, string> = {}) {
  const cluster = clusterOver({ execs: [], ...told });
  const issueType = { ...highMemoryType, targets: { ...highMemoryType.targets, ...targets } };
  return { around: { clients: { cluster }, issueType, now }, asked: cluster.asked };
}
const see = (told: Told, targets?: Record<string, string>) => memory.look(look(told, targets).around);
const both = (pods: object[], usages: object[]): Told => ({
  objects: { pods, 'metrics.k8s.io/pods': usages, nodes: [] },
});

describe('a container', () => {
  it('is joined from its pod and its figure, with its deployment by name', async () => {
    const seen = await see(both([pod('api-1'), pod('api-2')], [usage('api-1', { app: '482344960' })]));

    expect(seen.containers[0]).toEqual({
      namespace: 'production',
      pod: 'api-1',
      uid: 'uid-api-1',
      container: 'app',
      owner: 'deployment/api',
      siblings: 2,
      node: 'node-1',
      restarts: 3,
      isRunning: true,
      isReady: true,
      since: now - minutes(50),
      memoryLimit: mebi(512),
      memoryRequest: mebi(256),
      cpuLimit: 1.5,
      cpuRequest: undefined,
      memory: 482_344_960,
      cpu: 0.012345678,
      measuredAt: now - 15_000,
    });
    expect(seen.containers[1]).toMatchObject({ pod: 'api-2', memory: undefined });
  });

  it('has no figure where the one that is there is from before it started: names are given again', async () => {
    const seen = await see(both([pod('api-1')], [usage('api-1', { app: '400Mi' }, iso(minutes(51)))]));

    expect(seen.containers[0]?.memory).toBeUndefined();
  });

  it.each([
    [minutes(5), mebi(64), 0],
    [minutes(5) + 1, undefined, 1],
    [minutes(-1), mebi(64), 0],
    [minutes(-1) - 1, undefined, 1],
  ])('has a figure only where it tells of now: one %d ms old', async (ago, bytes, gaps) => {
    const seen = await see(both([pod('api-1')], [usage('api-1', { app: '64Mi' }, iso(ago))]));

    expect(seen.containers[0]?.memory).toBe(bytes);
    expect(memory.gaps?.(seen)).toHaveLength(gaps);
  });

  it.each([
    ['0', 1, []],
    ['0.0', 1, []],
    ['-5Gi', 0, [expect.stringContaining('cannot be read, such as "-5Gi" of api-1/app')]],
    ['1e999', 0, [expect.stringContaining('the memory limit of 1 container cannot be read')]],
  ])('with a limit of %s is limitless or not known, and is never near it', async (limit, limitless, gaps) => {
    const containers = [{ name: 'app', resources: { limits: { memory: limit } } }];
    const seen = await see(both([pod('api-1', { spec: { containers } })], [usage('api-1', { app: '64Mi' })]));

    expect(seen.containers[0]?.memoryLimit).toBeUndefined();
    expect(noLimit(seen)).toHaveLength(limitless);
    expect(nearLimit(seen, highMemoryType)).toEqual([]);
    expect(memory.gaps?.(seen)).toEqual(gaps);
  });

  it.each(['-5Gi', '1e999', 'NaN'])('has no figure where the one that is told is %s', async (figure) => {
    const seen = await see(both([pod('api-1')], [usage('api-1', { app: figure })]));

    expect(seen.containers[0]?.memory).toBeUndefined();
    expect(memory.gaps?.(seen)).toHaveLength(1);
  });

  it('counts with one that runs on beside it, not with one that only ran before', async () => {
    const init = [
      { name: 'proxy', restartPolicy: 'Always', resources: { limits: { memory: '64Mi' } } },
      { name: 'migrate', resources: {} },
    ];
    const containers = [{ name: 'app', resources: { limits: { memory: '512Mi' } } }];
    const seen = await see(
      both(
        [pod('api-1', { spec: { containers, initContainers: init } })],
        [usage('api-1', { app: '1Mi', proxy: '2Mi' })],
      ),
    );

    expect(seen.containers.map(({ container, memory }) => [container, memory])).toEqual([
      ['proxy', mebi(2)],
      ['app', mebi(1)],
    ]);
  });

  it.each([
    ['of a pod that is over', { status: { phase: 'Succeeded' } }, []],
    ['of a pod that is pending', { status: { phase: 'Pending', containerStatuses: [] } }, ['false']],
    ['of a pod that is going', { metadata: { deletionTimestamp: iso(0) } }, ['false']],
    ['that runs', {}, ['true']],
    [
      'whose API writes null',
      {
        status: { phase: 'Running', containerStatuses: null },
        metadata: { annotations: null, deletionTimestamp: null },
      },
      ['false'],
    ],
  ])('%s', async (_name, parts, running) => {
    const seen = await see(both([pod('api-1', parts)], []));

    expect(seen.containers.map(({ isRunning }) => String(isRunning))).toEqual(running);
  });

  it.each([
    ['a stateful set', [{ kind: 'StatefulSet', name: 'db', controller: true }], 'statefulset/db'],
    ['a replica set of nobody', [{ kind: 'ReplicaSet', name: 'api-other', controller: true }], 'replicaset/api-other'],
    ['nobody', [], undefined],
    ['nobody who controls it', [{ kind: 'Node', name: 'node-1' }], undefined],
  ])('belongs to %s', async (_name, ownerReferences, owner) => {
    const seen = await see(both([pod('api-1', { metadata: { ownerReferences } })], []));

    expect(seen.containers[0]?.owner).toBe(owner);
  });
});

describe('a namespace', () => {
  it('is looked at with the label of the runbook', async () => {
    const others = pod('web-1', { metadata: { labels: { app: 'web' } } });
    const seen = await see(both([pod('api-1'), others], []), { label: 'app=api' });

    expect(seen.containers.map(({ pod }) => pod)).toEqual(['api-1']);
  });

  it('asks nodes only where a container has no limit, and says why they were not seen', async () => {
    const limitless = pod('api-1', { spec: { containers: [{ name: 'app' }] } });
    const refused = { nodes: new CannotSee('forbidden', 'nodes may not be listed', { grant: 'list nodes' }) };
    const limited = look(both([pod('api-1')], []));
    await memory.look(limited.around);

    expect(limited.asked.lists).not.toContain('nodes');
    expect((await see({ ...both([limitless], []), refused })).nodes).toEqual({
      ok: false,
      why: 'nodes may not be listed (it takes the right to list nodes)',
    });
  });
});

describe('what is missing', () => {
  it.each([
    ['absent', 'no figures of memory: metrics.k8s.io is not installed in this cluster'],
    ['unreachable', 'no figures of memory: metrics.k8s.io is installed, but down (as said)'],
    ['forbidden', 'no figures of memory: as said (it takes the right to list pods of metrics.k8s.io)'],
  ] as const)('is said when metrics are %s', async (code, why) => {
    const refused = new CannotSee(
      code,
      'as said',
      code === 'forbidden' ? { grant: 'list pods of metrics.k8s.io' } : {},
    );
    const seen = await see({ ...both([pod('api-1')], []), refused: { 'metrics.k8s.io/pods': refused } });

    expect(seen.containers).toHaveLength(1);
    expect(memory.gaps?.(seen)).toEqual([why]);
  });

  it.each([
    ['a figure of one that has run for more than a minute', { memory: undefined, since: now - minutes(1) - 1 }, 1],
    ['but not of one that is younger', { memory: undefined, since: now - minutes(1) }, 0],
    ['nor of one that does not run', { memory: undefined, isRunning: false }, 0],
    ['nor one of 0', { memory: 0 }, 0],
  ])('is %s', (_name, parts, gaps) => {
    expect(gapsOf(namespace(container(parts)), now)).toHaveLength(gaps);
  });

  it('are the pods beyond the cap', () => {
    expect(gapsOf({ ...namespace(container()), isCut: true }, now)[0]).toContain('there are more pods');
  });
});

describe('inside a container', () => {
  const v2 = ['cat', '/sys/fs/cgroup/memory.current'];
  const answer = (stdout: string, exitCode = 0) => ({ exitCode, stdout, stderr: '' });
  const group = (max: string, hits = 340) =>
    `${mebi(400)}\n${max}\nlow 0\nhigh 0\nmax ${hits}\noom 2\noom_kill 2\nanon 1\ninactive_file ${mebi(100)}\n`;
  const busy = both([pod('api-1')], [usage('api-1', { app: '400Mi' })]);
  const inside = (execs: NonNullable<Told['execs']>, told = busy) => cgroups.look(look({ ...told, execs }).around);

  it('reads the group without pages of files, and whether its counter rises', async () => {
    const seen = await inside([
      { pod: 'api-1', command: v2, answer: answer(group(`${mebi(512)}`)) },
      {
        pod: 'api-1',
        command: ['cat', '/sys/fs/cgroup/memory.events'],
        answer: answer('low 0\nmax 345\noom_kill 2\n'),
      },
    ]);

    expect(seen).toMatchObject({
      unread: [],
      read: [
        { version: 'v2', workingBytes: mebi(300), limitBytes: mebi(512), limitHits: 340, limitHitsThen: 345, kills: 2 },
      ],
    });
  });

  it('knows "max" for no limit, and what the older groups say for it', async () => {
    const older = `${mebi(400)}\n9223372036854771712\n17\noom_kill_disable 0\nunder_oom 0\noom_kill 1\ntotal_inactive_file ${mebi(1)}\n`;

    expect(
      (await inside([{ pod: 'api-1', command: v2, answer: answer(group('max')) }])).read[0]?.limitBytes,
    ).toBeUndefined();
    expect(
      (
        await inside([
          { pod: 'api-1', command: ['cat', '/sys/fs/cgroup/memory/memory.usage_in_bytes'], answer: answer(older) },
        ])
      ).read,
    ).toMatchObject([{ version: 'v1', workingBytes: mebi(399), limitBytes: undefined, limitHits: 17, kills: 1 }]);
  });

  it('reads the older groups a second time as well, to see whether their counter rises', async () => {
    const older = `${mebi(400)}\n${mebi(512)}\n17\noom_kill_disable 0\noom_kill 0\ntotal_inactive_file 0\n`;
    const files = '/sys/fs/cgroup/memory/memory';

    const { read } = await inside([
      { pod: 'api-1', command: ['cat', `${files}.usage_in_bytes`], answer: answer(older) },
      { pod: 'api-1', command: ['cat', `${files}.failcnt`], answer: answer('21\n') },
    ]);

    expect(read).toMatchObject([{ version: 'v1', limitHits: 17, limitHitsThen: 21 }]);
  });

  it.each([
    ['no cat, by the code 127', answer('', 127), 'its image has no cat'],
    ['no cat, by the code 126', answer('', 126), 'its image has no cat'],
    [
      'no cat, in the words of the runtime',
      new CannotSee('unreadable', 'exec: "cat": executable file not found in $PATH'),
      'its image has no cat',
    ],
    [
      'no cat, in the words of our client',
      new CannotSee('absent', 'the container has no such command'),
      'its image has no cat',
    ],
    [
      'no right',
      new CannotSee('forbidden', 'commands may not be run', { grant: 'create pods/exec' }),
      'it takes the right to create pods/exec',
    ],
    ['no such files', answer('', 1), 'no memory control group'],
    ['something else in them', answer('hello\n'), 'something else than numbers'],
  ])('is not readable with %s, and that is said', async (_name, said, why) => {
    const seen = await inside([{ pod: 'api-1', command: ['cat'], answer: said }]);

    expect(seen.read).toEqual([]);
    expect(cgroups.gaps?.(seen)).toEqual([expect.stringContaining(why)]);
  });

  it('is looked for in the most loaded where none is near its limit: of none at all nothing would be seen', async () => {
    const idle = both([pod('api-1'), pod('api-2')], [usage('api-1', { app: '90Mi' }), usage('api-2', { app: '80Mi' })]);

    const seen = await inside([{ pod: 'api-1', command: v2, answer: answer(group(`${mebi(512)}`)) }], idle);
    const none = await inside([], both([], []));

    expect(seen).toMatchObject({ read: [{ use: { pod: 'api-1' } }], unread: [] });
    expect(cgroups.gaps?.(none)).toEqual(['not all containers were looked into: none runs']);
  });

  it('is looked for where the figure is of long ago: it says nothing of now', async () => {
    const old = usage('api-2', { app: '90Mi' }, iso(minutes(6)));
    const { around } = look(both([pod('api-1'), pod('api-2')], [usage('api-1', { app: '300Mi' }), old]));

    const seen = await cgroups.look(around);

    expect(seen.unread.join()).toContain('api-2/');
  });

  it('is looked for in the most loaded alone, and in none that is far from its limit', async () => {
    const names = Array.from({ length: 9 }, (_, n) => `api-${n}`);
    const { around, asked } = look(
      both(
        names.map((name) => pod(name)),
        names.map((name, n) => usage(name, { app: `${n === 0 ? 100 : 400 + n}Mi` })),
      ),
    );

    const seen = await cgroups.look(around);

    expect(asked.execs).toHaveLength(2 * 6);
    expect(seen.unread.join()).not.toContain('api-0/');
    expect(seen.unread.join()).toContain('api-8/');
    expect(seen.unread).toContain('of 8 that use half of their limit only 6 were looked at');
  });
});
