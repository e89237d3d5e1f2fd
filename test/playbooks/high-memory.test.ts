import { describe, expect, it } from '@jest/globals';
import type { Report } from '../../src/diagnosis/diagnosis.ts';
import { highMemory } from '../../src/playbooks/high-memory.ts';
import { playbooks } from '../../src/playbooks/index.ts';
import { highMemoryScenarios } from '../../src/sandbox/scenarios/high-memory.ts';
import type { Scenario } from '../../src/sandbox/scenarios/scenario.ts';
import { aroundScene, rulesOf } from './scenes.ts';

const scenario = (name: string): Scenario => {
  const found = highMemoryScenarios.find((one) => one.name === name);
  if (!found) throw new Error(`there is no scenario ${name}`);
  return found;
};
const play = (one: Scenario): Promise<Report> => highMemory.run(aroundScene(one));
const checkOf = ({ checks }: Report, name: string) => checks.find((check) => check.name === name);
const offersOf = ({ findings }: Report): string[] =>
  findings.flatMap(({ rule, offers = [] }) =>
    offers.map(({ remedy, about }) => `${rule}: ${remedy} ${about.kind}/${about.name}`),
  );

it('is listed', () => {
  expect(playbooks).toContain(highMemory);
});

describe('the scenario', () => {
  it.each(highMemoryScenarios.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    const report = await play(one);

    expect(rulesOf(report)).toEqual(one.finds.toSorted());
    for (const words of one.says ?? [])
      expect(report.findings[0]?.summary.concat(report.findings[0].subject)).toContain(words);
    for (const rule of one.not ?? []) expect(report.findings.map((finding) => finding.rule)).not.toContain(rule);
  });
});

describe('what is offered', () => {
  it('is a restart of the one that leaks, and no more memory for all', async () => {
    expect(offersOf(await play(scenario('one-pod-leaks')))).toEqual([
      'memory.growing: restart-pod pod/api-0',
      'memory.one-pod: restart-pod pod/api-0',
    ]);
  });

  it('is more pods or a higher limit where all are alike, and no restart', async () => {
    expect(offersOf(await play(scenario('load-on-all-pods')))).toEqual([
      'memory.near-limit: raise-limit deployment/api',
      'memory.all-pods: scale deployment/api',
    ]);
  });
});

describe('what is not seen', () => {
  it.each([
    ['down', 'metrics.k8s.io is installed, but down'],
    ['absent', 'metrics.k8s.io is not installed'],
  ] as const)(
    'is unknown while metrics are %s, never healthy, and limits are still looked at',
    async (metrics, why) => {
      const { scene } = scenario('no-limit-set');
      const report = await play({ ...scenario('no-limit-set'), scene: { ...scene, metrics } });

      expect(checkOf(report, 'memory of containers')?.gaps).toEqual([expect.stringContaining(why)]);
      expect(rulesOf(report)).toEqual(['memory.no-limit']);
      expect(report.ruledOut).toEqual([]);
      expect((await play(scenario('metrics-down'))).verdict).toBe('unknown');
    },
  );

  it('is everything without a cluster', async () => {
    const around = aroundScene(scenario('no-limit-set'));
    const report = await highMemory.run({ ...around, clients: {} });

    expect(report.verdict).toBe('unknown');
    expect(report.checks.map(({ why }) => why)).toEqual(
      report.checks.map(() => 'no cluster to look at is configured (KUBECONFIG)'),
    );
  });
});

it('is told with what it is not, where that was seen', async () => {
  const report = await play(scenario('pages-of-files'));

  expect(report).toMatchObject({ verdict: 'healthy' });
  expect(report.ruledOut).toEqual([
    'No container is near its limit (1 measured).',
    'No process was killed for memory inside a container (1 looked into).',
  ]);
});
