import { describe, expect, it } from '@jest/globals';
import { CannotSee } from '../../src/errors.ts';
import { dependencies } from '../../src/probes/dependencies.ts';
import { engineLogs } from '../../src/probes/engine-logs.ts';
import { services } from '../../src/probes/engine-services.ts';
import { leases } from '../../src/probes/leases.ts';
import { clusterDns, egressPolicies } from '../../src/probes/network.ts';
import { clusterOver, type Told } from './cluster.ts';
import { around } from './patient.ts';

const began = Date.parse('2026-03-02T04:00:00Z');
/** A quarter of an hour later. */
const now = began + 15 * 60_000;
const at = (minutes: number): string => new Date(began + minutes * 60_000).toISOString();

const defaultContainer = 'kubectl.kubernetes.io/default-container';

const pod = (name: string, { labels = {}, ...metadata }: { labels?: object; annotations?: object } = {}) => ({
  metadata: {
    name,
    namespace: 'production',
    uid: `uid-${name}`,
    labels: { app: 'workflow-engine', ...labels },
    creationTimestamp: at(0),
    ...metadata,
  },
  spec: { containers: [{ name: 'engine' }] },
  status: {
    phase: 'Running',
    containerStatuses: [{ name: 'engine', ready: true, state: { running: { startedAt: at(0) } } }],
  },
});

/** One that runs beside the others and one that only is beside them. */
const withSidecar = ({ spec, ...rest }: ReturnType<typeof pod>): object => ({
  ...rest,
  spec: {
    containers: [...spec.containers, { name: 'proxy' }],
    initContainers: [{ name: 'istio-proxy', restartPolicy: 'Always' }],
  },
});

function surroundings(told: Told) {
  const cluster = clusterOver({ silent: true, ...told });
  return { around: { ...around(undefined), clients: { cluster }, now } };
}

describe('the log of the engine', () => {
  const look = (logs: Record<string, string[]>, refused: NonNullable<Told['refused']> = {}) =>
    engineLogs.look(
      surroundings({ objects: { pods: Object.keys(logs).map((name) => pod(name)) }, logs, refused }).around,
    );

  it('is what it last said and how often, with trouble of one wording as one', async () => {
    const lines = [
      `${at(0)} INFO step 1 done`,
      `${at(1)} ERROR run 7: request to http://billing:8080/x failed: ECONNREFUSED 10.0.0.1:8080`,
      `${at(2)} ERROR run 8: request to http://billing:8080/x failed: ECONNREFUSED 10.0.0.1:8080`,
      `${at(3)} INFO step 2 done`,
    ];

    const { pods } = await look({ 'wf-0': lines });

    expect(pods).toMatchObject([
      {
        use: { pod: 'wf-0', container: 'engine' },
        lines: 4,
        newestAt: began + 180_000,
        usualGapMs: 60_000,
        groups: [
          {
            class: 'refused',
            count: 2,
            firstAt: began + 60_000,
            lastAt: began + 120_000,
            line: expect.stringContaining('run #'),
          },
        ],
        hosts: [{ name: 'billing', port: 8_080, count: 2 }],
      },
    ]);
  });

  it('complains of what it said within the hour alone: what was before is over', async () => {
    const old = [-48, -47, -46].map((n) => `${at(n)} ERROR request to http://old:8080/x: timed out`);
    const young = [-45, 1].map((n) => `${at(n)} ERROR request to http://billing:8080/x: timed out`);

    const { pods } = await look({ 'wf-0': [...old, ...young] });

    expect(pods).toMatchObject([{ lines: 5, groups: [{ class: 'timeout', count: 2 }], hosts: [{ name: 'billing' }] }]);
  });

  it('of an engine that has said nothing is empty, with no newest line', async () => {
    const { pods } = await look({ 'wf-0': [] });

    expect(pods).toMatchObject([{ lines: 0, newestAt: undefined, usualGapMs: undefined, groups: [] }]);
  });

  it.each([
    ['of now', 14, 5],
    ['of long ago, which is none', 9, undefined],
  ])('stands beside a figure %s', async (_when, measured, cpu) => {
    const containers = [{ name: 'engine', usage: { cpu: '5', memory: '1Mi' } }];
    const usage = { metadata: pod('wf-0').metadata, timestamp: at(measured), containers };
    const objects = { pods: [pod('wf-0')], 'metrics.k8s.io/pods': [usage] };

    const { pods } = await engineLogs.look(surroundings({ objects, logs: { 'wf-0': [at(1)] } }).around);

    expect(pods.map(({ use }) => use.cpu)).toEqual([cpu]);
  });

  it('leaves out what is no line with a time', async () => {
    expect((await look({ 'wf-0': ['unable to retrieve container logs', at(1)] })).pods[0]?.lines).toBe(1);
  });

  it.each([
    ['the first that is no sidecar', {}, 'engine', ['of wf-0 the log of engine alone was read, not that of proxy']],
    ['the one that its annotation names', { annotations: { [defaultContainer]: 'proxy' } }, 'proxy', []],
    [
      'the first where the annotation names nobody',
      { annotations: { [defaultContainer]: 'gone' } },
      'engine',
      ['of wf-0 the log of engine alone was read, not that of proxy'],
    ],
  ])('is that of one container: %s', async (_name, metadata, container, unread) => {
    const seen = await engineLogs.look(
      surroundings({ objects: { pods: [withSidecar(pod('wf-0', metadata))] }, logs: { 'wf-0': [at(1)] } }).around,
    );

    expect(seen.pods.map(({ use }) => use.container)).toEqual([container]);
    expect(engineLogs.gaps?.(seen)).toEqual(unread);
  });

  it('is unseen where there is no pod, no right, or there are too many of them', async () => {
    const none = await look({});
    const refused = await look(
      { 'wf-0': [] },
      { 'pods/log': new CannotSee('forbidden', 'logs may not be read', { grant: 'get pods/log' }) },
    );
    const many = await look(Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`wf-${n}`, []])));

    expect(engineLogs.gaps?.(none)).toEqual(['no pod carries the label of the workflow engine']);
    expect(engineLogs.gaps?.(refused)).toEqual(['logs may not be read (it takes the right to get pods/log)']);
    expect(engineLogs.gaps?.(many)).toEqual(['there are 8 pods, the logs of 6 were read']);
  });
});

describe('what stands behind a service that the engine complains of', () => {
  const refusedBy = (host: string, n: number): string =>
    `${at(n)} ERROR run ${n}: request to http://${host}:8080/x failed: ECONNREFUSED 10.0.0.1:8080`;
  const slice = (family: string, address: string): object => ({
    metadata: {
      name: `billing-${family}`,
      namespace: 'production',
      labels: { 'kubernetes.io/service-name': 'billing' },
    },
    endpoints: [{ addresses: [address], conditions: { ready: true }, targetRef: { kind: 'Pod', name: 'billing-1' } }],
  });

  it('is counted by pods: one of two address families is one', async () => {
    const { inside } = await dependencies.look(
      surroundings({
        objects: {
          pods: [pod('wf-0')],
          services: [
            { metadata: { name: 'billing', namespace: 'production' }, spec: { selector: { app: 'billing' } } },
          ],
          'discovery.k8s.io/endpointslices': [slice('v4', '10.0.0.9'), slice('v6', 'fd00::9')],
        },
        logs: { 'wf-0': [refusedBy('billing', 1)] },
      }).around,
    );

    expect(inside).toMatchObject([{ name: 'billing', isThere: true, isSelecting: true, ready: 1, all: 1 }]);
  });
});

describe('services that the log of the engine names', () => {
  const lines = ['a', 'b', 'c', 'd', 'e', 'f', 'f'].map(
    (name, n) => `${at(n)} ERROR run ${n}: request to http://${name}:8080/x failed: ECONNREFUSED`,
  );
  const around = () => surroundings({ objects: { pods: [pod('wf-0')] }, logs: { 'wf-0': lines } }).around;
  const gap = 'of 6 services that the log names only 5 were looked at';

  it('are looked at from the one named most often, five at most, and of more that is said', async () => {
    const { inside, gaps } = await dependencies.look(around());

    expect(inside.map(({ name }) => name)).toEqual(['f', 'a', 'b', 'c', 'd']);
    expect(gaps).toEqual([gap]);
  });

  it('are asked likewise', async () => {
    expect((await services.look(around())).gaps).toContain(gap);
  });
});

describe('a network policy', () => {
  const policy = (spec: object, metadata: object = {}): object => ({
    metadata: { name: 'p', namespace: 'production', creationTimestamp: at(0), ...metadata },
    spec,
  });
  const look = (spec: object, metadata?: object) =>
    egressPolicies.look(
      surroundings({
        objects: {
          pods: [pod('wf-0', { labels: { tier: 'back' } }), pod('wf-1')],
          'networking.k8s.io/networkpolicies': [policy(spec, metadata)],
        },
      }).around,
    );
  const egress = { policyTypes: ['Egress'] };

  it.each([
    ['an empty selector', { podSelector: {}, ...egress }, [2]],
    ['the label of the engine', { podSelector: { matchLabels: { app: 'workflow-engine' } }, ...egress }, [2]],
    ['the label of one of its pods', { podSelector: { matchLabels: { tier: 'back' } }, ...egress }, [1]],
    ['the label of another', { podSelector: { matchLabels: { app: 'web' } }, ...egress }, []],
    ['an expression', { podSelector: { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, ...egress }, [1]],
    [
      'its opposite',
      { podSelector: { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, ...egress },
      [1],
    ],
    [
      'one of several values',
      { podSelector: { matchExpressions: [{ key: 'tier', operator: 'In', values: ['back'] }] }, ...egress },
      [1],
    ],
    [
      'none of several values',
      { podSelector: { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['back'] }] }, ...egress },
      [1],
    ],
    ['rules for egress and no types', { podSelector: {}, egress: [{}] }, [2]],
    ['neither', { podSelector: {} }, []],
    ['ingress alone', { podSelector: {}, policyTypes: ['Ingress'] }, []],
  ])('with %s', async (_name, spec, pods) => {
    expect((await look(spec)).policies.map((found) => found.pods)).toEqual(pods);
  });

  it('is as old as its last change', async () => {
    const fields = { managedFields: [{ time: at(90) }, { time: at(30) }, {}] };

    expect((await look({ podSelector: {}, ...egress }, fields)).policies).toMatchObject([
      { changedAt: began + 90 * 60_000 },
    ]);
    expect((await look({ podSelector: {}, ...egress })).policies).toMatchObject([{ changedAt: began }]);
  });

  it('is not ruled out where nobody carries the label, or not all were seen', async () => {
    const nobody = await egressPolicies.look(surroundings({ objects: {} }).around);
    const some = surroundings({ objects: { pods: [pod('wf-0')] }, cut: ['networking.k8s.io/networkpolicies'] });

    expect(egressPolicies.gaps?.(nobody)).toEqual([
      'no pod carries app=workflow-engine: which policies limit the engine was not seen',
    ]);
    expect(egressPolicies.gaps?.(await egressPolicies.look(some.around))).toEqual([
      'there are more network policies than the 0 that were read',
    ]);
  });
});

describe('a lease', () => {
  const lease = (name: string, spec: object | null): object => ({ metadata: { name, namespace: 'production' }, spec });
  const held = (holderIdentity: string) => ({ holderIdentity, leaseDurationSeconds: 15, renewTime: at(1) });
  const look = (...rows: object[]) =>
    leases.look(
      surroundings({ objects: { pods: [pod('wf-0'), pod('wf-01')], 'coordination.k8s.io/leases': rows } }).around,
    );

  it.each([
    ['of a pod of the engine', lease('any', held('wf-0')), ['wf-0']],
    ['as client libraries write it', lease('any', held('wf-01_5f1c')), ['wf-01']],
    ['named like the engine, of a pod that is gone', lease('workflow-engine-leader', held('wf-9_5f1c')), [undefined]],
    ['of somebody else', lease('web-leader', held('web-1')), []],
    ['of nobody', lease('workflow-engine-leader', held('')), []],
    ['that says nothing', lease('workflow-engine-leader', null), []],
  ])('%s', async (_name, row, holders) => {
    expect((await look(row)).leases.map((found) => found.pod?.pod)).toEqual(holders);
  });

  it.each([
    ['when it was renewed', { holderIdentity: 'wf-0', leaseDurationSeconds: 15 }],
    ['for how long it lasts', { holderIdentity: 'wf-0', renewTime: at(1) }],
  ])('that does not say %s is not judged, and that is said', async (_what, spec) => {
    const seen = await look(lease('leader', spec), lease('web-leader', { holderIdentity: 'web-1' }));

    expect(seen.leases).toEqual([]);
    expect(leases.gaps?.(seen)).toEqual([
      'when it was renewed, or for how long, is not said by 1 lease, such as leader',
    ]);
  });

  it.each([
    ['renewed since', held('wf-0'), { ...held('wf-0'), renewTime: at(2) }, [true]],
    ['as it was', held('wf-0'), held('wf-0'), [false]],
    ['without a time', held('wf-0'), { ...held('wf-0'), renewTime: undefined }, [undefined]],
    ['given back since', held('wf-0'), held(''), []],
  ])('is seen at a second look: %s', async (_name, then, now, renewed) => {
    const first = await look(lease('any', then));
    const { around } = surroundings({ objects: { 'coordination.k8s.io/leases': [lease('any', now)] } });

    const second = await leases.again?.look(first, around);

    expect(second?.leases.map(({ isRenewedSince }) => isRenewedSince)).toEqual(renewed);
  });

  it('takes a second look only where it is overdue by this clock', async () => {
    const first = await look(lease('any', held('wf-0')));
    const needed = (ms: number) =>
      leases.again?.isNeeded(first, { ...surroundings({ objects: {} }).around, now: began + 60_000 + ms });

    expect([needed(15_000), needed(15_001)]).toEqual([false, true]);
  });

  it('is not ruled out where there are more of them', async () => {
    const cut = surroundings({ objects: { pods: [pod('wf-0')] }, cut: ['coordination.k8s.io/leases'] });

    expect(leases.gaps?.(await leases.look(cut.around))).toEqual(['there are more leases than the 0 that were read']);
  });

  it('is held by one line of few words, whatever its holder calls itself', async () => {
    const row = lease('workflow-engine-leader', held(`a\n\nSeen, nothing found ${'\\'.repeat(2_000)}`));

    const [found] = (await look(row)).leases;

    expect(found?.holder).toMatch(/^a Seen, nothing found \\+…$/);
    expect(found?.holder).toHaveLength(80);
  });
});

describe('the DNS of the cluster', () => {
  const dns = (name: string, ready: boolean): object => ({
    metadata: {
      name,
      namespace: 'kube-system',
      uid: name,
      labels: { 'k8s-app': 'kube-dns' },
      creationTimestamp: at(0),
    },
    spec: { containers: [{ name: 'coredns' }] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  });

  it('is counted, and unseen where nobody carries its label', async () => {
    const some = await clusterDns.look(surroundings({ objects: { pods: [dns('a', true), dns('b', false)] } }).around);
    const none = await clusterDns.look(surroundings({ objects: { pods: [pod('wf-0')] } }).around);

    expect(some).toEqual({ pods: 2, ready: 1 });
    expect(clusterDns.gaps?.(some)).toEqual([]);
    expect(clusterDns.gaps?.(none)).toHaveLength(1);
  });
});
