// kubectl is the judge: what it prints is what an engineer would see.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type LocalCluster, startCluster } from '../../../src/sandbox/cluster/start.ts';
import { type Kubectl, kubectl, kubectls } from './kubectl.ts';
import { night } from './night.ts';

let cluster: LocalCluster;
beforeAll(async () => {
  cluster = await startCluster({ shop: night });
});
afterAll(() => cluster.stop());

const found = kubectls();
const missing = { name: 'kubectl (skipped: not on this machine)', path: '', minor: undefined };
const judged = found.length > 0 ? describe.each(found) : describe.skip.each([missing]);

/** The cells of each line, whatever the widths. */
const cells = (out: string): string[][] =>
  out
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.trimEnd().split(/ {2,}/));

judged('$name', ({ path, minor = 33 }) => {
  let run: Kubectl;
  beforeEach(() => {
    cluster.set({ shop: night });
    run = kubectl(path, cluster.kubeconfig());
  });

  it('get pods shows readiness, state, restarts and age', async () => {
    const { out, err } = await run(['get', 'pods']);

    expect(err).toBe('');
    expect(cells(out)).toEqual([
      ['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE'],
      ['api-crashing', '0/1', 'CrashLoopBackOff', expect.stringMatching(/^3 \(5m(\ds)? ago\)$/), '12m'],
      ['api-nowhere', '0/1', 'Pending', '0', '12m'],
      ['api-old', '1/1', 'Running', '0', '24h'],
      ['api-pulling', '0/1', 'ImagePullBackOff', '0', '12m'],
      ['api-unready', '0/1', 'Running', '0', '12m'],
      ['pgbouncer-0', '2/2', 'Running', '0', '3d1h'],
    ]);
  });

  it('get follows selectors of labels and of fields', async () => {
    const [labels, fields] = await Promise.all([
      run(['get', 'pods', '-l', 'app in (pgbouncer, other)', '-o', 'name']),
      run(['get', 'pods', '--field-selector', 'status.phase=Pending', '-o', 'name']),
    ]);

    expect(labels.out).toBe('pod/pgbouncer-0\n');
    expect(fields.out).toBe('pod/api-nowhere\npod/api-pulling\n');
  });

  it('get shows the other kinds', async () => {
    const { out } = await run(['get', 'deployments,statefulsets', '--no-headers']);

    expect(cells(out).map((row) => row.slice(0, -1))).toEqual([
      ['deployment.apps/api', '1/4', '4', '1'],
      ['statefulset.apps/pgbouncer', '1/1'],
    ]);
  });

  it('describe pod shows how it ended, and its events', async () => {
    const { out } = await run(['describe', 'pod', 'api-crashing']);

    expect(out).toMatch(/Last State: +Terminated\n +Reason: +OOMKilled\n +Exit Code: +137/);
    expect(out).toMatch(/Controlled By: +ReplicaSet\/api-/);
    expect(out).toMatch(
      /Warning +BackOff +2m\d*s? \(x7 over 8m\d*s?\) +kubelet +Back-off restarting failed container app/,
    );
  });

  it('describe deployment shows both revisions', async () => {
    const { out } = await run(['describe', 'deployment', 'api']);

    expect(out).toMatch(/Replicas: +4 desired \| 4 updated \| 5 total \| 1 available \| 4 unavailable/);
    expect(out).toMatch(/OldReplicaSets: +api-\w+ \(1\/1 replicas created\)/);
    expect(out).toMatch(/NewReplicaSet: +api-\w+ \(4\/4 replicas created\)/);
  });

  it('logs takes the last lines, and those of the run before', async () => {
    const [tail, previous, none] = await Promise.all([
      run(['logs', 'api-unready', '--tail', '1']),
      run(['logs', 'api-crashing', '--previous']),
      run(['logs', 'api-unready', '--previous']),
    ]);

    expect(tail.out).toBe('GET /b 502\n');
    expect(previous.out).toBe('listening on 8080\nout of memory\n');
    expect(none.err).toContain('previous terminated container "app" in pod "api-unready" not found');
  });

  it('logs of a label says which pods have none', async () => {
    const { out, err } = await run(['logs', '-l', 'app=api', '--prefix', '--ignore-errors']);

    expect(out).toContain('[pod/api-unready/app] GET /b 502\n');
    expect(out).toContain('[pod/api-crashing/app] out of memory\n');
    expect(`${out}${err}`).toContain(
      'container "app" in pod "api-pulling" is waiting to start: trying and failing to pull image',
    );
  });

  it('top pods shows what is measured', async () => {
    const { out } = await run(['top', 'pods', '--no-headers']);

    expect(cells(out)).toEqual([
      ['api-old', '5m', '64Mi'],
      ['api-unready', '5m', '471Mi'],
      ['pgbouncer-0', '10m', '128Mi'],
    ]);
  });

  it('delete waits until the pod is gone', async () => {
    const { out, code } = await run(['delete', 'pod', 'api-old']);
    const after = await run(['get', 'pod', 'api-old']);

    expect(code).toBe(0);
    expect(out).toMatch(/^pod "api-old" deleted/);
    expect(after.err).toBe('Error from server (NotFound): pods "api-old" not found\n');
  });

  const exec = minor >= 30 ? it : it.failing;

  exec('exec gives output, exit code, and what the command said', async () => {
    const words = ['exec', 'pgbouncer-0', '-c', 'pgbouncer', '--'];

    const good = await run([...words, 'psql', '-c', 'show pools']);
    const bad = await run([...words, 'psql']);
    const piped = await run(['exec', '-i', ...words.slice(1), 'psql', '-c', 'show pools'], 'select 1;\n');

    expect(good).toMatchObject({ code: 0, out: 'database|cl_waiting\napp|37\n' });
    expect(bad).toMatchObject({ code: 2, err: 'psql: too many clients\ncommand terminated with exit code 2\n' });
    expect(piped).toMatchObject({ code: 0, out: 'database|cl_waiting\napp|37\n' });
  });
});
