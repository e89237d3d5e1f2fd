/** A look asks the API for the same objects once, however many probes read them. */
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { playbooks } from '../../src/playbooks/index.ts';
import { loadPolicy } from '../../src/runbook/load.ts';
import { clusterOver } from '../probes/cluster.ts';
import { node, now, pod } from '../probes/objects.ts';

const policy = loadPolicy(readFileSync('runbook.yaml', 'utf8'), 'runbook.yaml');
const objects = [
  pod(),
  pod({ name: 'engine-1', app: 'workflow-engine' }),
  pod({ name: 'kong-1', app: 'kong' }),
  node(),
];

it.each(playbooks)('in $issueType', async (playbook) => {
  const cluster = clusterOver({ objects, silent: true });
  const issueType = policy.issueTypes.find(({ id }) => id === playbook.issueType);
  if (!issueType) throw new Error(`the runbook has no ${playbook.issueType}`);

  await playbook.run({ clients: { cluster }, issueType, now });

  expect(cluster.asked.lists.filter((list) => list.startsWith('pods '))).not.toEqual([]);
  expect(cluster.asked.lists.toSorted()).toEqual([...new Set(cluster.asked.lists)].toSorted());
});
