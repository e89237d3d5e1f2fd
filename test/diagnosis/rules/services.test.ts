/** What is judged of services, each with what must not be taken for it beside it. */
import { describe, expect, it } from '@jest/globals';
import type { Finding } from '../../../src/diagnosis/diagnosis.ts';
import type { Pod } from '../../../src/diagnosis/pod.ts';
import { badEndpoints, wrongPorts } from '../../../src/diagnosis/rules/services.ts';
import { type Service, selecting } from '../../../src/diagnosis/service.ts';
import type { Workload } from '../../../src/diagnosis/workload.ts';
import { podOf } from '../../../src/probes/pod-row.ts';
import { type PodTold, pod } from '../../probes/objects.ts';

const behind = (pods: Pod[]) => ({ pods, selectedBy: selecting(pods) });
const told = (findings: Finding[]): string[] => findings.map(({ rule, level }) => `${rule} ${level}`);
const off: Workload = {
  kind: 'deployment',
  name: 'api',
  namespace: 'production',
  uid: 'u',
  desired: 0,
  available: 0,
  conditions: [],
};
const apiPod = (more: PodTold = {}): Pod => podOf(pod({ owner: { kind: 'Deployment', name: 'api' }, ...more }));

describe('a service', () => {
  const endpoint = (isReady: boolean, n: number) => ({ address: `10.0.0.${n}`, isReady, isDraining: false });
  const service = (more: Partial<Service> = {}): Service => ({
    name: 'api',
    namespace: 'production',
    uid: 's',
    type: 'ClusterIP',
    selector: { app: 'api' },
    addresses: ['10.96.0.1'],
    ports: [{ port: 80, target: 8080 }],
    endpoints: [endpoint(true, 1)],
    ...more,
  });
  const ready = (good: number, bad: number) => [
    ...Array.from({ length: good }, (_, n) => endpoint(true, n)),
    ...Array.from({ length: bad }, (_, n) => endpoint(false, 100 + n)),
  ];

  it.each<[string, Partial<Service>, Workload[], string[]]>([
    ['well', {}, [], []],
    ['with half of its endpoints', { endpoints: ready(1, 1) }, [], []],
    ['with less than half', { endpoints: ready(1, 2) }, [], ['service.few-endpoints warning']],
    ['with none', { endpoints: ready(0, 2) }, [], ['service.no-endpoints critical']],
    ['that selects nothing', { selector: { app: 'apo' }, endpoints: [] }, [], ['service.selects-nothing critical']],
    [
      'that selects what is scaled to 0',
      { name: 'api', selector: { app: 'off' }, endpoints: [] },
      [off],
      ['service.selects-nothing info'],
    ],
    ['of somebody else', { selector: undefined, endpoints: [] }, [], ['service.elsewhere info']],
    [
      'that leads outside',
      { selector: undefined, externalName: 'db.example.com', endpoints: [] },
      [],
      ['service.elsewhere info'],
    ],
  ])('%s', (_name, more, workloads, expected) => {
    expect(told(badEndpoints([service(more)], behind([apiPod()]), { workloads, thresholds: {} }))).toEqual(expected);
  });

  it('with half of its endpoints is one where the runbook wants more', () => {
    const half = service({ endpoints: ready(1, 1) });

    expect(told(badEndpoints([half], behind([apiPod()]), { thresholds: { endpointsWarning: 51 } }))).toEqual([
      'service.few-endpoints warning',
    ]);
  });

  it('that selects nothing names the pod that comes nearest, with what differs', () => {
    const pods = [apiPod({ app: 'web', name: 'web-1' }), apiPod({ name: 'api-1' })];

    const [finding] = badEndpoints([service({ selector: { app: 'apj' }, endpoints: [] })], behind(pods), {
      thresholds: {},
    });

    expect(finding?.summary).toBe('No pod carries app=apj: api-1 comes nearest, with app=api.');
  });

  const declaring = (ports: object[] | undefined) => [apiPod({ container: { ports } })];
  const web = [{ name: 'web', containerPort: 8080 }];

  it.each<[string, number | string, Pod[], string[]]>([
    ['a port that is open', 8080, declaring(web), []],
    ['a port that is open, by name', 'web', declaring(web), []],
    ['another port', 8081, declaring(web), ['service.wrong-port critical']],
    ['a name that no port has', 'http', declaring(web), ['service.wrong-port critical']],
    ['a port of pods that declare none', 8081, declaring(undefined), []],
    ['a name of pods that declare none', 'http', declaring(undefined), ['service.wrong-port critical']],
    ['no pod at all', 8081, [], []],
  ])('leads to %s', (_name, target, pods, expected) => {
    expect(told(wrongPorts([service({ ports: [{ port: 80, target }] })], behind(pods)))).toEqual(expected);
  });
});
