/** What can stop workflow executions, each beside what only looks like it. */
import type { ContainerStatus } from '../cluster/scene.ts';
import {
  chatter,
  complaint,
  hanging,
  type Line,
  refusedBy,
  rowsLocked,
  running,
  scene,
  threeStuck,
  together,
} from './engine-scenes.ts';
import type { Scenario } from './scenario.ts';

const issueType = 'workflow-stuck';
const crashing: ContainerStatus = {
  waiting: { reason: 'CrashLoopBackOff' },
  restarts: 6,
  last: { reason: 'Error', exitCode: 1, ago: 2 },
};

export const workflowStuckScenarios: Scenario[] = [
  {
    name: 'executions-hang',
    issueType,
    what: '37 executions hang, most of them of one workflow; the engine itself is well.',
    scene: scene([{ logs: chatter() }, { logs: chatter() }]),
    database: hanging(37),
    finds: ['executions.one-workflow', 'executions.stuck'],
    says: ['37 executions running', '30 of 37 in workflow invoice-export'],
    not: ['executions.locked', 'engine.silent'],
  },
  {
    name: 'rows-locked',
    issueType,
    what: 'A forgotten transaction keeps the rows of executions; the engine is well and waits for them.',
    scene: scene([{ logs: chatter() }, { logs: chatter() }]),
    database: rowsLocked,
    thresholds: { blockedCritical: 1_000 },
    finds: ['executions.locked', 'executions.stuck'],
    says: ['billing-worker', '1 session waiting'],
    not: ['engine.silent', 'engine.blocked'],
  },
  {
    name: 'engine-silent',
    issueType,
    what: 'Of two pods that are running and ready, one has said nothing for 18 minutes.',
    scene: scene([{ logs: chatter(18), cpu: '5m' }, { logs: chatter() }]),
    database: threeStuck,
    finds: ['engine.silent', 'executions.stuck'],
    says: ['nothing for 18 min'],
    not: ['executions.locked', 'engine.blocked'],
  },
  {
    name: 'engine-idle',
    issueType,
    what: 'The engine says nothing because there is nothing to do.',
    scene: scene([{ logs: chatter(40) }]),
    database: running([]),
    finds: [],
    not: ['engine.silent', 'executions.stuck'],
  },
  {
    name: 'engine-of-few-words',
    issueType,
    what: 'An engine that says a line an hour is not silent when it says nothing for twenty minutes.',
    scene: scene([
      { logs: Array.from({ length: 12 }, (_, n): Line => [20 + 60 * (11 - n), 'INFO housekeeping done']) },
    ]),
    database: running([['invoice-export', 0.5]]),
    finds: [],
    not: ['engine.silent'],
  },
  {
    name: 'long-job',
    issueType,
    what: 'A job of five hours is meant to run for hours, and the runbook says so.',
    scene: scene([{ logs: chatter() }]),
    targets: { longRunning: 'nightly-export, yearly-report' },
    database: running([['nightly-export', 5]]),
    finds: [],
    not: ['executions.stuck', 'executions.one-workflow'],
  },
  {
    name: 'service-without-endpoints',
    issueType,
    what: 'The service that the engine calls in its own cluster has no pod that is ready.',
    scene: scene(
      [{ logs: refusedBy('http://billing:8080/invoices/17') }, { logs: refusedBy('http://billing:8080/invoices/4') }],
      {
        services: [{ name: 'billing', selects: { app: 'billing' }, port: 8080, targetPort: 8080 }],
      },
    ),
    database: threeStuck,
    finds: ['dependency.no-endpoints', 'engine.connections-refused', 'executions.stuck'],
    says: ['0 ready endpoints'],
    not: ['network.policy-changed', 'dependency.no-service', 'engine.blocked'],
  },
  {
    name: 'external-service-away',
    issueType,
    what: 'A service outside the cluster, which the runbook names, refuses every connection.',
    scene: scene([{ logs: refusedBy('https://api.partner.example/v1/invoices') }], {
      networkPolicies: [{ name: 'engine-egress', selects: { app: 'workflow-engine' }, egress: true, changed: 43_200 }],
    }),
    targets: { services: 'http://127.0.0.1:1/' },
    database: threeStuck,
    finds: ['dependency.unreachable', 'engine.connections-refused', 'executions.stuck'],
    says: ['at TCP', 'ECONNREFUSED'],
    not: ['network.policy-changed', 'dependency.no-endpoints'],
  },
  {
    name: 'network-policy-changed',
    issueType,
    what: 'A network policy was changed 40 minutes ago, and since then the engine reaches nothing outside; the service is well.',
    scene: scene(
      [
        {
          logs: together(
            chatter(),
            complaint(
              (n) => `run ${n}: call to https://api.partner.example/v1 failed: request timed out after 30000 ms`,
            ),
          ),
        },
      ],
      {
        networkPolicies: [
          { name: 'engine-egress', selects: { app: 'workflow-engine' }, egress: true, changed: 40 },
          { name: 'web-egress', selects: { app: 'web' }, egress: true, changed: 5 },
          { name: 'engine-ingress', selects: { app: 'workflow-engine' }, egress: false, changed: 5 },
        ],
      },
    ),
    database: threeStuck,
    finds: ['network.policy-changed', 'engine.timeouts', 'executions.stuck'],
    says: ['changed 40 min ago'],
    not: ['dependency.unreachable', 'dependency.no-endpoints'],
  },
  {
    name: 'lease-stale',
    issueType,
    what: 'The leader has not renewed its lease for six minutes, so nobody hands out work.',
    scene: scene([{ logs: chatter() }, { logs: chatter() }], {
      leases: [
        { name: 'workflow-engine-leader', holder: 'workflow-engine-0_5f1c', seconds: 15, renewed: 6 },
        { name: 'another-leader', holder: 'web-1', seconds: 15, renewed: 600 },
      ],
    }),
    database: threeStuck,
    finds: ['lease.stale', 'executions.stuck'],
    says: ['executions running'],
    not: ['engine.silent'],
  },
  {
    name: 'engine-deadlocked',
    issueType,
    what: 'The engine complains of deadlocks and uses no CPU: it waits, it does not work.',
    scene: scene([
      {
        cpu: '1m',
        logs: together(
          chatter(),
          complaint((n) => `run ${n}: deadlock detected on relation 16384`),
        ),
      },
    ]),
    database: threeStuck,
    finds: ['engine.blocked', 'engine.deadlocks', 'executions.stuck'],
    not: ['engine.busy', 'engine.silent'],
  },
  {
    name: 'engine-busy',
    issueType,
    what: 'The engine is at its CPU limit: it works, slowly.',
    scene: scene([{ cpu: '995m', logs: chatter() }]),
    database: running([['invoice-export', 0.5]]),
    finds: ['engine.busy'],
    says: ['of its limit'],
    not: ['engine.blocked'],
  },
  {
    name: 'engine-out-of-memory',
    issueType,
    what: 'The only pod of the engine is killed for memory again and again, and its executions with it.',
    scene: scene([{ logs: chatter(), restarts: 2, last: { reason: 'OOMKilled', exitCode: 137, ago: 12 } }]),
    database: threeStuck,
    finds: ['pod.out-of-memory', 'executions.stuck'],
    says: ['limit of 1Gi', '12 min ago'],
    not: ['pod.restarts', 'engine.silent'],
  },
  {
    name: 'neighbour-crashing',
    issueType,
    what: 'The engine is well; another workload of its namespace crashes, which nothing waits for.',
    scene: scene([{ logs: chatter() }, { logs: chatter() }], {
      workloads: [{ kind: 'deployment', name: 'web', pods: [{ age: 20, containers: { web: crashing } }, {}] }],
    }),
    database: running([['invoice-export', 0.4]]),
    finds: [],
    not: ['pod.crash-loop', 'workload.unavailable'],
  },
  {
    name: 'all-well',
    issueType,
    what: 'A lease renewed in time, an old policy, two retries that succeeded, young executions: nothing is wrong.',
    scene: scene(
      [
        {
          logs: together(
            chatter(),
            complaint(() => 'request timed out after 300 ms', 2),
          ),
        },
      ],
      {
        leases: [{ name: 'workflow-engine-leader', holder: 'workflow-engine-0_5f1c', seconds: 15, renewed: 0.1 }],
        networkPolicies: [
          { name: 'engine-egress', selects: { app: 'workflow-engine' }, egress: true, changed: 20_000 },
        ],
      },
    ),
    database: running([['invoice-export', 0.4]]),
    finds: [],
    not: ['lease.stale', 'network.policy-changed', 'engine.timeouts', 'executions.stuck'],
  },
];
