/** The playbook over a whole cluster: what it finds, what it leaves alone, what it offers, and what it rules out. */
import { describe, expect, it } from '@jest/globals';
import type { Finding, Report } from '../../src/diagnosis/diagnosis.ts';
import type { IssueType } from '../../src/incident/policy.ts';
import { apiGateway502 } from '../../src/playbooks/api-gateway-502.ts';
import { type ApiObject, clusterOver, type Told } from '../probes/cluster.ts';
import { access, complaint } from '../probes/gateway.ts';
import {
  deployment,
  ended,
  event,
  minutesAgo,
  node,
  now,
  pod,
  replicaSet,
  service,
  slice,
  waiting,
} from '../probes/objects.ts';

const issueType: IssueType = {
  id: 'api-gateway-502',
  title: 'API Gateway 502 Errors',
  symptoms: [],
  words: [],
  look: [],
  steps: [],
  paragraph: 'API Gateway 502 Errors',
  thresholds: {},
  targets: { namespace: 'production', label: 'app=kong' },
};

const gateway: ApiObject[] = [
  pod({ app: 'kong', hash: 'kkk', name: 'kong-1', ip: '10.0.1.1' }),
  replicaSet({ app: 'kong', hash: 'kkk' }),
  deployment({ name: 'kong', desired: 1 }),
  replicaSet(),
  node(),
];
const well = [...gateway, deployment({ desired: 1 }), service(), slice({ addresses: ['10.0.0.1'] })];
const answered = (n: number, status: number): string[] =>
  Array.from({ length: n }, (_, i) => access({ ago: 5, status, id: `${status}-${i}` }));
const quiet = answered(200, 200);

const look = ({
  log = quiet,
  thresholds = {},
  ...told
}: Told & { log?: string[]; thresholds?: Record<string, number> }): Promise<Report> => {
  const logs = { 'production/kong-1/app': log, ...told.logs };
  return apiGateway502.run({
    clients: { cluster: clusterOver({ ...told, logs }) },
    issueType: { ...issueType, thresholds },
    now,
  });
};
const rulesOf = ({ findings }: Report): string[] =>
  findings.filter(({ level }) => level !== 'info').map(({ rule }) => rule);
const of = (report: Report, rule: string): Finding | undefined => report.findings.find((one) => one.rule === rule);
const offersOf = ({ findings }: Report): string[] =>
  findings.flatMap(({ offers = [] }) => offers.map(({ remedy, about }) => `${remedy} ${about.kind}/${about.name}`));

describe('when all is well', () => {
  it('says so, and what it is not', async () => {
    const report = await look({ objects: [...well, pod()] });

    expect(report.verdict).toBe('healthy');
    expect(report.findings).toEqual([]);
    expect(report.ruledOut).toEqual([
      'Not the endpoints: all of 1 service are ready.',
      'No 502 now: none among 200 requests of the last hour that were read.',
      'None of 2 pods was killed for memory within 1 d.',
      'Not the pods of app=kong: 1 of 1 are ready.',
      'Not a rollout: none of 2 workloads was rolled out within 1 h.',
      'Not a node: all 1 are ready and under no pressure.',
    ]);
  });

  it('asks for each list once', async () => {
    const cluster = clusterOver({ objects: [...well, pod()], logs: { 'production/kong-1/app': quiet } });

    await apiGateway502.run({ clients: { cluster }, issueType, now });

    expect(cluster.asked.lists.toSorted()).toEqual([...new Set(cluster.asked.lists)].toSorted());
    expect(cluster.asked.logs).toEqual(['production/kong-1/app']);
  });
});

describe('what was not seen', () => {
  it.each([
    ['nodes', 'nodes', 'not checked: no right to list nodes (optional)', 5],
    ['events', 'events', 'not allowed: list events', 6],
    ['pods/log', 'gateway log', 'kong-1/app: not allowed: get pods/log', 5],
    ['replicasets', 'pods', 'which deployments the pods belong to was not seen: not allowed: list replicasets', 3],
  ])('is said, and nothing is ruled out by it: %s', async (forbidden, check, why, ruledOut) => {
    const report = await look({ objects: [...well, pod()], forbidden: [forbidden] });

    expect(report.verdict).toBe('unknown');
    expect(report.checks.find(({ name }) => name === check)).toMatchObject({ verdict: 'unknown', why });
    expect(report.ruledOut).toHaveLength(ruledOut);
  });

  it('without a cluster is everything', async () => {
    const report = await apiGateway502.run({ clients: {}, issueType, now });

    expect(report.verdict).toBe('unknown');
    expect(new Set(report.checks.map(({ why }) => why))).toEqual(
      new Set(['no cluster to look at is configured (KUBECONFIG)']),
    );
  });

  it('without a request in the log is not called well', async () => {
    const report = await look({ objects: [...well, pod()], log: [access({ ago: 61, status: 502 })] });

    expect(report.verdict).toBe('unknown');
    expect(report.checks[0]).toMatchObject({ why: 'its log says nothing of the last hour' });
  });
});

describe('the rate of 502', () => {
  it.each([
    ['nothing below one in a hundred', 1, 101, []],
    ['a warning from one in a hundred', 1, 99, ['gateway.error-rate warning']],
    ['critical from five in a hundred', 5, 95, ['gateway.error-rate critical']],
    ['critical from ten', 10, 190, ['gateway.error-rate critical']],
    ['nothing of other failures', 0, 100, []],
  ])('is %s', async (_name, failed, others, expected) => {
    const log = [...answered(failed, 502), ...answered(others - 5, 200), ...answered(5, 504)];

    const report = await look({ objects: [...well, pod()], log });

    expect(report.findings.map(({ rule, level }) => `${rule} ${level}`)).toEqual(expected);
  });

  it.each([
    [{ errorsWarning: 3 }, []],
    [{ errorsCritical: 2 }, ['gateway.error-rate critical']],
    [{ errorLinesCritical: 2 }, ['gateway.error-rate critical']],
  ])('is judged by what the runbook sets: %j', async (thresholds, expected) => {
    const log = [...answered(2, 502), ...answered(98, 200)];

    const report = await look({ objects: [...well, pod()], log, thresholds });

    expect(report.findings.map(({ rule, level }) => `${rule} ${level}`)).toEqual(expected);
  });

  it('is told with its sample', async () => {
    const refused = (id: string) =>
      complaint({
        ago: 4,
        id,
        says: 'connect() failed (111: Connection refused) while connecting to upstream',
        upstream: '10.0.0.1:8080',
      });
    const log = [
      access({ ago: 34, status: 200 }),
      access({ ago: 4, status: 502, id: 'a' }),
      refused('a'),
      refused('b'),
    ];

    const report = await look({ objects: [...well, pod()], log });

    expect(of(report, 'gateway.error-rate')?.summary).toBe(
      '1 of 2 requests (50 %) failed with 502 within 30 min, in the last lines of 1 pod; most of the trouble is with 10.0.0.1:8080 (2).',
    );
    expect(of(report, 'gateway.refused')?.summary).toMatch(
      /^Logged 2 times, the last 4 min ago, 1 of them on requests that failed: nobody listens there/,
    );
  });
});

const closing = (ago: number, upstream = '10.0.0.1:8080') =>
  complaint({
    ago,
    says: 'upstream prematurely closed connection while reading response header from upstream',
    upstream,
  });

describe('a connection that the upstream closed', () => {
  it.each<[string, ApiObject, string[], string[]]>([
    ['is a race of keep-alive where all is well', pod(), [...quiet, closing(4)], ['gateway.keep-alive']],
    [
      'is its death where it died then',
      pod({ status: { lastState: ended('OOMKilled', 137, 4), restartCount: 1 } }),
      [...quiet, closing(4)],
      ['pod.out-of-memory', 'gateway.upstream-died'],
    ],
    [
      'is neither where it died at another time',
      pod({ status: { lastState: ended('Error', 1, 25), restartCount: 1 } }),
      [...answered(9, 200), ...answered(1, 502), closing(4)],
      ['gateway.closed', 'gateway.error-rate'],
    ],
    [
      'is no race where it is too frequent',
      pod(),
      [...answered(99, 200), ...answered(1, 502), closing(4)],
      ['gateway.closed', 'gateway.error-rate'],
    ],
    [
      'is no race where nobody knows whose address it is',
      pod(),
      [...quiet, closing(10, 'elsewhere.example.com:443')],
      ['gateway.closed'],
    ],
    [
      'is nothing where the client closed',
      pod(),
      [...quiet, complaint({ ago: 4, says: 'client prematurely closed connection', upstream: '10.0.0.1:8080' })],
      [],
    ],
  ])('%s', async (_name, one, log, expected) => {
    const report = await look({ objects: [...well, one], log });

    expect(rulesOf(report).toSorted()).toEqual(expected.toSorted());
    expect(offersOf(report)).toEqual([]);
  });
});

describe('an address that the gateway goes to', () => {
  const gone = (ago: number, address: string) =>
    complaint({
      ago,
      says: 'connect() failed (113: No route to host) while connecting to upstream',
      upstream: address,
    });

  it.each([
    ['is told where nobody has it', 2, '192.0.2.7:8080', ['gateway.unreachable', 'gateway.dead-address']],
    ['is no more asked for', 6, '192.0.2.7:8080', ['gateway.unreachable']],
    ['is a pod', 2, '10.0.0.1:8080', ['gateway.unreachable']],
    ['is a service', 2, '10.96.0.10:80', ['gateway.unreachable']],
    ['is a name', 2, 'api.example.com:80', ['gateway.unreachable']],
  ])('%s', async (_name, ago, address, expected) => {
    const report = await look({ objects: [...well, pod()], log: [...quiet, gone(ago, address)] });

    expect(rulesOf(report)).toEqual(expected);
    // another namespace, which was not seen, may have it all the same
    expect(of(report, 'gateway.dead-address')?.level).not.toBe('critical');
  });
});

describe('a restart', () => {
  const readiness = { readinessProbe: { httpGet: { path: '/ready', port: 8080 } } };
  const hung = (name: string, more: Parameters<typeof pod>[0] = {}) =>
    pod({
      name,
      ready: false,
      age: 600,
      since: 9,
      container: { ...readiness, ports: [{ containerPort: 8080 }] },
      ...more,
    });
  const sound = pod({ name: 'api-well', ip: '10.0.0.2' });

  it.each<[string, ApiObject[], string[]]>([
    ['is offered for a pod that hangs', [hung('api-1'), sound], ['restart-pod pod/api-1']],
    ['is offered for one of two', [hung('api-1'), hung('api-2'), sound], ['restart-pod pod/api-1']],
    ['is not offered where all hang alike', [hung('api-1'), hung('api-2')], []],
    ['is not offered where nobody brings it back', [hung('api-1', { owner: null }), sound], []],
    [
      'is not offered for one with volumes of its own',
      [hung('api-1', { owner: { kind: 'StatefulSet', name: 'api' } }), sound],
      [],
    ],
    [
      'is offered for one pod of the gateway at most',
      [hung('kong-2', { app: 'kong', hash: 'kkk' }), hung('kong-3', { app: 'kong', hash: 'kkk' }), sound],
      ['restart-pod pod/kong-2'],
    ],
    [
      'is not offered in a crash loop',
      [pod({ name: 'api-1', ready: false, status: { state: waiting('CrashLoopBackOff'), restartCount: 4 } }), sound],
      [],
    ],
    [
      'is not offered without an image',
      [pod({ name: 'api-1', phase: 'Pending', ready: false, status: { state: waiting('ErrImagePull') } }), sound],
      [],
    ],
    [
      'gives way to going back where the newest rollout is the cause',
      [
        replicaSet({ hash: 'new', revision: 2, age: 12, container: { image: 'shop/api:2' } }),
        hung('api-1', { hash: 'new', age: 11 }),
        sound,
      ],
      ['rollback deployment/api'],
    ],
  ])('%s', async (_name, objects, expected) => {
    const report = await look({ objects: [...well, ...objects] });

    expect(offersOf(report)).toEqual(expected);
  });
});

it('a crash is told with its numbers, its last words and the command that shows the same', async () => {
  const crashing = pod({
    name: 'api-1',
    ready: false,
    status: { state: waiting('CrashLoopBackOff'), lastState: ended('Error', 1, 2), restartCount: 7 },
  });
  const logs = {
    'production/api-1/app --previous': [`${minutesAgo(2)} starting`, `${minutesAgo(2)} Error: no DATABASE_URL`],
    'production/api-1/app': [],
  };

  const report = await look({ objects: [...well, crashing, event({ about: 'api-1', reason: 'BackOff' })], logs });

  expect(of(report, 'pod.crash-loop')).toMatchObject({
    summary:
      'It is crash-looping: 7 restarts, last exit 1 (Error) 2 min ago. Deleting the pod only resets its back-off.',
    about: { kind: 'pod', name: 'api-1', uid: 'uid-api-1', owner: 'deployment/api', siblings: 1 },
    evidence: ['Error: no DATABASE_URL'],
    repeat: 'kubectl logs api-1 -n production -c app --previous --tail=100',
  });
});

it('who was killed for memory is told by how it ended, not by the requests that it served', async () => {
  const killed = pod({ name: 'api-1', status: { lastState: ended('OOMKilled', 137, 2), restartCount: 1 } });
  const memory = `${minutesAgo(2)} [emerg] failed: Cannot allocate memory`;
  const said = (...last: string[]) => ({
    'production/api-1/app --previous': [access({ ago: 2, status: 500 }), `${minutesAgo(2)} an error`, ...last],
  });
  const evidence = async (logs: Record<string, string[]>) =>
    of(await look({ objects: [...well, killed], logs }), 'pod.out-of-memory')?.evidence;
  const state = expect.stringMatching(/^last state: terminated, reason OOMKilled, exit code 137, finished 20/);

  expect(await evidence(said())).toEqual([state]);
  expect(await evidence(said(memory))).toEqual([state, '[emerg] failed: Cannot allocate memory']);
});

it('no request is the last word of a container that crashed', async () => {
  const crashing = pod({
    name: 'api-1',
    ready: false,
    status: { state: waiting('CrashLoopBackOff'), lastState: ended('Error', 1, 2), restartCount: 7 },
  });
  const logs = {
    'production/api-1/app --previous': [`${minutesAgo(2)} starting`, access({ ago: 2, status: 500, id: 'error' })],
  };

  const report = await look({ objects: [...well, crashing], logs });

  expect(of(report, 'pod.crash-loop')?.evidence).toEqual(['starting']);
});

it('the cause stands before its effects', async () => {
  const fresh = (name: string) =>
    pod({
      name,
      hash: 'new',
      age: 11,
      ready: false,
      status: { state: waiting('CrashLoopBackOff'), lastState: ended('Error', 1, 2), restartCount: 5 },
    });
  const objects = [
    ...gateway,
    deployment({ desired: 2, available: 0, conditions: [{ type: 'Available', status: 'False' }] }),
    replicaSet({ hash: 'new', revision: 2, age: 12, container: { image: 'shop/api:2' } }),
    fresh('api-1'),
    fresh('api-2'),
    service(),
    slice({ notReady: ['10.0.0.3', '10.0.0.4'] }),
  ];

  const report = await look({ objects, log: [...answered(20, 502), ...answered(20, 200)] });

  expect(rulesOf(report)).toEqual([
    'rollout.culprit',
    'pod.crash-loop',
    'workload.unavailable',
    'service.no-endpoints',
    'gateway.error-rate',
  ]);
  expect(of(report, 'pod.crash-loop')).toMatchObject({
    subject: 'deployment/api',
    summary: expect.stringMatching(/^2 of 2 pods, such as api-1/),
  });
});

it('a gateway with less than half of its pods ready is told so', async () => {
  const unready = (name: string) => pod({ name, app: 'kong', hash: 'kkk', ready: false, age: 0.1, since: 0.1 });

  const report = await look({ objects: [...well, pod(), unready('kong-2'), unready('kong-3')] });

  expect(of(report, 'gateway.few-ready')?.summary).toBe('1 of 3 pods of the gateway ready.');
});
