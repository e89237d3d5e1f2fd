import { describe, expect, it } from '@jest/globals';
import type { Cluster } from '../../src/diagnosis/cluster.ts';
import type { Surroundings } from '../../src/diagnosis/diagnosis.ts';
import { askedOnce, forOneRun } from '../../src/diagnosis/shared.ts';
import { policy } from '../slack/views/world.ts';

const refusing = async () => {
  throw new Error('nobody asks this cluster');
};
const cluster: Cluster = { list: refusing, logs: refusing, exec: refusing, may: async () => true };
const [issueType] = policy.issueTypes;
if (!issueType) throw new Error('the runbook has no types');
const surroundings: Surroundings = { clients: { cluster }, issueType, now: 0 };

const clusterOf = (around: Surroundings): Cluster => around.clients.cluster ?? cluster;

/** A question that counts how often it was really asked. */
function counting() {
  const asked: string[] = [];
  const ask = askedOnce(async (_: Cluster, namespace: string, labels?: string) => {
    asked.push(`${namespace} ${labels}`);
    return asked.length;
  });
  return { ask, asked };
}

describe('the same question', () => {
  it('is asked once in a run, by whomever, and all get the same answer', async () => {
    const { ask, asked } = counting();
    const own = clusterOf(forOneRun(surroundings));

    const answers = await Promise.all([ask(own, 'production'), ask(own, 'production'), ask(own, 'production')]);

    expect(answers).toEqual([1, 1, 1]);
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['with other words', ['staging', undefined]],
    ['with more words', ['production', 'app=kong']],
  ] as const)('is another one %s', async (_name, [namespace, labels]) => {
    const { ask, asked } = counting();
    const own = clusterOf(forOneRun(surroundings));

    await ask(own, 'production');
    await ask(own, namespace, labels);

    expect(asked).toHaveLength(2);
  });

  it('is asked once by all playbooks of one look, each of which would share by itself', async () => {
    const { ask, asked } = counting();
    const look = forOneRun(surroundings);

    await ask(clusterOf(forOneRun(look)), 'production');
    await ask(clusterOf(forOneRun(look)), 'production');

    expect(asked).toHaveLength(1);
  });

  it('is asked anew in the next run: what was true then may not be true now', async () => {
    const { ask, asked } = counting();

    await ask(clusterOf(forOneRun(surroundings)), 'production');
    await ask(clusterOf(forOneRun(surroundings)), 'production');

    expect(asked).toHaveLength(2);
  });

  it('that failed has failed for all of the run', async () => {
    let asked = 0;
    const ask = askedOnce(async () => {
      asked += 1;
      throw new Error('forbidden');
    });
    const own = clusterOf(forOneRun(surroundings));

    const ends = await Promise.allSettled([ask(own), ask(own)]);

    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(asked).toBe(1);
  });
});

it('a run of its own asks the same cluster, and none where there is none', async () => {
  const without = { ...surroundings, clients: {} };

  expect(
    await clusterOf(forOneRun(surroundings)).may({ kind: { group: '', version: 'v1', plural: 'pods' }, verbs: [] }),
  ).toBe(true);
  expect(forOneRun(without)).toBe(without);
});
