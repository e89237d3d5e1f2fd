// What real controllers make of the least that one can write down has the fields that ours have, of the same types.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { objectsOf } from '../../src/sandbox/cluster/objects/objects.ts';
import { type Contact, contactOf } from '../../src/sandbox/cluster/real/contact.ts';
import type { Scene } from '../../src/sandbox/cluster/scene.ts';
import { differences, realOf } from './fields.ts';

const namespace = `shape-${process.pid}`;
const least = {
  containers: [{ name: 'app', image: 'registry.example/app:1.0', ports: [{ name: 'http', containerPort: 8080 }] }],
};

const scene: Scene = {
  workloads: [
    {
      kind: 'deployment',
      name: 'api',
      containers: [{ name: 'app', ports: [{ name: 'http', port: 8080 }] }],
      pods: [{}, {}],
    },
    {
      kind: 'statefulset',
      name: 'db',
      containers: [{ name: 'app', ports: [{ name: 'http', port: 8080 }] }],
      pods: [{}],
    },
    {
      kind: 'daemonset',
      name: 'agent',
      containers: [{ name: 'app', ports: [{ name: 'http', port: 8080 }] }],
      pods: [{}, {}, {}],
    },
  ],
  services: [
    { name: 'api', selects: { app: 'api' }, port: 80, targetPort: 'http' },
    { name: 'nobody', selects: { app: 'nobody' }, port: 80, targetPort: 8080 },
  ],
  budgets: [{ name: 'api', selects: { app: 'api' }, allowed: 1 }],
};

let contact: Contact;
beforeAll(async () => {
  contact = contactOf(process.env['KUBECONFIG'] ?? '');
  await contact.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  const workload = (name: string, more: object) => ({
    metadata: { name, labels: { app: name } },
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: least },
      ...more,
    },
  });
  const apps = `/apis/apps/v1/namespaces/${namespace}`;
  await contact.call('POST', `${apps}/deployments`, workload('api', { replicas: 2 }));
  await contact.call('POST', `${apps}/statefulsets`, workload('db', { replicas: 1, serviceName: 'db' }));
  await contact.call('POST', `${apps}/daemonsets`, workload('agent', {}));
  const core = `/api/v1/namespaces/${namespace}`;
  for (const [name, targetPort] of [
    ['api', 'http'],
    ['nobody', 8080],
  ]) {
    await contact.call('POST', `${core}/services`, {
      metadata: { name },
      spec: { selector: { app: name }, ports: [{ port: 80, targetPort }] },
    });
  }
  const selector = { matchLabels: { app: 'api' } };
  const budget = { metadata: { name: 'api' }, spec: { minAvailable: 1, selector } };
  await contact.call('POST', `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`, budget);
});
afterAll(() => contact.call('DELETE', `/api/v1/namespaces/${namespace}`));

const ready: Record<string, RegExp> = {
  Deployment: /"availableReplicas":2/,
  ReplicaSet: /"availableReplicas":2/,
  StatefulSet: /"availableReplicas":1/,
  DaemonSet: /"numberAvailable":3/,
  EndpointSlice: /"ready":true.*"ready":true/,
  PodDisruptionBudget: /"disruptionsAllowed":1/,
};

const kinds = [
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Pod',
  'Service',
  'EndpointSlice',
  'PodDisruptionBudget',
];

it.each(kinds)('%s', async (kind) => {
  const real = await realOf(contact, { kind, namespace, isSettled: ready[kind] ?? /"phase":"Running"|Service/ });
  const ours = objectsOf(scene, { namespace, now: new Date() }).filter((one) => one.kind === kind);

  expect(differences(ours, real)).toEqual({ invented: ['.apiVersion: string', '.kind: string'], missing: [] });
});
