/** A bad night in a namespace: what the tests of the sandbox's cluster look at. */
import type { Scene } from '../../../src/sandbox/cluster/scene.ts';

export const night: Scene = {
  metrics: 'there',
  workloads: [
    {
      kind: 'deployment',
      name: 'api',
      desired: 4,
      containers: [
        {
          name: 'app',
          image: 'registry.example/api:2.0',
          memoryLimit: '512Mi',
          ports: [{ name: 'http', port: 8080 }],
          readiness: { path: '/ready', port: 8080 },
        },
      ],
      rollout: { ago: 12, before: { image: 'registry.example/api:1.0' } },
      pods: [
        { name: 'api-old', isOld: true },
        {
          name: 'api-crashing',
          containers: {
            app: {
              waiting: { reason: 'CrashLoopBackOff' },
              restarts: 3,
              last: { reason: 'OOMKilled', exitCode: 137, ago: 5 },
              previousLogs: [
                [6, 'listening on 8080'],
                [5, 'out of memory'],
              ],
            },
          },
        },
        {
          name: 'api-unready',
          ready: false,
          containers: {
            app: {
              memory: '471Mi',
              logs: [
                [2, 'GET /a 200'],
                [1, 'GET /b 502'],
              ],
            },
          },
        },
        { name: 'api-pulling', containers: { app: { waiting: { reason: 'ImagePullBackOff' } } } },
        { name: 'api-nowhere', unschedulable: '0/3 nodes are available: 3 Insufficient memory.' },
      ],
    },
    {
      kind: 'statefulset',
      name: 'pgbouncer',
      containers: [{ name: 'pgbouncer' }, { name: 'exporter' }],
      pods: [{ age: 4_400 }],
    },
  ],
  services: [{ name: 'api', selects: { app: 'api' }, port: 80, targetPort: 'http' }],
  events: [
    {
      about: 'pod/api-crashing',
      reason: 'BackOff',
      message: 'Back-off restarting failed container app',
      ago: 2,
      count: 7,
    },
  ],
  budgets: [{ name: 'pgbouncer', selects: { app: 'pgbouncer' }, allowed: 0 }],
  execs: [
    { pod: 'pgbouncer-0', command: ['psql', '-c', 'show pools'], stdout: 'database|cl_waiting\napp|37\n' },
    { pod: 'pgbouncer-0', command: ['psql'], stderr: 'psql: too many clients\n', exitCode: 2 },
  ],
};
