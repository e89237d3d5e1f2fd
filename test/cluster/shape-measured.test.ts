// An autoscaler that has scaled by what was measured, and a node, have the fields that ours have, of the same types.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { objectsOf } from '../../src/sandbox/cluster/objects/objects.ts';
import { type Contact, contactOf } from '../../src/sandbox/cluster/real/contact.ts';
import { ofNamespace } from '../../src/sandbox/cluster/real/nodes.ts';
import type { Scene } from '../../src/sandbox/cluster/scene.ts';
import { differences, realOf } from './fields.ts';

const namespace = `measured-${process.pid}`;

const scene: Scene = {
  nodes: [{ name: 'node-1' }],
  workloads: [{ kind: 'deployment', name: 'api', pods: [{}, {}] }],
  autoscalers: [{ name: 'api', target: 'api', min: 1, max: 2, current: 2, cpu: { target: 70, now: 90 } }],
};

let contact: Contact;
beforeAll(async () => {
  contact = contactOf(process.env['KUBECONFIG'] ?? '');
  await contact.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  const labels = { app: 'api' };
  const container = { name: 'app', image: 'registry.example/app:1.0', resources: { requests: { cpu: '1' } } };
  const template = {
    metadata: { labels, annotations: { 'play/cpu': '900m' } },
    spec: { containers: [container] },
  };
  await contact.call('POST', `/apis/apps/v1/namespaces/${namespace}/deployments`, {
    metadata: { name: 'api' },
    spec: { replicas: 1, selector: { matchLabels: labels }, template },
  });
  const resource = { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } };
  await contact.call('POST', `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`, {
    metadata: { name: 'api' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' },
      minReplicas: 1,
      maxReplicas: 2,
      metrics: [{ type: 'Resource', resource }],
    },
  });
});
afterAll(async () => {
  await contact.gone(`/api/v1/nodes/node-1${ofNamespace(namespace)}`);
  await contact.gone(`/api/v1/namespaces/${namespace}`);
});

const ours = (kind: string) => objectsOf(scene, { namespace, now: new Date() }).filter((one) => one.kind === kind);

it('HorizontalPodAutoscaler', async () => {
  const isSettled = /"lastScaleTime".*"currentReplicas":2.*"averageUtilization":[89]/;
  const real = await realOf(contact, { kind: 'HorizontalPodAutoscaler', namespace, isSettled });

  expect(differences(ours('HorizontalPodAutoscaler'), real)).toEqual({
    invented: ['.apiVersion: string', '.kind: string'],
    missing: [],
  });
}, 150_000);

/** Where kwok's nodes differ from those of kubelets: a phase, an address for their figures, and no word on conditions. */
const ofKwok = /\.metadata\.annotations\.metrics|^\.status\.(phase|conditions\[\]\.message)/;

it('Node', async () => {
  const name = `node-1${ofNamespace(namespace)}`;
  const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' };
  await contact.call('POST', '/api/v1/nodes', { metadata: { name, labels } });
  const isSettled = (node: unknown): boolean => /"beta.*"node\.alpha.*"phase":"Running"/.test(JSON.stringify(node));
  const real = await contact.until(`/api/v1/nodes/${name}`, isSettled);

  const { invented, missing } = differences(ours('Node'), [real]);

  expect([...invented, ...missing].filter((field) => !ofKwok.test(field))).toEqual([]);
});
