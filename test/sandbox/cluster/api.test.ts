// The rules of the API that kubectl and the client library never show: what is refused, and in which words.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { ClusterFault } from '../../../src/sandbox/cluster/effects.ts';
import { type LocalCluster, startCluster } from '../../../src/sandbox/cluster/start.ts';
import { ask } from './ask.ts';
import { night } from './night.ts';

const reader = 'system:serviceaccount:shop:responder';
const pods = '/api/v1/namespaces/shop/pods';
const metrics = '/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods';
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';

const List = z.object({ items: z.array(z.unknown()) });

let cluster: LocalCluster;
beforeEach(async () => {
  cluster = await startCluster(
    { shop: night },
    {
      terminationMs: 60_000,
      accounts: {
        reader: {
          user: reader,
          rules: [
            { verbs: ['get', 'list'], groups: [''], resources: ['pods'], namespaces: ['shop'] },
            {
              verbs: ['get', 'create'],
              groups: [''],
              resources: ['pods/exec'],
              resourceNames: ['pgbouncer-0'],
              namespaces: ['shop'],
            },
          ],
        },
      },
    },
  );
});
afterEach(() => cluster.stop());

const json = async (...asked: Parameters<typeof ask>): Promise<unknown> => JSON.parse((await ask(...asked)).text);

describe('an account', () => {
  it.each([
    [
      'of another verb',
      `${pods}/api-old`,
      { method: 'DELETE' },
      `pods "api-old" is forbidden: User "${reader}" cannot delete resource "pods" in API group "" in the namespace "shop"`,
    ],
    [
      'of a subresource',
      `${pods}/api-old/log`,
      {},
      `pods "api-old" is forbidden: User "${reader}" cannot get resource "pods/log" in API group "" in the namespace "shop"`,
    ],
    [
      'of another group',
      '/apis/apps/v1/namespaces/shop/deployments',
      {},
      `deployments.apps is forbidden: User "${reader}" cannot list resource "deployments" in API group "apps" in the namespace "shop"`,
    ],
    [
      'of another namespace',
      '/api/v1/namespaces/kube-system/pods',
      {},
      `pods is forbidden: User "${reader}" cannot list resource "pods" in API group "" in the namespace "kube-system"`,
    ],
    [
      'of no namespace',
      '/api/v1/nodes',
      {},
      `nodes is forbidden: User "${reader}" cannot list resource "nodes" in API group "" at the cluster scope`,
    ],
  ])('is refused what it has no right to: %s', async (_name, path, question, message) => {
    const { status, text } = await ask(cluster, path, { ...question, token: 'reader' });

    expect(status).toBe(403);
    expect(JSON.parse(text)).toMatchObject({ kind: 'Status', reason: 'Forbidden', code: 403, message });
  });

  it('may do what a rule gives it', async () => {
    const { status } = await ask(cluster, pods, { token: 'reader' });

    expect(status).toBe(200);
  });

  it.each([
    [401, 'forged', 'Unauthorized'],
    [
      403,
      null,
      'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "shop"',
    ],
  ])('has to be known: %s', async (code, token, message) => {
    expect(await json(cluster, pods, { token })).toMatchObject({ code, message });
  });

  it.each([
    [true, { verb: 'list', resource: 'pods', namespace: 'shop' }],
    [false, { verb: 'list', resource: 'pods' }],
    [false, { verb: 'delete', resource: 'pods', namespace: 'shop' }],
    [true, { verb: 'create', resource: 'pods', subresource: 'exec', name: 'pgbouncer-0', namespace: 'shop' }],
    [false, { verb: 'create', resource: 'pods', subresource: 'exec', namespace: 'shop' }],
  ])('learns whether it may: %s', async (allowed, resourceAttributes) => {
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    };

    const answered = await json(cluster, '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      method: 'POST',
      token: 'reader',
      body: review,
    });

    expect(answered).toMatchObject({ kind: 'SelfSubjectAccessReview', status: { allowed } });
  });
});

describe('what is not there', () => {
  it.each([
    ['an object', `${pods}/nobody`, 'pods "nobody" not found'],
    ['one of a group', '/apis/apps/v1/namespaces/shop/deployments/x', 'deployments.apps "x" not found'],
  ])('is %s', async (_name, path, message) => {
    expect(await json(cluster, path)).toMatchObject({ code: 404, reason: 'NotFound', message });
  });

  it('is a path, and that is said in plain text', async () => {
    const { status, text } = await ask(cluster, '/apis/batch/v1/jobs');

    expect({ status, text }).toEqual({ status: 404, text: '404 page not found\n' });
  });

  it.each([
    ['absent', 404, '404 page not found\n'],
    ['down', 503, 'service unavailable\n'],
  ] as const)('is a metrics server that is %s', async (state, status, text) => {
    cluster.set({ shop: { ...night, metrics: state } });

    expect(await ask(cluster, metrics)).toMatchObject({ status, text });
  });
});

describe('a list', () => {
  it.each([
    ['app=api,pod-template-hash', 5],
    ['app!=api', 1],
    ['app notin (api, other)', 1],
    ['!app', 0],
    ['app in (api,pgbouncer),!pod-template-hash', 1],
  ])('selects by labels: %s', async (selector, count) => {
    const found = await json(cluster, `${pods}?labelSelector=${encodeURIComponent(selector)}`);

    expect(List.parse(found).items).toHaveLength(count);
  });

  it.each([
    ['metadata.name=api-old', 1],
    ['metadata.namespace=shop,status.phase!=Running', 2],
    ['spec.nodeName=', 1],
  ])('selects by fields: %s', async (selector, count) => {
    const found = await json(cluster, `${pods}?fieldSelector=${encodeURIComponent(selector)}`);

    expect(List.parse(found).items).toHaveLength(count);
  });

  it.each([
    ['fieldSelector=status.reason%3DEvicted', 'field label not supported: status.reason'],
    ['fieldSelector=nonsense', "invalid selector: 'nonsense'; can't understand 'nonsense'"],
  ])('refuses other fields: %s', async (query, message) => {
    expect(await json(cluster, `${pods}?${query}`)).toMatchObject({ code: 400, message });
  });

  it('comes in pages of one moment, whatever happens between them', async () => {
    const first = await json(cluster, `${pods}?limit=4`);
    const next = tokenIn(first);
    cluster.set({ shop: { ...night, workloads: [] } });

    const second = await json(cluster, `${pods}?limit=4&continue=${next}`);

    expect(first).toMatchObject({ metadata: { remainingItemCount: 2 } });
    expect(second).toMatchObject({
      items: [{ metadata: { name: 'api-unready' } }, { metadata: { name: 'pgbouncer-0' } }],
    });
  });

  it('that was begun too long ago is refused', async () => {
    const next = tokenIn(await json(cluster, `${pods}?limit=4`));
    cluster.compact();

    const refused = await json(cluster, `${pods}?limit=4&continue=${next}`);

    const message = expect.stringContaining('too old to display a consistent list result. You can start a new list');
    expect(refused).toMatchObject({ code: 410, reason: 'Expired', message });
    expect(await json(cluster, `${pods}?limit=4&continue=${tokenIn(refused)}`)).toMatchObject({
      items: [{ metadata: { name: 'api-unready' } }, { metadata: { name: 'pgbouncer-0' } }],
    });
  });
});

const tokenIn = (page: unknown): string =>
  /"continue":"(?<token>[^"]+)"/.exec(JSON.stringify(page))?.groups?.['token'] ?? '';

describe('a table', () => {
  it.each([
    ['None', undefined],
    ['Metadata', { kind: 'PartialObjectMetadata', metadata: expect.objectContaining({ name: 'api-old' }) }],
    ['Object', { kind: 'Pod', status: expect.objectContaining({ phase: 'Running' }) }],
  ])('carries of each object: %s', async (include, object) => {
    const selected = `${pods}?fieldSelector=metadata.name%3Dapi-old&includeObject=${include}`;

    const shown = await json(cluster, selected, { accept: table });

    expect(shown).toMatchObject({
      kind: 'Table',
      rows: [
        {
          cells: ['api-old', '1/1', 'Running', '0', '24h', expect.any(String), expect.any(String), '<none>', '<none>'],
          ...(object && { object }),
        },
      ],
    });
    expect(JSON.stringify(shown).includes('"object":')).toBe(object !== undefined);
  });

  it('is not given to those who ask for metadata', async () => {
    const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';

    const shown = await json(cluster, `${pods}?limit=1`, { accept });

    expect(shown).toMatchObject({ kind: 'PartialObjectMetadataList', items: [{ kind: 'PartialObjectMetadata' }] });
    expect(JSON.stringify(shown)).not.toContain('"spec"');
  });

  it('is all that those get who understand nothing else', async () => {
    expect(await ask(cluster, pods, { accept: 'application/vnd.kubernetes.protobuf' })).toMatchObject({ status: 406 });
  });
});

describe('logs', () => {
  it.each([
    ['api-unready/log?limitBytes=7', 'GET /a '],
    ['api-unready/log?sinceSeconds=90', 'GET /b 502\n'],
    ['api-nowhere/log', ''],
  ])('of %s', async (path, text) => {
    expect(await ask(cluster, `${pods}/${path}`)).toMatchObject({ status: 200, text });
  });

  it.each([
    ['pgbouncer-0/log', 'a container name must be specified for pod pgbouncer-0, choose one of: [pgbouncer exporter]'],
    ['pgbouncer-0/log?container=x', 'container x is not valid for pod pgbouncer-0'],
    [
      'pgbouncer-0/log?container=exporter&previous=true',
      'previous terminated container "exporter" in pod "pgbouncer-0" not found',
    ],
  ])('are refused in words: %s', async (path, message) => {
    expect(await json(cluster, `${pods}/${path}`)).toMatchObject({ code: 400, reason: 'BadRequest', message });
  });
});

describe('a fault', () => {
  it.each<[string, ClusterFault, object]>([
    ['429', { kind: 'status', status: 429, retryAfter: 2 }, { status: 429, headers: { 'retry-after': '2' } }],
    ['500', { kind: 'status', status: 500 }, { status: 500 }],
    ['410', { kind: 'status', status: 410 }, { status: 410 }],
    ['of a proxy', { kind: 'text', status: 502, text: 'Bad Gateway' }, { status: 502, text: 'Bad Gateway' }],
  ])('refuses one call: %s', async (_name, effect, answer) => {
    cluster.faults.add({ method: 'list pods', effect, times: 1 });

    const [other, struck, after] = [
      await ask(cluster, '/api/v1/nodes'),
      await ask(cluster, pods),
      await ask(cluster, pods),
    ];

    expect(struck).toMatchObject(answer);
    expect([other.status, after.status]).toEqual([200, 200]);
  });

  it.each<ClusterFault>([{ kind: 'reset' }, { kind: 'truncated' }, { kind: 'reply-lost' }])(
    'cuts: $kind',
    async (effect) => {
      cluster.faults.add({ method: 'list pods', effect });

      await expect(ask(cluster, pods)).rejects.toThrow(/socket hang up|aborted/);
    },
  );

  it('drips, and nothing is lost', async () => {
    cluster.faults.add({ method: 'get pods', effect: { kind: 'drip', bytes: 500, everyMs: 1 } });

    expect(await json(cluster, `${pods}/api-old`)).toMatchObject({ metadata: { name: 'api-old' } });
  });

  it('loses the reply to what was done', async () => {
    cluster.faults.add({ method: 'delete pods', effect: { kind: 'reply-lost' } });

    await expect(ask(cluster, `${pods}/api-old`, { method: 'DELETE' })).rejects.toThrow('socket hang up');

    expect(await json(cluster, `${pods}/api-old`)).toMatchObject({
      metadata: { deletionTimestamp: expect.any(String) },
    });
  });
});

it('writes down who asked for what', async () => {
  await ask(cluster, pods, { token: 'reader' });
  await ask(cluster, '/apis/apps/v1/namespaces/shop/deployments', { token: 'reader' });

  expect(cluster.requests.map(({ call, user }) => [call, user])).toEqual([
    ['list pods', reader],
    ['list deployments.apps', reader],
  ]);
});

it('ends a watch from before what it remembers with 410', async () => {
  cluster.compact();

  const { text } = await ask(cluster, `${pods}?watch=true&resourceVersion=5`);

  expect(JSON.parse(text)).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
});

it('shows Endpoints with the warning that they go', async () => {
  const { headers, text } = await ask(cluster, '/api/v1/namespaces/shop/endpoints');

  expect(headers['warning']).toContain('v1 Endpoints is deprecated in v1.33+');
  expect(JSON.parse(text)).toMatchObject({
    items: [{ subsets: [{ addresses: [{ targetRef: { name: 'api-old' } }], ports: [{ port: 8080 }] }] }],
  });
});
