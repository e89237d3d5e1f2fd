/** What can stand behind a 502 of the gateway, each beside what only looks like it. */
import { endpoints } from './gateway-endpoints.ts';
import { kills } from './gateway-kills.ts';
import { failures, requests } from './gateway-lines.ts';
import { rollouts } from './gateway-rollouts.ts';
import { api, issueType, kong, scene, well } from './gateway-stage.ts';
import type { Scenario } from './scenario.ts';

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
