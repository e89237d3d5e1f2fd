/** What can be wrong with memory, each played over a cluster's API and looked at with the bot's own client and rights. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cluster } from '../../src/diagnosis/cluster.ts';
import { compare } from '../../src/diagnosis/compare.ts';
import type { Report } from '../../src/diagnosis/diagnosis.ts';
import { highMemory } from '../../src/playbooks/high-memory.ts';
import { playbooks } from '../../src/playbooks/index.ts';
import { highMemoryScenarios } from '../../src/sandbox/scenarios/high-memory.ts';
import type { Scenario } from '../../src/sandbox/scenarios/scenario.ts';
import { expected, found, rulesOf } from './expect.ts';
import { forgotten } from './rests-on.ts';
import { startTheatre, type Theatre } from './theatre.ts';

const scenario = (name: string): Scenario => {
  const one = highMemoryScenarios.find((scenario) => scenario.name === name);
  if (!one) throw new Error(`there is no scenario ${name}`);
  return one;
};
const withoutMetrics = (metrics: 'down' | 'absent'): Scenario => ({
  ...scenario('no-limit-set'),
  name: `no-limit-${metrics}`,
  scene: { ...scenario('no-limit-set').scene, metrics },
});
const extra = [withoutMetrics('down'), withoutMetrics('absent')];

let theatre: Theatre;
beforeAll(async () => {
  theatre = await startTheatre([...highMemoryScenarios, ...extra]);
}, 60_000);
afterAll(() => theatre.end());

const play = async (one: Scenario): Promise<Report> => highMemory.run(await theatre.look(one));
const checkOf = ({ checks }: Report, name: string) => checks.find((check) => check.name === name);
const offersOf = ({ findings }: Report): string[] =>
  findings.flatMap(({ rule, offers = [] }) =>
    offers.map(({ remedy, about }) => `${rule}: ${remedy} ${about.kind}/${about.name}`),
  );

it('is listed', () => {
  expect(playbooks).toContain(highMemory);
});

describe('the scenario', () => {
  it.each(highMemoryScenarios)('$name: $what', async (one) => {
    expect(found(await play(one), one)).toEqual(expected(one));
    expect(await forgotten(highMemory, await theatre.look(one))).toEqual([]);
  });
});

describe('what is offered', () => {
  it.each([
    [
      'a restart of the one that leaks, and no more memory for all',
      'one-pod-leaks',
      ['memory.growing: restart-pod pod/api-0', 'memory.one-pod: restart-pod pod/api-0'],
    ],
    [
      'more pods or a higher limit where all are alike, and no restart',
      'load-on-all-pods',
      ['memory.near-limit: raise-limit deployment/api', 'memory.all-pods: scale deployment/api'],
    ],
    ['nothing for what only stands beside', 'neighbour-crashing', []],
  ])('is %s', async (_name, name, offers) => {
    expect(offersOf(await play(scenario(name)))).toEqual(offers);
  });

  it('is the way back to the template before where the growth began with a rollout', async () => {
    expect(offersOf(await play(scenario('grew-since-rollout')))).toContain(
      'memory.grew-since-rollout: rollback deployment/api',
    );
  });
});

it('does not call growth gone while nothing was kept that would show it', async () => {
  const before = await theatre.look(scenario('slow-leak'));
  const [was, is] = await Promise.all([highMemory.run(before), highMemory.run({ ...before, samples: [] })]);

  expect(compare(was, is).list).toMatchObject([
    { kind: 'new', rule: 'memory.no-history', is: expect.stringContaining('No history yet') },
    { kind: 'unseen', rule: 'memory.growing' },
  ]);
});

it('notes what else is ill in the namespace, as one line', async () => {
  const { findings } = await play(scenario('neighbour-crashing'));

  expect(findings.filter(({ rule }) => rule === 'cluster.beside')).toMatchObject([
    { level: 'info', summary: expect.stringContaining('deployment/web') },
  ]);
});

describe('what is not seen', () => {
  it.each([
    ['down', 'metrics.k8s.io is installed, but down'],
    ['absent', 'metrics.k8s.io is not installed'],
  ] as const)(
    'is unknown while metrics are %s, never healthy, and limits are still looked at',
    async (metrics, why) => {
      const report = await play(extra.find(({ name }) => name === `no-limit-${metrics}`) ?? scenario('all'));

      expect(checkOf(report, 'memory of containers')?.gaps).toEqual([expect.stringContaining(why)]);
      expect(rulesOf(report)).toEqual(['memory.no-limit']);
    },
  );

  it('rules nothing out where there are more pods than were read', async () => {
    const around = await theatre.look(scenario('neighbour-crashing'));
    const { cluster } = around.clients;
    if (!cluster) throw new Error('there is no cluster to look at');
    const cutting: Cluster = {
      ...cluster,
      list: async (listing) => ({ ...(await cluster.list(listing)), isCut: listing.kind.plural === 'pods' }),
    };
    const allWell = expect.stringContaining('No container is near its limit');

    expect((await highMemory.run(around)).ruledOut).toContainEqual(allWell);
    expect((await highMemory.run({ ...around, clients: { cluster: cutting } })).ruledOut).not.toContainEqual(allWell);
  });

  it('is everything without a cluster', async () => {
    const around = await theatre.look(scenario('no-limit-set'));
    const report = await highMemory.run({ ...around, clients: {} });

    expect(report).toMatchObject({ verdict: 'unknown', findings: [], ruledOut: [] });
    expect(report.checks.map(({ why }) => why)).toEqual(
      report.checks.map(() => 'no cluster to look at is configured (KUBECONFIG)'),
    );
  });
});

it('says what it is not, where that was seen', async () => {
  const report = await play(scenario('pages-of-files'));

  expect(report).toMatchObject({ verdict: 'healthy' });
  expect(report.ruledOut).toEqual([
    'No container is near its limit (1 measured).',
    'No process was killed for memory inside a container (1 looked into).',
    'None of 1 pod was killed for memory within 1 d.',
    'Not a rollout: none of 1 workload was rolled out within 1 h.',
    'Not a node: all 1 are ready and under no pressure.',
  ]);
});
