/** A 502 as something was killed, by what, and the closed connections that have nothing to do with it. */
import { workerKilled } from './gateway-lines.ts';
import { api, closed, issueType, kong, scene, well } from './gateway-stage.ts';
import type { Scenario } from './scenario.ts';

export const kills: Scenario[] = [
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
    name: 'node-out-of-memory',
    issueType,
    what: 'A node ran out of memory as a whole, and killed a container that was below its limit.',
    scene: scene(
      [
        kong(closed(2, 4)),
        api([
          { node: 'node-7', containers: { app: { restarts: 1, last: { reason: 'Error', exitCode: 137, ago: 4 } } } },
          {},
          {},
        ]),
      ],
      {
        events: [
          {
            about: 'node/node-7',
            reason: 'SystemOOM',
            message: 'System OOM encountered, victim process: app, pid: 4711',
            ago: 4,
          },
        ],
      },
    ),
    finds: ['pod.killed', 'gateway.error-rate', 'pod.restarts', 'gateway.upstream-died'],
    says: ['SystemOOM: System OOM encountered'],
    not: ['pod.out-of-memory', 'pod.liveness'],
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
