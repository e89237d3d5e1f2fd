// What real controllers make of the least that one can write down has the fields that ours have, of the same types.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { z } from 'zod';
import { objectsOf } from '../../src/sandbox/cluster/objects/objects.ts';
import { type Contact, contactOf } from '../../src/sandbox/cluster/real/contact.ts';
import { apiOf, resources } from '../../src/sandbox/cluster/resources.ts';
import type { Scene } from '../../src/sandbox/cluster/scene.ts';

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

const Items = z.object({ items: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) })) });

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

/** Every field with its type, lists and free keys as one. */
function fieldsOf(value: unknown, path = ''): string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((one) => fieldsOf(one, `${path}[]`));
  if (typeof value !== 'object') return [`${path}: ${typeof value}`];
  return Object.entries(value).flatMap(([key, one]) => fieldsOf(one, `${path}.${key}`));
}

/** The kubelet's part, which kwok does not play; only in ours. */
const ofKubelets = /^\.status\.(hostIPs|containerStatuses\[\]\.(containerID|imageID))/;

/** Written down by the API for its own use, or by a cluster with zones, and read by none of us. */
const unread =
  /^\.metadata\.(managedFields|resourceVersion)|topology\.kubernetes\.io\/zone|^\.endpoints\[\]\.zone|^\.metadata\.annotations\.endpoints/;

const ready: Record<string, RegExp> = {
  Deployment: /"availableReplicas":2/,
  ReplicaSet: /"availableReplicas":2/,
  StatefulSet: /"availableReplicas":1/,
  DaemonSet: /"numberAvailable":3/,
  EndpointSlice: /"ready":true.*"ready":true/,
  PodDisruptionBudget: /"disruptionsAllowed":1/,
};

async function realOf(path: string, kind: string): Promise<unknown[]> {
  const giveUpAt = performance.now() + 30_000;
  for (;;) {
    const listed = await contact.call('GET', path);
    if ((ready[kind] ?? /"phase":"Running"|Service/).test(JSON.stringify(listed))) return Items.parse(listed).items;
    if (performance.now() > giveUpAt) throw new Error(`no ${kind} settled: ${JSON.stringify(listed).slice(0, 2_000)}`);
  }
}

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
  const resource = resources.find((one) => one.kind === kind) ?? resources[0];
  if (!resource) throw new Error(`no resource of kind ${kind}`);
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${apiOf(resource)}`;
  const real = await realOf(`${root}/namespaces/${namespace}/${resource.plural}`, kind);
  const ours = objectsOf(scene, { namespace, now: new Date() }).filter((one) => one.kind === kind);

  const [mine, theirs] = [ours, real].map((all) => new Set(all.flatMap((one) => fieldsOf(one))));

  const invented = [...(mine ?? [])].filter(
    (field) => !theirs?.has(field) && !ofKubelets.test(field) && !unread.test(field),
  );
  const missing = [...(theirs ?? [])].filter((field) => !mine?.has(field) && !unread.test(field));
  expect({ invented, missing }).toEqual({ invented: ['.apiVersion: string', '.kind: string'], missing: [] });
});
