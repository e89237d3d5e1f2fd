// Against a cluster that is real but for its nodes (kwok plays them), where TEST_KUBECONFIG names one with an
// administrator's rights.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CoreV1Api, KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node';
import { z } from 'zod';
import { makeTargetCluster, type TargetCluster } from '../../../src/clients/kubernetes/cluster.ts';
import { kinds } from '../../../src/diagnosis/cluster.ts';

const kubeconfig = process.env['TEST_KUBECONFIG'];

// one skipped test that stands for all of them
const skipped = it.skip;
if (kubeconfig === undefined)
  skipped('a real control plane (skipped: TEST_KUBECONFIG names none)', () => expect(kubeconfig).toBeDefined());
else
  describe('a real control plane', () => {
    againstIt(kubeconfig);
  });

const Named = z.object({ metadata: z.object({ name: z.string() }) });
const nameOf = (item: unknown): string => Named.parse(item).metadata.name;
const line = (n: number): string => `2026-11-23T10:00:0${n}.000000000Z stdout F line ${n}`;

function againstIt(kubeconfig: string): void {
  const namespace = `clients-${randomBytes(4).toString('hex')}`;
  const folder = mkdtempSync(join(tmpdir(), 'responder-control-plane-'));
  const admin = new KubeConfig();
  admin.loadFromFile(kubeconfig);
  const objects = KubernetesObjectApi.makeApiClient(admin);
  const core = admin.makeApiClient(CoreV1Api);
  let cluster: TargetCluster;
  let reader: TargetCluster;

  beforeAll(async () => {
    await objects.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    for (const one of world(namespace, folder)) await objects.create(one);
    cluster = makeTargetCluster({ kubeconfig });
    reader = makeTargetCluster({ kubeconfig: await login() });
    await untilRunning();
  }, 60_000);
  afterAll(async () => {
    await core.deleteNamespace({ name: namespace });
    await cluster.end();
    await reader.end();
    rmSync(folder, { recursive: true, force: true });
  });

  async function login(): Promise<string> {
    const { status } = await core.createNamespacedServiceAccountToken({
      name: 'reader',
      namespace,
      body: { spec: { audiences: [], expirationSeconds: 600 } },
    });
    return writeConfig(status?.token ?? '');
  }

  function writeConfig(token: string): string {
    const path = join(folder, randomBytes(4).toString('hex'));
    const { server, caData } = admin.getCurrentCluster() ?? {};
    const config = {
      clusters: [{ name: 'c', cluster: { server, 'certificate-authority-data': caData } }],
      users: [{ name: 'u', user: { token } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  }

  /** The run's own limit ends what never comes. */
  async function untilRunning(): Promise<void> {
    const running = { kind: kinds.pods, namespace, fields: 'status.phase=Running', parse: nameOf };
    while ((await cluster.list(running)).rows.length < 2);
  }

  it('lists by labels, by fields, and what has no namespace', async () => {
    const of = { kind: kinds.pods, namespace, parse: nameOf };

    expect((await cluster.list({ ...of, labels: 'app=api' })).rows).toEqual(['api-0']);
    expect((await cluster.list({ ...of, fields: 'metadata.name=other-0' })).rows).toEqual(['other-0']);
    expect((await cluster.list({ kind: kinds.nodes, parse: nameOf })).rows.length).toBeGreaterThan(0);
  });

  it('gives every kind that is looked at, or says why not', async () => {
    for (const kind of Object.values(kinds).filter(({ group }) => group !== 'metrics.k8s.io'))
      expect(await cluster.list({ kind, parse: nameOf })).toMatchObject({ isCut: false });
  });

  it('pages through what is more than one page', async () => {
    const create = (n: number) =>
      objects.create({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: `l-${n}`, namespace } });
    for (let n = 0; n < 510; n += 30) await Promise.all(Array.from({ length: 30 }, (_, m) => create(n + m)));

    const { rows, isCut } = await cluster.list({ kind: kinds.leases, namespace, parse: nameOf });

    expect([new Set(rows).size, rows.length, isCut]).toEqual([510, 510, false]);
  }, 60_000);

  it('says whose right is missing, and which', async () => {
    await expect(reader.list({ kind: kinds.deployments, namespace, parse: nameOf })).rejects.toMatchObject({
      code: 'forbidden',
      message: `the bot may not list deployments in ${namespace}: grant \`list\` on \`deployments\` (apps) to system:serviceaccount:${namespace}:reader`,
    });
  });

  it('says what the account may', async () => {
    expect(await reader.may({ kind: kinds.pods, verbs: ['list'] }, namespace)).toBe(true);
    expect(await reader.may({ kind: kinds.pods, verbs: ['get', 'list'] }, namespace)).toBe(false);
    expect(await reader.may({ kind: kinds.pods, verbs: ['get'], subresource: 'log' }, namespace)).toBe(true);
    expect(await reader.may({ kind: kinds.pods, verbs: ['get', 'create'], subresource: 'exec' }, namespace)).toBe(
      false,
    );
    expect(await reader.may({ kind: kinds.nodes, verbs: ['list'], isClusterWide: true })).toBe(false);
    expect(await cluster.may({ kind: kinds.nodes, verbs: ['list'], isClusterWide: true })).toBe(true);
  });

  it('takes no token that it does not know', async () => {
    const stranger = makeTargetCluster({ kubeconfig: writeConfig('not-a-token') });

    await expect(stranger.list({ kind: kinds.pods, namespace, parse: nameOf })).rejects.toMatchObject({
      code: 'refused',
    });
    await stranger.end();
  });

  it('knows no kind that is not installed', async () => {
    const kind = { group: 'nowhere.example', version: 'v1', plural: 'things' };

    await expect(cluster.list({ kind, namespace, parse: nameOf })).rejects.toMatchObject({
      code: 'absent',
      message: 'the cluster knows no things (nowhere.example) in version v1',
    });
  });

  it('refuses a selector that it cannot read', async () => {
    await expect(
      cluster.list({ kind: kinds.pods, namespace, fields: 'spec.nothing=1', parse: nameOf }),
    ).rejects.toMatchObject({
      code: 'unreadable',
      message: expect.stringMatching(/^the cluster says: .*spec\.nothing/),
    });
  });

  it('gives the last lines of a log, of now and of before', async () => {
    const asked = { namespace, pod: 'api-0', container: 'app', tailLines: 2 };

    expect(await reader.logs(asked)).toEqual({
      lines: [2, 3].map((n) => line(n).replace('stdout F ', '')),
      isCut: true,
    });
    expect((await reader.logs({ ...asked, tailLines: 3 })).isCut).toBe(false);
    expect((await reader.logs({ ...asked, previous: true })).lines).toEqual([line(1).replace('stdout F ', '')]);
  });

  it('has no log of a pod or container that is not there', async () => {
    const asked = { namespace, pod: 'api-0', container: 'nobody', tailLines: 2 };

    await expect(cluster.logs(asked)).rejects.toMatchObject({ code: 'absent', message: /container nobody/ });
    await expect(cluster.logs({ ...asked, pod: 'gone-0' })).rejects.toMatchObject({ code: 'absent' });
  });

  it('runs a command and gives its two outputs', async () => {
    const command = ['sh', '-c', 'echo out; echo err >&2'];

    expect(await cluster.exec({ namespace, pod: 'api-0', container: 'app', command })).toEqual({
      exitCode: 0,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  it('runs none for an account that may not', async () => {
    await expect(reader.exec({ namespace, pod: 'api-0', command: ['true'] })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  it('is given up on while a command runs on', async () => {
    const hurried = makeTargetCluster({ kubeconfig }, { limits: { readMs: 1_000, execMs: 1_000 } });

    await expect(
      hurried.exec({ namespace, pod: 'api-0', container: 'app', command: ['sleep', '5'] }),
    ).rejects.toMatchObject({ code: 'late' });
    await hurried.end();
  });
}

function world(namespace: string, folder: string) {
  const [logsFile, previousLogsFile] = [join(folder, 'log'), join(folder, 'log-before')];
  writeFileSync(logsFile, `${[1, 2, 3].map(line).join('\n')}\n`);
  writeFileSync(previousLogsFile, `${line(1)}\n`);
  const rbac = 'rbac.authorization.k8s.io';
  const rules = [
    { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
    { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  ];
  const pod = (name: string, app: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { app } },
    // its default account is made only after the namespace
    spec: { serviceAccountName: 'reader', containers: [{ name: 'app', image: 'app' }] },
  });
  const ofKwok = (kind: string, spec: object) => ({
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind,
    metadata: { name: 'api-0', namespace },
    spec,
  });
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'reader', namespace } },
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata: { name: 'reader', namespace }, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name: 'reader', namespace },
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace }],
    },
    ofKwok('Logs', { logs: [{ containers: ['app'], logsFile, previousLogsFile }] }),
    ofKwok('Exec', { execs: [{ containers: ['app'], local: {} }] }),
    pod('api-0', 'api'),
    pod('other-0', 'other'),
  ];
}
