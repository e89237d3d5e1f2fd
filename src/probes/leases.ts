/** Leases of the workflow engine: who leads, and when it last said so. */
import { z } from 'zod';
import { kinds } from '../diagnosis/cluster.ts';
import type { ContainerUse } from '../diagnosis/container-use.ts';
import type { Probe } from '../diagnosis/diagnosis.ts';
import { count, oneLine } from '../diagnosis/words.ts';
import type { Instant } from '../incident/incident.ts';
import type { Milliseconds } from '../incident/policy.ts';
import { labelOf } from './engine-logs.ts';
import { clusterOf, cutOff, listedOnce, maybe, namespaceOf, time } from './kubernetes.ts';
import { usesAt } from './memory.ts';

const Row = z.object({
  metadata: z.object({ name: z.string() }),
  spec: maybe(
    z.object({
      holderIdentity: maybe(z.string()),
      leaseDurationSeconds: maybe(z.number()),
      renewTime: maybe(time),
    }),
  ),
});

type Row = z.infer<typeof Row>;

export interface Lease {
  namespace: string;
  name: string;
  /** as it calls itself, on one line */
  holder: string;
  durationMs: Milliseconds;
  renewedAt: Instant;
  /** the pod that holds it; absent: it is gone, or none of the engine's */
  pod?: ContainerUse | undefined;
}

export interface LeasesSeen {
  leases: Lease[];
  gaps: string[];
}

const listLeases = listedOnce(kinds.leases, (item) => Row.parse(item));

type Held = Omit<Lease, 'durationMs' | 'renewedAt'> & Record<'durationMs' | 'renewedAt', number | undefined>;

/** One that nobody holds was given back, which is as it should be. */
function heldBy(
  { metadata: { name }, spec }: Row,
  engine: string,
  containers: ContainerUse[],
): Omit<Held, 'namespace'>[] {
  const { holderIdentity: holder = '', leaseDurationSeconds: seconds, renewTime: renewedAt } = spec ?? {};
  if (holder === '') return [];
  // "pod_uuid" is how client libraries write who they are
  const pod = containers.find((use) => holder === use.pod || holder.startsWith(`${use.pod}_`));
  if (!pod && !name.includes(engine) && !holder.includes(engine)) return [];
  return [{ name, holder: oneLine(holder, 80), durationMs: seconds && seconds * 1_000, renewedAt, pod }];
}

const timed = ({ durationMs, renewedAt, ...lease }: Held): Lease[] =>
  durationMs === undefined || renewedAt === undefined ? [] : [{ ...lease, durationMs, renewedAt }];

/** Whether its holder still lives, nobody can tell. */
function untimed(held: Held[]): string[] {
  const silent = held.filter((lease) => timed(lease).length === 0);
  const leases = count(silent.length, 'lease');
  return silent
    .slice(0, 1)
    .map(({ name }) => `when it was renewed, or for how long, is not said by ${leases}, such as ${name}`);
}

export const leases: Probe<LeasesSeen> = {
  name: 'leases of the workflow engine',
  timeoutMs: 8_000,
  rights: [
    { kind: kinds.pods, verbs: ['list'] },
    { kind: kinds.podMetrics, verbs: ['list'] },
    { kind: kinds.leases, verbs: ['list'] },
  ],
  async look(surroundings) {
    const cluster = clusterOf(surroundings);
    const namespace = namespaceOf(surroundings.issueType);
    const label = labelOf(surroundings.issueType);
    const [{ containers, isCut }, { rows, ...listed }] = await Promise.all([
      usesAt(surroundings.now, cluster, namespace, label),
      listLeases(cluster, namespace),
    ]);
    const engine = label.slice(label.indexOf('=') + 1);
    const held = rows.flatMap((row) => heldBy(row, engine, containers)).map((lease) => ({ namespace, ...lease }));
    const pods = new Set(containers.map(({ uid }) => uid)).size;
    return {
      leases: held.flatMap(timed),
      gaps: [...cutOff('pods', isCut, pods), ...cutOff('leases', listed.isCut, rows.length), ...untimed(held)],
    };
  },
  gaps: ({ gaps }) => gaps,
  repeat: (issueType) => `kubectl get leases -n ${namespaceOf(issueType)} -o yaml`,
};
