/** A cluster of objects in the shape the API gives them: filtered as the API filters, refusing what it is told to refuse. */
import { z } from 'zod';
import type { Cluster, Kind, Listing, LogAsked, PodAddress, Ran } from '../../src/diagnosis/cluster.ts';
import { CannotSee } from '../../src/errors.ts';

export interface Api {
  /** by group and plural: `apps/deployments`, of the core `pods` */
  objects: Record<string, object[]>;
  logs?: Record<string, string[]>;
  execs?: { pod: string; command: string[]; answer: Ran | CannotSee }[];
  refused?: Record<string, CannotSee>;
  /** lists that were longer than what they give */
  cut?: string[];
}

export const keyOf = ({ group, plural }: Kind): string => (group === '' ? plural : `${group}/${plural}`);

const Meta = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).default({}),
  }),
});

export function apiCluster({ objects, logs = {}, execs = [], refused = {}, cut = [] }: Api) {
  const asked: string[] = [];
  const guard = (what: string): void => {
    asked.push(what);
    const refusal = refused[what];
    if (refusal) throw refusal;
  };
  const cluster: Cluster = {
    async list<Row>(listing: Listing<Row>) {
      guard(keyOf(listing.kind));
      const found = (objects[keyOf(listing.kind)] ?? []).filter((item) => isMeant(Meta.parse(item).metadata, listing));
      return { rows: found.map((item) => listing.parse(item)), isCut: cut.includes(keyOf(listing.kind)) };
    },
    async logs({ pod, tailLines }: LogAsked) {
      guard('pods/log');
      const all = logs[pod] ?? [];
      return { lines: all.slice(-tailLines), isCut: all.length > tailLines };
    },
    async exec({ pod, command }: PodAddress & { command: readonly string[] }) {
      guard('pods/exec');
      const answer = execs.find(
        (one) => one.pod === pod && one.command.every((word, n) => command[n] === word),
      )?.answer;
      if (answer instanceof CannotSee) throw answer;
      return answer ?? { exitCode: 1, stdout: '', stderr: `cat: ${command[1]}: No such file or directory` };
    },
    may: async () => true,
  };
  return { cluster, asked };
}

function isMeant(
  { name, namespace, labels }: z.infer<typeof Meta>['metadata'],
  listing: Pick<Listing<unknown>, 'namespace' | 'labels' | 'fields'>,
): boolean {
  if (listing.namespace !== undefined && listing.namespace !== namespace) return false;
  if (listing.fields !== undefined && listing.fields !== `metadata.name=${name}`) return false;
  const wanted = listing.labels?.split(',').map((pair) => pair.split('=')) ?? [];
  return wanted.every(([key = '', value]) => labels[key] === value);
}
