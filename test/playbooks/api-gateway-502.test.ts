import { describe, expect, it } from '@jest/globals';
import type { Finding, Report } from '../../src/diagnosis/diagnosis.ts';
import type { IssueType } from '../../src/incident/policy.ts';
import { apiGateway502 } from '../../src/playbooks/api-gateway-502.ts';
import { type ApiObject, clusterOver, type Told } from '../probes/cluster.ts';
import { deployment, ended, event, minutesAgo, now, pod, replicaSet, waiting } from '../probes/objects.ts';

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

const well: ApiObject[] = [
  pod({ app: 'kong', hash: 'kkk' }),
  replicaSet({ app: 'kong', hash: 'kkk' }),
  deployment({ name: 'kong', desired: 1 }),
  replicaSet(),
  deployment({ desired: 1 }),
];

const look = (told: Told): Promise<Report> =>
  apiGateway502.run({ clients: { cluster: clusterOver(told) }, issueType, now });
const rulesOf = ({ findings }: Report): string[] =>
  findings.filter(({ level }) => level !== 'info').map(({ rule }) => rule);
const of = (report: Report, rule: string): Finding | undefined => report.findings.find((one) => one.rule === rule);

describe('a pod', () => {
  it.each([
    ['well', pod(), []],
    ['starting', pod({ ready: false, age: 0.2, since: 0.2 }), []],
    [
      'crash-looping',
      pod({
        ready: false,
        status: { state: waiting('CrashLoopBackOff'), lastState: ended('Error', 1, 2), restartCount: 7 },
      }),
      ['pod.crash-loop'],
    ],
    [
      'killed for memory',
      pod({ status: { lastState: ended('OOMKilled', 137, 4), restartCount: 1 } }),
      ['pod.out-of-memory'],
    ],
    [
      'killed, not for memory',
      pod({ status: { lastState: ended('Error', 137, 4), restartCount: 1 } }),
      ['pod.killed', 'pod.restarts'],
    ],
    [
      'without its image',
      pod({ ready: false, phase: 'Pending', status: { state: waiting('ImagePullBackOff') } }),
      ['pod.image'],
    ],
  ])('that is %s', async (_name, one, rules) => {
    const report = await look({ objects: [...well, one] });

    expect(rulesOf(report)).toEqual(rules);
  });

  it('is told with its numbers', async () => {
    const crashing = pod({
      name: 'api-1',
      status: { state: waiting('CrashLoopBackOff'), lastState: ended('Error', 1, 2), restartCount: 7 },
    });

    const report = await look({ objects: [...well, crashing, event({ about: 'api-1', reason: 'BackOff', ago: 1 })] });

    expect(of(report, 'pod.crash-loop')).toMatchObject({
      summary:
        'It is crash-looping: 7 restarts, last exit 1 (Error) 2 min ago. Deleting the pod only resets its back-off.',
      about: { kind: 'pod', name: 'api-1', uid: 'uid-api-1', owner: 'deployment/api', siblings: 1 },
      repeat: 'kubectl logs api-1 -n production -c app --previous --tail=100',
    });
  });
});

it('asks for each list once', async () => {
  const cluster = clusterOver({ objects: well });

  await apiGateway502.run({ clients: { cluster }, issueType, now });

  expect(cluster.asked.lists.toSorted()).toEqual([...new Set(cluster.asked.lists)].toSorted());
  expect(minutesAgo(0)).toBe('2026-11-28T03:00:00.000Z');
});
