// The client library of the bot reads the sandbox as it would a cluster.
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import {
  AppsV1Api,
  CoreV1Api,
  Exec,
  KubeConfig,
  Metrics,
  type V1PodList,
  type V1Status,
} from '@kubernetes/client-node';
import { type LocalCluster, startCluster } from '../../../src/sandbox/cluster/start.ts';
import { night } from './night.ts';

let cluster: LocalCluster;
let config: KubeConfig;
beforeEach(async () => {
  cluster = await startCluster({ shop: night });
  config = new KubeConfig();
  config.loadFromString(cluster.kubeconfig());
});
afterEach(() => cluster.stop());

/** The library calls it so since `continue` is a word of the language. */
const tokenOf = ({ metadata }: V1PodList): string => metadata?.['_continue'] ?? '';

it('lists in pages, typed', async () => {
  const core = config.makeApiClient(CoreV1Api);

  const first = await core.listNamespacedPod({ namespace: 'shop', labelSelector: 'app=api', limit: 3 });
  const rest = await core.listNamespacedPod({
    namespace: 'shop',
    labelSelector: 'app=api',
    limit: 3,
    _continue: tokenOf(first),
  });

  const pods = [...first.items, ...rest.items];
  expect(pods.map(({ metadata }) => metadata?.name)).toEqual([
    'api-crashing',
    'api-nowhere',
    'api-old',
    'api-pulling',
    'api-unready',
  ]);
  expect(pods[0]?.status?.containerStatuses?.[0]?.lastState?.terminated?.finishedAt).toBeInstanceOf(Date);
  expect(tokenOf(rest)).toBe('');
});

it('gives the owners of a pod by their uids', async () => {
  const apps = config.makeApiClient(AppsV1Api);
  const core = config.makeApiClient(CoreV1Api);

  const pod = await core.readNamespacedPod({ namespace: 'shop', name: 'api-unready' });
  const sets = await apps.listNamespacedReplicaSet({ namespace: 'shop' });
  const deployment = await apps.readNamespacedDeployment({ namespace: 'shop', name: 'api' });

  const set = sets.items.find(({ metadata }) => metadata?.uid === pod.metadata?.ownerReferences?.[0]?.uid);
  expect(set?.metadata?.annotations?.['deployment.kubernetes.io/revision']).toBe('2');
  expect(set?.metadata?.ownerReferences?.[0]?.uid).toBe(deployment.metadata?.uid);
});

it('reads logs, and the reason why there are none', async () => {
  const core = config.makeApiClient(CoreV1Api);

  const log = await core.readNamespacedPodLog({
    namespace: 'shop',
    name: 'api-unready',
    tailLines: 1,
    timestamps: true,
  });
  const none = core.readNamespacedPodLog({ namespace: 'shop', name: 'api-pulling' });

  expect(log).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z GET \/b 502\n$/);
  await expect(none).rejects.toMatchObject({ code: 400, body: expect.stringContaining('is waiting to start') });
});

it('measures', async () => {
  const { items } = await new Metrics(config).getPodMetrics('shop');

  const unready = items.find(({ metadata }) => metadata.name === 'api-unready');
  expect(unready?.containers).toEqual([{ name: 'app', usage: { cpu: '5m', memory: '471Mi' } }]);
});

async function run(...command: string[]): Promise<{ out: string; status: V1Status }> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const { promise, resolve } = Promise.withResolvers<V1Status>();
  const socket = await new Exec(config).exec(
    'shop',
    'pgbouncer-0',
    'pgbouncer',
    command,
    out,
    err,
    null,
    false,
    resolve,
  );
  const closed = once(socket, 'close');
  const status = await promise;
  await closed;
  out.end();
  err.end();
  return { out: `${await text(out)}${await text(err)}`, status };
}

it('runs commands', async () => {
  const good = await run('psql', '-c', 'show pools');
  const bad = await run('psql');

  expect(good).toMatchObject({ out: 'database|cl_waiting\napp|37\n', status: { status: 'Success' } });
  expect(bad).toMatchObject({
    out: 'psql: too many clients\n',
    status: { reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: '2' }] } },
  });
});

it.each([
  ['refused', { kind: 'status', status: 403 }, 'Unexpected server response: 403'],
  ['cut before it begins', { kind: 'reset' }, 'socket hang up'],
] as const)('is told of a command that is %s', async (_name, effect, message) => {
  cluster.faults.add({ method: 'get pods/exec', effect });

  await expect(run('psql')).rejects.toMatchObject({ message });
});

it.each(['truncated', 'stall'] as const)('never hears how a command ended: %s', async (kind) => {
  cluster.faults.add({ method: 'get pods/exec', effect: { kind } });
  const out = new PassThrough();
  const heard: V1Status[] = [];
  const socket = await new Exec(config).exec(
    'shop',
    'pgbouncer-0',
    'pgbouncer',
    ['psql', '-c', 'show pools'],
    out,
    null,
    null,
    false,
    (status) => heard.push(status),
  );
  const closed = once(socket, 'close');

  // what stalls would stay so for ever
  if (kind === 'stall') await cluster.stop();
  const [code] = await closed;

  expect({ code, heard }).toEqual({ code: 1006, heard: [] });
});

it('deletes the pod that was meant and no other', async () => {
  const core = config.makeApiClient(CoreV1Api);
  const { metadata } = await core.readNamespacedPod({ namespace: 'shop', name: 'api-old' });
  const doomed = { namespace: 'shop', name: 'api-old' };

  const mistaken = core.deleteNamespacedPod({ ...doomed, body: { preconditions: { uid: 'another' } } });
  await expect(mistaken).rejects.toMatchObject({ code: 409 });
  const leaving = await core.deleteNamespacedPod({ ...doomed, body: { preconditions: { uid: metadata?.uid ?? '' } } });

  expect(leaving.metadata?.deletionTimestamp).toBeDefined();
});

it('evicts where the budget allows', async () => {
  const core = config.makeApiClient(CoreV1Api);
  const evict = (name: string) =>
    core.createNamespacedPodEviction({ namespace: 'shop', name, body: { metadata: { name, namespace: 'shop' } } });

  await expect(evict('pgbouncer-0')).rejects.toMatchObject({
    code: 429,
    body: expect.stringContaining('needs 1 healthy pods and has 1 currently'),
  });
  await expect(evict('api-crashing')).resolves.toMatchObject({ kind: 'Status' });
});
