/** What can be wrong with memory, each beside what only looks like it. */
import type { Scene, Workload } from '../cluster/scene.ts';
import { group, inside, mebi } from './control-group.ts';
import type { Scenario } from './scenario.ts';

const issueType = 'high-memory';

/** A deployment whose pods use so many MiB of 512. */
const api = (...memory: number[]): Workload => ({
  kind: 'deployment',
  name: 'api',
  containers: [{ name: 'app', memoryLimit: '512Mi', memoryRequest: '400Mi' }],
  pods: memory.map((used, n) => ({ name: `api-${n}`, containers: { app: { memory: `${used}Mi` } } })),
});

/** `old`: by their place, the pods that are of the image before. */
const rolledOut = (workload: Workload, ago: number, old: number[] = []): Workload => ({
  ...workload,
  containers: [{ name: 'app', image: 'shop/api:1.5', memoryLimit: '512Mi', memoryRequest: '400Mi' }],
  rollout: { ago, before: { image: 'shop/api:1.4' } },
  pods: workload.pods.map((pod, n) => (old.includes(n) ? { ...pod, isOld: true } : { ...pod, age: ago })),
});

/** One more of the new is on its way: a controller ends a rollout whose pods are all ready. */
const halfway = ({ name, pods, ...workload }: Workload): Workload => ({
  ...workload,
  name,
  desired: pods.length,
  pods: [
    ...pods,
    { name: `${name}-${pods.length}`, age: 0.3, containers: { app: { waiting: { reason: 'ContainerCreating' } } } },
  ],
});

const scene = (workload: Workload, others: Partial<Scene> = {}): Scene => ({
  metrics: 'there',
  nodes: [{ name: 'node-1' }],
  workloads: [workload],
  ...others,
});

/** So many MiB more each minute, up to `last` now. */
const rising = (last: number, step: number, looks = 30): number[] =>
  Array.from({ length: looks }, (_, n) => last - step * (looks - 1 - n));

const noNewer = {
  pod: 'api-0',
  command: ['cat', '/sys/fs/cgroup/memory.current'],
  exitCode: 1,
  stderr: "cat: can't open '/sys/fs/cgroup/memory.current': No such file or directory\n",
};

const older = {
  pod: 'api-0',
  command: ['cat', '/sys/fs/cgroup/memory/memory.usage_in_bytes'],
  stdout: `${300 * mebi}\n${512 * mebi}\n17\noom_kill_disable 0\nunder_oom 0\noom_kill 1\ntotal_inactive_file 0\n`,
};

const needsFiles = 'the files of a control group are those of the host there';

export const highMemoryScenarios: Scenario[] = [
  {
    name: 'one-pod-leaks',
    issueType,
    what: 'One of three pods grows by 9 MiB a minute and is nearly at its limit; the others stay where they are.',
    scene: scene(api(471, 200, 204)),
    samples: [
      { workload: 'api', pod: 0, memory: rising(471, 9) },
      { workload: 'api', pod: 1, memory: rising(200, 0) },
      { workload: 'api', pod: 2, memory: rising(204, 0) },
    ],
    finds: ['memory.near-limit', 'memory.growing', 'memory.one-pod'],
    says: ['api-0/app', '471 MiB of 512 MiB'],
    not: ['memory.all-pods'],
  },
  {
    name: 'load-on-all-pods',
    issueType,
    what: 'All three pods are near their limit and stay there: load, or a limit that is too low.',
    scene: scene(api(470, 466, 462)),
    samples: [{ workload: 'api', memory: rising(466, 0) }],
    finds: ['memory.near-limit', 'memory.all-pods'],
    says: ['3 of 3 pods'],
    not: ['memory.one-pod', 'memory.growing'],
  },
  {
    name: 'slow-leak',
    issueType,
    what: 'Far from its limit yet, but there in three hours and a half.',
    scene: scene(api(300)),
    samples: [{ workload: 'api', memory: rising(300, 1) }],
    finds: ['memory.growing'],
    says: ['in 3 h 32 min'],
    not: ['memory.near-limit'],
  },
  {
    name: 'grew-until-restarted',
    issueType,
    what: 'It grew, was restarted, and has stayed small since: no trend of the process that runs now.',
    scene: scene({
      ...api(),
      pods: [
        {
          name: 'api-0',
          containers: { app: { memory: '150Mi', restarts: 1, last: { reason: 'Completed', exitCode: 0, ago: 1_500 } } },
        },
      ],
    }),
    samples: [
      {
        workload: 'api',
        memory: [...rising(500, 12), ...rising(150, 0, 10)],
        restarts: [...rising(0, 0), ...rising(1, 0, 10)],
      },
    ],
    finds: [],
    not: ['memory.growing', 'memory.near-limit'],
  },
  {
    name: 'warming-up',
    issueType,
    what: 'It rises and falls with its caches, high but below what is worth a word.',
    scene: scene(api(400)),
    samples: [{ workload: 'api', memory: Array.from({ length: 30 }, (_, n) => 380 + (n % 5) * 10) }],
    finds: [],
    not: ['memory.near-limit', 'memory.growing'],
  },
  {
    name: 'killed-inside',
    issueType,
    what: 'A worker process was killed for memory twice, while its container went on running and shows no restart.',
    scene: scene(api(310), { execs: [inside('api-0', group({ current: 330, cache: 20, hits: 340, kills: 2 }))] }),
    finds: ['memory.killed-inside'],
    says: ['2 processes killed', 'limit hit 340 times'],
    not: ['memory.near-limit'],
    onlyHere: needsFiles,
  },
  {
    name: 'killed-inside-v1',
    issueType,
    what: 'The same on a node with the older control groups.',
    scene: scene(api(300), { execs: [noNewer, older] }),
    finds: ['memory.killed-inside'],
    says: ['1 process killed', '17 times'],
    onlyHere: needsFiles,
  },
  {
    name: 'pages-of-files',
    issueType,
    what: 'The group is full of pages of files, which are given back when others need them.',
    scene: scene(api(300), { execs: [inside('api-0', group({ current: 508, cache: 210 }))] }),
    finds: [],
    not: ['memory.killed-inside', 'memory.limit-hit', 'memory.near-limit'],
    onlyHere: needsFiles,
  },
  {
    name: 'no-limit-set',
    issueType,
    what: 'A container has no memory limit, and takes what its node has.',
    scene: scene({ ...api(900), containers: [{ name: 'app', memoryRequest: '1Gi' }] }),
    finds: ['memory.no-limit'],
    says: ['900 MiB'],
    not: ['memory.near-limit'],
  },
  {
    name: 'killed-at-its-limit',
    issueType,
    what: 'One of two pods was killed for memory 6 minutes ago, and is small again since.',
    scene: scene({
      ...api(),
      pods: [
        { containers: { app: { memory: '90Mi', restarts: 1, last: { reason: 'OOMKilled', exitCode: 137, ago: 6 } } } },
        { containers: { app: { memory: '80Mi' } } },
      ],
    }),
    finds: ['pod.out-of-memory'],
    says: ['limit of 512Mi', '6 min ago'],
    not: ['memory.near-limit', 'pod.restarts'],
  },
  {
    name: 'grew-since-rollout',
    issueType,
    what: 'In the middle of a rollout both pods of the new image grow, and the one of the image before does not.',
    scene: scene(halfway(rolledOut(api(420, 424, 300), 40, [2]))),
    samples: [
      { workload: 'api', pod: 0, memory: rising(420, 6) },
      { workload: 'api', pod: 1, memory: rising(424, 6) },
      { workload: 'api', pod: 2, memory: rising(300, 0) },
    ],
    finds: ['memory.grew-since-rollout', 'memory.growing', 'memory.near-limit'],
    says: ['rolled out 40 min ago', 'shop/api:1.4 -> shop/api:1.5'],
  },
  {
    name: 'grows-after-rollout',
    issueType,
    what: 'Both pods of the image that was rolled out 40 minutes ago grow; what those before them did was not seen.',
    scene: scene(rolledOut(api(420, 424), 40)),
    samples: [
      { workload: 'api', pod: 0, memory: rising(420, 6) },
      { workload: 'api', pod: 1, memory: rising(424, 6) },
    ],
    finds: ['memory.growing', 'memory.near-limit', 'memory.all-pods'],
  },
  {
    name: 'old-pods-grow-too',
    issueType,
    what: 'In the middle of a rollout the pods of the image before grow just as those of the new one do.',
    scene: scene(halfway(rolledOut(api(300, 304), 40, [0]))),
    samples: [
      { workload: 'api', pod: 0, memory: rising(300, 3) },
      { workload: 'api', pod: 1, memory: rising(304, 3) },
    ],
    finds: ['memory.growing'],
    not: ['memory.grew-since-rollout'],
  },
  {
    name: 'neighbour-crashing',
    issueType,
    what: 'Memory is well; another workload of the namespace crashes for a reason of its own.',
    scene: scene(api(200, 210), {
      workloads: [
        api(200, 210),
        {
          kind: 'deployment',
          name: 'web',
          containers: [{ name: 'web', memoryLimit: '512Mi' }],
          pods: [
            {
              age: 20,
              containers: {
                web: {
                  waiting: { reason: 'CrashLoopBackOff' },
                  restarts: 6,
                  last: { reason: 'Error', exitCode: 1, ago: 2 },
                },
              },
            },
            {},
          ],
        },
      ],
    }),
    finds: [],
    not: ['pod.crash-loop', 'workload.unavailable'],
  },
  {
    name: 'metrics-down',
    issueType,
    what: 'The metrics server is down: nobody knows who uses how much, and nobody says that all is well.',
    scene: scene(api(500, 500), { metrics: 'down' }),
    finds: [],
    not: ['memory.near-limit'],
    onlyHere: 'its metrics server cannot be told to be down',
  },
];
