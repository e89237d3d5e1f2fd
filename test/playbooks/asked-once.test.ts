/** A look asks the API for the same objects once, however many probes and playbooks read them. */
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { look } from '../../src/engine/look.ts';
import { playbooks } from '../../src/playbooks/index.ts';
import { loadPolicy } from '../../src/runbook/load.ts';
import { clusterOver } from '../probes/cluster.ts';
import { node, pod } from '../probes/objects.ts';

const policy = loadPolicy(readFileSync('runbook.yaml', 'utf8'), 'runbook.yaml');
const objects = [
  pod(),
  pod({ name: 'engine-1', app: 'workflow-engine' }),
  pod({ name: 'kong-1', app: 'kong' }),
  node(),
];

const looks = [
  ...playbooks.map(({ issueType }) => [issueType, issueType] as const),
  ['a triage, all of them at once', undefined] as const,
];

it.each(looks)('in %s', async (_name, issueType) => {
  const cluster = clusterOver({ objects, silent: true });

  await look({ policy, playbooks, clients: { cluster } }, issueType);

  const { lists } = cluster.asked;
  expect(lists).toContain('pods production');
  expect(lists.toSorted()).toEqual([...new Set(lists)].toSorted());
});
