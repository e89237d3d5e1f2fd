/** The nodes, for whoever may see them: without that right it is said what would have to be granted. */
import { z } from 'zod';
import { checks } from '../diagnosis/checks.ts';
import { kinds } from '../diagnosis/cluster.ts';
import type { Probe } from '../diagnosis/diagnosis.ts';
import type { Node, Nodes } from '../diagnosis/node.ts';
import { CannotSee } from '../errors.ts';
import { Conditioned, clusterOf, cutOff, listedOnce, Metadata, maybe, Quantity, several } from './kubernetes.ts';
import { reader } from './reader.ts';

const Row = z.object({
  metadata: Metadata,
  spec: z.object({ unschedulable: maybe(z.boolean()) }),
  status: z.object({ conditions: several(Conditioned), allocatable: maybe(z.object({ memory: Quantity })) }),
});
const readRow = reader(Row);

function nodeOf(item: unknown): Node {
  const { metadata, spec, status } = readRow(item);
  const { name, uid } = metadata;
  return {
    name,
    uid,
    isCordoned: spec.unschedulable ?? false,
    memory: status.allocatable?.memory ?? 0,
    conditions: status.conditions,
  };
}

export const listNodes = listedOnce(kinds.nodes, nodeOf);

export const nodes: Probe<Nodes> = {
  name: checks.nodes,
  timeoutMs: 8_000,
  async look(surroundings) {
    try {
      const { rows, isCut } = await listNodes(clusterOf(surroundings));
      return { all: rows, gaps: cutOff('nodes', isCut, rows.length) };
    } catch (error) {
      if (!(error instanceof CannotSee) || error.code !== 'forbidden') throw error;
      return { all: [], gaps: [`not checked: no right to ${error.grant ?? 'list nodes'} (optional)`] };
    }
  },
  gaps: ({ gaps }) => gaps,
  repeat: () => 'kubectl get nodes',
  rights: [{ kind: kinds.nodes, verbs: ['list'], isClusterWide: true }],
};
