// The same scene on the disposable control plane that KUBECONFIG names, and in the sandbox: what kubectl prints of both is
// the same, but for the age of things, since a real one makes them now.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Played, playOnCluster } from '../../src/sandbox/cluster/real/play.ts';
import { type LocalCluster, startCluster } from '../../src/sandbox/cluster/start.ts';
import { type Kubectl, kubectl, kubectls } from '../sandbox/cluster/kubectl.ts';
import { night } from '../sandbox/cluster/night.ts';

const namespace = `night-${process.pid}`;
const file = process.env['KUBECONFIG'] ?? '';
const path = kubectls().at(-1)?.path ?? 'kubectl';

let played: Played;
let sandbox: LocalCluster;
let real: Kubectl;
let ours: Kubectl;
beforeAll(async () => {
  sandbox = await startCluster({ [namespace]: night });
  played = await playOnCluster(night, file, namespace);
  real = kubectl(path, readFileSync(file, 'utf8'));
  ours = kubectl(path, sandbox.kubeconfig());
});
afterAll(async () => {
  await played?.stop();
  await sandbox.stop();
});

/** What was made a moment ago settles within seconds: asked until it is as expected, or the test's time is over. */
async function sameOf(look: (run: Kubectl) => Promise<string>): Promise<[string, string]> {
  const expected = await look(ours);
  const giveUpAt = performance.now() + 20_000;
  for (;;) {
    const found = await look(real);
    if (found === expected || performance.now() > giveUpAt) return [found, expected];
  }
}

const columns = (kind: string, paths: string[]) => async (run: Kubectl) => {
  const spec = paths.map((one, n) => `C${n}:${one}`).join(',');
  const { out, err } = await run([
    'get',
    kind,
    '-n',
    namespace,
    '--sort-by=.metadata.name',
    '-o',
    `custom-columns=${spec}`,
  ]);
  return out + err;
};

it('get pods', async () => {
  const look = async (run: Kubectl): Promise<string> => {
    const { out } = await run(['get', 'pods', '-n', namespace, '--no-headers']);
    return out
      .replaceAll(/ago\)|\(\S+/g, '')
      .replaceAll(/ +\S+$/gm, '')
      .replaceAll(/ +/g, ' ');
  };

  const [found, expected] = await sameOf(look);

  expect(found).toBe(expected);
});

it.each([
  [
    'deployments',
    [
      '.metadata.annotations.deployment\\.kubernetes\\.io/revision',
      '.status.replicas',
      '.status.updatedReplicas',
      '.status.readyReplicas',
      '.status.unavailableReplicas',
      '.status.conditions[?(@.type=="Available")].reason',
      '.status.conditions[?(@.type=="Available")].message',
    ],
  ],
  [
    'replicasets',
    [
      '.metadata.name',
      '.metadata.annotations',
      '.metadata.ownerReferences[0].name',
      '.spec.replicas',
      '.status.replicas',
      '.status.fullyLabeledReplicas',
      '.status.readyReplicas',
    ],
  ],
  ['statefulsets', ['.metadata.name', '.status.replicas', '.status.readyReplicas', '.status.availableReplicas']],
  [
    'pods',
    [
      '.metadata.name',
      '.metadata.ownerReferences[0].name',
      '.status.phase',
      '.status.conditions[*].type',
      '.status.conditions[*].message',
      '.status.qosClass',
      '.status.containerStatuses[*].state.waiting.message',
    ].filter((one) => !one.endsWith('waiting.message')),
  ],
  [
    'poddisruptionbudgets',
    [
      '.status.disruptionsAllowed',
      '.status.currentHealthy',
      '.status.desiredHealthy',
      '.status.expectedPods',
      '.status.conditions[0].reason',
    ],
  ],
])('get %s', async (kind, paths) => {
  const [found, expected] = await sameOf(columns(kind, paths));

  expect(found).toBe(expected);
});

it('endpoints that are ready and that are not', async () => {
  const look = async (run: Kubectl): Promise<string> => {
    const template = '{range .items[*].endpoints[*]}{.targetRef.name} {.conditions}{"\\n"}{end}{.items[*].ports}';
    const { out } = await run(['get', 'endpointslices', '-n', namespace, '-o', `jsonpath=${template}`]);
    return out.split('\n').toSorted().join('\n');
  };

  const [found, expected] = await sameOf(look);

  expect(found).toBe(expected);
});

/** What a real one makes up or counts in its own time. */
const ownWords = /10\.96\.\S+|\b(\d+[smhd])+\b|-[a-z0-9]{5}(?= )/g;

it.each(['deployments', 'replicasets', 'statefulsets', 'services', 'endpoints', 'poddisruptionbudgets'])(
  'get %s as people read it',
  async (kind) => {
    const look = async (run: Kubectl): Promise<string> => {
      const { out } = await run(['get', kind, '-n', namespace, '-o', 'wide']);
      return out.replaceAll(ownWords, '').replaceAll(/ +/g, ' ');
    };

    const [found, expected] = await sameOf(look);

    expect(found).toBe(expected);
  },
);

it.each([
  [['logs', 'api-crashing', '--previous']],
  [['logs', 'api-unready', '--tail', '1']],
  [['logs', 'pgbouncer-0', '-c', 'nobody']],
  [['get', 'pod', 'nobody']],
  [['get', 'pods', '--field-selector', 'status.reason=Evicted']],
  [['exec', 'api-nowhere', '--', 'ls']],
  [['get', '--raw', `/api/v1/namespaces/${namespace}/pods?labelSelector=a%20inn%20(b)`]],
  [['get', '--raw', `/api/v1/namespaces/${namespace}/pods/pgbouncer-0/log`]],
  [['get', '--raw', '/apis/batch/v2/jobs']],
  [['delete', 'pod', 'api-old', '--dry-run=server', '-o', 'name']],
])('%s', async (words) => {
  const look = async (run: Kubectl): Promise<string> => {
    const { out, err } = await run(['-n', namespace, ...words]);
    return out + err;
  };

  const [found, expected] = await sameOf(look);

  expect(found).toBe(expected);
});
