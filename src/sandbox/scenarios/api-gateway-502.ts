/** What can stand behind a 502 of the gateway, each beside what only looks like it. */
import type { ContainerStatus, PodScene, Scene, ServiceScene, Workload } from '../cluster/scene.ts';
import { failures, noPeer, requests, workerKilled } from './gateway-lines.ts';
import type { Scenario } from './scenario.ts';

const issueType = 'api-gateway-502';
type Lines = NonNullable<ContainerStatus['logs']>;

/** Two pods of the gateway; the first says `lines` besides its requests. */
const kong = (
  lines: Lines = [],
  { count = 90, status = {} }: { count?: number; status?: ContainerStatus } = {},
): Workload => ({
  kind: 'deployment',
  name: 'kong',
  containers: [{ name: 'proxy', image: 'kong:3.9', memoryLimit: '1Gi', ports: [{ name: 'proxy', port: 8000 }] }],
  pods: [
    { containers: { proxy: { logs: [...requests(count), ...lines], ...status } } },
    { containers: { proxy: { logs: requests(count) } } },
  ],
});

const api = (pods: PodScene[], more: Partial<Workload> = {}): Workload => ({
  kind: 'deployment',
  name: 'api',
  containers: [
    {
      name: 'app',
      image: 'shop/api:1.5',
      memoryLimit: '512Mi',
      ports: [{ name: 'http', port: 8080 }],
      readiness: { path: '/ready', port: 8080 },
      liveness: { path: '/live', port: 8080 },
    },
  ],
  pods,
  ...more,
});

const apiService: ServiceScene = { name: 'api', selects: { app: 'api' }, port: 80, targetPort: 8080 };
const nodes = [{ name: 'node-1' }, { name: 'node-2' }];

const scene = (workloads: Workload[], more: Partial<Scene> = {}): Scene => ({
  nodes,
  workloads,
  services: [apiService],
  ...more,
});

const well: PodScene[] = [{}, {}, {}];
const crashing: ContainerStatus = {
  waiting: { reason: 'CrashLoopBackOff' },
  restarts: 6,
  last: { reason: 'Error', exitCode: 1, ago: 2 },
  previousLogs: [
    [2.1, 'starting api 1.5'],
    [2, 'Error: environment variable PRICES_URL is not set'],
  ],
};
const refused = (count: number) => failures(count, { ago: 3, trouble: 'refused', upstream: 'api:8080' });
const closed = (count: number, ago: number) => failures(count, { ago, trouble: 'closed', upstream: 'api:8080' });

const rollouts: Scenario[] = [
  {
    name: 'crash-after-rollout',
    issueType,
    what: 'The new image needs a variable that nobody set: its pods crash, the old ones serve on.',
    scene: scene([
      kong(refused(20)),
      api(
        [
          { isOld: true },
          { isOld: true },
          { age: 12, containers: { app: crashing } },
          { age: 12, containers: { app: crashing } },
        ],
        {
          rollout: { ago: 12, before: { image: 'shop/api:1.4' } },
        },
      ),
    ]),
    finds: ['rollout.culprit', 'gateway.refused', 'gateway.error-rate', 'pod.crash-loop', 'workload.unavailable'],
    says: ['12 min ago', 'shop/api:1.4 -> shop/api:1.5'],
    not: ['pod.restarts', 'pod.not-ready'],
  },
  {
    name: 'rollout-in-progress',
    issueType,
    what: 'A rollout goes its way: the new pod starts, the old ones serve, and no request fails.',
    scene: scene([
      kong(),
      api([{ isOld: true }, { isOld: true }, { isOld: true }, { age: 0.2, ready: false }], {
        desired: 3,
        rollout: { ago: 0.3, before: { image: 'shop/api:1.4' } },
      }),
    ]),
    finds: [],
    not: ['pod.not-ready', 'rollout.culprit'],
  },
  {
    name: 'image-not-there',
    issueType,
    what: 'The tag that was rolled out is not in the registry.',
    scene: scene([
      kong(),
      api(
        [
          { isOld: true },
          { isOld: true },
          { age: 9, containers: { app: { waiting: { reason: 'ImagePullBackOff', message: 'manifest unknown' } } } },
        ],
        {
          rollout: { ago: 9, before: { image: 'shop/api:1.4' } },
        },
      ),
    ]),
    finds: ['rollout.culprit', 'pod.image', 'workload.unavailable'],
    says: ['9 min ago'],
  },
];

const kills: Scenario[] = [
  {
    name: 'killed-at-its-limit',
    issueType,
    what: 'A pod was killed for memory in the middle of requests, and runs again.',
    scene: scene([
      kong(closed(12, 4)),
      api([{ containers: { app: { restarts: 1, last: { reason: 'OOMKilled', exitCode: 137, ago: 4 } } } }, {}, {}]),
    ]),
    finds: ['pod.out-of-memory', 'gateway.error-rate', 'gateway.upstream-died'],
    says: ['limit of 512Mi', '4 min ago'],
    not: ['pod.killed', 'gateway.keep-alive'],
  },
  {
    name: 'killed-by-its-probe',
    issueType,
    what: 'The kubelet killed a container that did not answer its liveness probe: the exit code is that of a kill for memory.',
    scene: scene(
      [
        kong(closed(2, 4)),
        api([
          { name: 'api-slow', containers: { app: { restarts: 2, last: { reason: 'Error', exitCode: 137, ago: 4 } } } },
          {},
          {},
        ]),
      ],
      {
        events: [
          {
            about: 'pod/api-slow',
            type: 'Normal',
            reason: 'Killing',
            message: 'Container app failed liveness probe, will be restarted',
            ago: 4,
            count: 2,
          },
          {
            about: 'pod/api-slow',
            reason: 'Unhealthy',
            message: 'Liveness probe failed: context deadline exceeded',
            ago: 4,
            count: 6,
          },
        ],
      },
    ),
    finds: ['pod.killed', 'gateway.error-rate', 'pod.restarts', 'pod.liveness', 'gateway.upstream-died'],
    says: ['failed liveness probe'],
    not: ['pod.out-of-memory', 'gateway.keep-alive'],
  },
  {
    name: 'gateway-out-of-memory',
    issueType,
    what: 'The gateway itself ran out of memory.',
    scene: scene([
      kong(workerKilled(6), { status: { restarts: 1, last: { reason: 'OOMKilled', exitCode: 137, ago: 6 } } }),
      api(well),
    ]),
    finds: ['pod.out-of-memory', 'gateway.worker-killed'],
    says: ['limit of 1Gi'],
  },
  {
    name: 'keep-alive-race',
    issueType,
    what: 'Upstreams close idle connections sooner than the gateway does; now and then a request meets the end of one.',
    scene: scene([kong(closed(1, 4)), api(well)]),
    finds: ['gateway.keep-alive'],
    says: ['A restart does not help'],
    not: ['gateway.upstream-died', 'gateway.error-rate', 'pod.not-ready'],
  },
];

const endpoints: Scenario[] = [
  {
    name: 'no-endpoint-ready',
    issueType,
    what: 'All pods of the service run and none is ready: what they depend on is down.',
    scene: scene(
      [
        kong(noPeer(15, 3)),
        api([
          { ready: false, age: 20 },
          { ready: false, age: 20 },
        ]),
      ],
      {
        events: [],
      },
    ),
    finds: ['gateway.no-peer', 'pod.not-ready', 'workload.unavailable', 'service.no-endpoints'],
    not: ['service.wrong-port', 'service.selects-nothing'],
  },
  {
    name: 'wrong-target-port',
    issueType,
    what: 'The service leads to a port that no container opens: its endpoints are ready, and nobody listens.',
    scene: scene([kong(refused(20)), api(well)], { services: [{ ...apiService, targetPort: 8081 }] }),
    finds: ['gateway.refused', 'gateway.error-rate', 'service.wrong-port'],
    not: ['service.no-endpoints'],
  },
  {
    name: 'selector-misspelt',
    issueType,
    what: 'The service selects a label that no pod carries.',
    scene: scene([kong(noPeer(5, 3)), api(well)], { services: [{ ...apiService, selects: { app: 'apj' } }] }),
    finds: ['gateway.no-peer', 'service.selects-nothing'],
    not: ['service.no-endpoints'],
  },
  {
    name: 'scaled-to-zero',
    issueType,
    what: 'A service that nobody uses was scaled to 0 on purpose.',
    scene: scene([kong(), api(well), { kind: 'deployment', name: 'legacy', desired: 0, pods: [] }], {
      services: [apiService, { name: 'legacy', selects: { app: 'legacy' }, port: 80, targetPort: 8080 }],
    }),
    finds: [],
    not: ['service.no-endpoints'],
  },
  {
    name: 'dead-address',
    issueType,
    what: 'The gateway still goes to a pod that is gone.',
    scene: scene([kong(failures(12, { ago: 1, trouble: 'unreachable', upstream: '192.0.2.7:8080' })), api(well)]),
    finds: ['gateway.unreachable', 'gateway.error-rate', 'gateway.dead-address'],
  },
];

const places: Scenario[] = [
  {
    name: 'node-down',
    issueType,
    what: 'A node is gone, and with it most pods of the api.',
    scene: scene(
      [
        kong(failures(12, { ago: 3, trouble: 'unreachable', upstream: 'api:8080' })),
        api([{ node: 'node-2', ready: false }, { node: 'node-2', ready: false }, { node: 'node-1' }]),
      ],
      {
        nodes: [{ name: 'node-1' }, { name: 'node-2', ready: false }],
      },
    ),
    finds: [
      'node.not-ready',
      'gateway.unreachable',
      'gateway.error-rate',
      'pod.not-ready',
      'workload.unavailable',
      'service.few-endpoints',
    ],
    says: ['2 of 2 ill pods sit on it'],
    onlyHere: 'a node that is not ready there is emptied while one looks',
  },
  {
    name: 'no-room',
    issueType,
    what: 'More pods were asked for than the nodes have memory for.',
    scene: scene([
      kong(),
      api([
        {},
        {},
        {
          age: 7,
          unschedulable:
            '0/2 nodes are available: 2 Insufficient memory. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.',
        },
      ]),
    ]),
    finds: ['pod.unschedulable', 'workload.unavailable'],
    says: ['2 nodes: too little memory'],
  },
  {
    name: 'secret-missing',
    issueType,
    what: 'A container cannot be made, as its secret is gone.',
    scene: scene([
      kong(),
      api([
        {},
        {},
        {
          age: 8,
          containers: {
            app: { waiting: { reason: 'CreateContainerConfigError', message: 'secret "payment-key" not found' } },
          },
        },
      ]),
    ]),
    finds: ['pod.config', 'workload.unavailable'],
    says: ['secret payment-key is missing'],
  },
  {
    name: 'at-maximum',
    issueType,
    what: 'The autoscaler may not make more pods, and those there are too slow.',
    scene: scene([kong(failures(6, { ago: 3, trouble: 'timeout', upstream: 'api:8080' })), api(well)], {
      autoscalers: [
        { name: 'api', target: 'api', min: 1, max: 3, current: 3, cpu: { target: 70, now: 96 }, limited: true },
      ],
    }),
    finds: ['autoscaler.at-maximum', 'gateway.timeout'],
    says: ['at 3 of at most 3', '96 %'],
    not: ['gateway.error-rate'],
  },
  {
    name: 'all-well',
    issueType,
    what: 'Nothing is wrong: a pod that starts, one that was restarted yesterday, and strangers who ask for what is not there.',
    scene: scene([
      kong(requests(3, 404)),
      api([
        {},
        { containers: { app: { restarts: 1, last: { reason: 'Error', exitCode: 1, ago: 1_500 } } } },
        { age: 0.3, ready: false },
      ]),
    ]),
    finds: [],
  },
];

export const apiGateway502Scenarios: Scenario[] = [...rollouts, ...kills, ...endpoints, ...places];
