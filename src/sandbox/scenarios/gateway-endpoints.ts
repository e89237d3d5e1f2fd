/** A 502 as the way from the gateway to the pods is broken. */
import { failures, noPeer } from './gateway-lines.ts';
import { api, apiService, issueType, kong, refused, scene, well } from './gateway-stage.ts';
import type { Scenario } from './scenario.ts';

export const endpoints: Scenario[] = [
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
