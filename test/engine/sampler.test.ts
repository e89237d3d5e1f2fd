import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Report } from '../../src/diagnosis/diagnosis.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { look, withHistory } from '../../src/engine/look.ts';
import { historyOf, takeSamples } from '../../src/engine/sampler.ts';
import { CannotSee } from '../../src/errors.ts';
import type { IssueType } from '../../src/incident/policy.ts';
import { usesIn } from '../../src/probes/memory.ts';
import { clusterOver, type Told } from '../probes/cluster.ts';
import { type Bench, makeBench } from './bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await makeBench();
});
afterEach(() => bench.end());

const pod = (name: string, restartCount = 4): object => ({
  metadata: { name, namespace: 'production', uid: `uid-${name}`, creationTimestamp: new Date(0) },
  spec: { containers: [{ name: 'app', resources: { limits: { memory: '512Mi' } } }] },
  status: {
    phase: 'Running',
    containerStatuses: [{ name: 'app', ready: true, restartCount, state: { running: { startedAt: new Date(0) } } }],
  },
});
const usage = {
  metadata: { name: 'api-1', namespace: 'production' },
  timestamp: new Date(),
  containers: [{ name: 'app', usage: { memory: '300Mi' } }],
};
const there = { objects: { pods: [pod('api-1'), pod('api-2')], 'metrics.k8s.io/pods': [usage] } };

const listOfPods = 'pods production';

function engineWith(told: Told): { engine: Engine; asked: string[] } {
  const cluster = clusterOver(told);
  return { engine: { ...bench.engine, clients: { cluster } }, asked: cluster.asked.lists };
}
const highMemory = (): IssueType => {
  const found = bench.engine.policy.issueTypes.find(({ id }) => id === 'high-memory');
  if (!found) throw new Error('the runbook has no issue type high-memory');
  return found;
};
/** As if that minute were over. */
const aMinuteOn = () => bench.engine.pool.query(`update samplings set at = at - interval '1 minute'`);

it.each([
  ['tells one pod twice', [pod('api-2'), pod('api-2')], 2],
  ['counts beyond all bounds', [pod('api-2', 1e308)], 1],
  ['counts in halves', [pod('api-2', 1.5)], 1],
])('keeps what it can where the API %s', async (_, odd, kept) => {
  const { engine } = engineWith({ objects: { ...there.objects, pods: [pod('api-1'), ...odd] } });

  await takeSamples(engine, usesIn);

  expect((await historyOf(engine, highMemory())).samples).toHaveLength(kept);
});

it('keeps what it can where a figure is beyond all bounds', async () => {
  const huge = { ...usage, containers: [{ name: 'app', usage: { memory: '1e300' } }] };
  const { engine } = engineWith({ objects: { ...there.objects, 'metrics.k8s.io/pods': [huge] } });

  await takeSamples(engine, usesIn);

  expect((await historyOf(engine, highMemory())).samples).toMatchObject([{ pod: 'api-2' }]);
});

it('keeps what containers use and how often they restarted, of each namespace of the runbook once', async () => {
  const { engine, asked } = engineWith(there);

  await takeSamples(engine, usesIn);

  expect(asked.filter((what) => what === listOfPods)).toHaveLength(1);
  const { samples } = await historyOf(engine, highMemory());
  expect(samples?.toSorted((a, b) => a.pod.localeCompare(b.pod))).toMatchObject([
    {
      namespace: 'production',
      pod: 'api-1',
      uid: 'uid-api-1',
      container: 'app',
      restarts: 4,
      memoryBytes: 300 * 2 ** 20,
      limitBytes: 512 * 2 ** 20,
    },
    { pod: 'api-2', restarts: 4 },
  ]);
  expect(samples?.find((sample) => sample.pod === 'api-2')).not.toHaveProperty('memoryBytes');
});

it('looks again in the next minute, and not at what it was told a minute ago', async () => {
  const api = { objects: { ...there.objects } };
  const { engine } = engineWith(api);
  await takeSamples(engine, usesIn);
  api.objects.pods = [pod('api-3')];

  await takeSamples(engine, usesIn);
  await aMinuteOn();
  await takeSamples(engine, usesIn);

  const { samples = [] } = await historyOf(engine, highMemory());
  expect(samples.map((sample) => sample.pod).toSorted()).toEqual(['api-1', 'api-2', 'api-3']);
});

it('is done by one of several replicas', async () => {
  const replicas = [1, 2, 3].map(() => engineWith(there));

  await Promise.all(replicas.map(({ engine }) => takeSamples(engine, usesIn)));

  expect(replicas.flatMap(({ asked }) => asked).filter((what) => what === listOfPods)).toHaveLength(1);
});

it('goes on where the cluster does not answer, and without one there is nothing to do', async () => {
  const { engine } = engineWith({ ...there, refused: { pods: new CannotSee('unreachable', 'no answer') } });

  await takeSamples(engine, usesIn);
  await takeSamples(bench.engine, usesIn);

  expect(await historyOf(engine, highMemory())).toEqual({ samples: [] });
});

it('is no history where the database does not answer, which is something else than none yet', async () => {
  await bench.engine.pool.query('drop table samples');

  expect(await historyOf(bench.engine, highMemory())).toEqual({});
});

it('reaches the look at an incident', async () => {
  const { engine } = engineWith(there);
  await takeSamples(engine, usesIn);
  const looked: unknown[] = [];
  const watching = {
    ...engine,
    playbooks: [
      {
        issueType: 'high-memory',
        probes: [],
        run: async ({ samples }: { samples?: readonly unknown[] }): Promise<Report> => {
          looked.push(...(samples ?? []));
          return { ...emptyReport, at: Date.now() };
        },
      },
    ],
  };

  await look(withHistory(watching), 'high-memory');

  expect(looked).toHaveLength(2);
});

const emptyReport: Report = {
  issueType: 'high-memory',
  title: '',
  paragraph: '',
  verdict: 'unknown',
  findings: [],
  checks: [],
  ruledOut: [],
  steps: [],
  pending: [],
  at: 0,
  tookMs: 0,
};
