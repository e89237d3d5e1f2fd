/** What the runbook may name for an issue type is what its playbook reads: no less is taken, and no more is refused. */
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { playbooks } from '../../src/playbooks/index.ts';
import { known } from '../../src/playbooks/known.ts';
import { loadPolicy } from '../../src/runbook/load.ts';
import { clusterOver } from '../probes/cluster.ts';

const { issueTypes } = loadPolicy(readFileSync('runbook.yaml', 'utf8'), 'runbook.yaml', known);

/** A word for every name that is asked for, and the names. */
function recording(set: Record<string, string>): { targets: Record<string, string>; read: Set<string> } {
  const read = new Set<string>();
  const targets = new Proxy(set, {
    get(_, name) {
      read.add(String(name));
      return set[String(name)] ?? 'word';
    },
  });
  return { targets, read };
}

it.each(playbooks.map((playbook) => [playbook.issueType, playbook] as const))('%s', async (id, playbook) => {
  const issueType = issueTypes.find((type) => type.id === id);
  if (!issueType) throw new Error(`the runbook has no issue type ${id}`);
  const { targets, read } = recording(issueType.targets);

  await playbook.run({
    clients: { cluster: clusterOver({ objects: [], silent: true }) },
    issueType: { ...issueType, targets },
    now: Date.now(),
  });

  expect([...read].toSorted()).toEqual(known.targets.get(id)?.toSorted());
});
