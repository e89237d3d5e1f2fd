/** Leases of the workflow engine: who leads, and when it last said so. */
import { z } from 'zod';
import { kinds } from '../diagnosis/cluster.ts';
import type { ContainerUse } from '../diagnosis/container-use.ts';
import type { Probe } from '../diagnosis/diagnosis.ts';
import { count, oneLine } from '../diagnosis/words.ts';
import type { Instant } from '../incident/incident.ts';
import type { Milliseconds } from '../incident/policy.ts';
import { seconds } from '../incident/times.ts';
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
  /** at a second look, `againMs` later; absent: it was looked at once */
  isRenewedSince?: boolean;
}

/** Clocks may differ, so by one look nobody is called silent: whoever leads renews every few seconds. */
export const againMs = seconds(5);

export const isOverdue = ({ renewedAt, durationMs }: Lease, now: Instant): boolean => now - renewedAt > durationMs;

export interface LeasesSeen {
  leases: Lease[];
  gaps: string[];
}

const parse = (item: unknown): Row => Row.parse(item);
const listLeases = listedOnce(kinds.leases, parse);

type Held = Omit<Lease, 'durationMs' | 'renewedAt'> & Record<'durationMs' | 'renewedAt', number | undefined>;

/** One that nobody holds was given back, which is as it should be. */
function heldBy(
  { metadata: { name }, spec }: Row,
  engine: string,
  containers: ContainerUse[],
): Omit<Held, 'namespace'>[] {
  const { holderIdentity: holder = '', leaseDurationSeconds, renewTime: renewedAt } = spec ?? {};
  if (holder === '') return [];
  // "pod_uuid" is how client libraries write who they are
  const pod = containers.find((use) => holder === use.pod || holder.startsWith(`${use.pod}_`));
  if (!pod && !name.includes(engine) && !holder.includes(engine)) return [];
  return [
    {
      name,
      holder: oneLine(holder, 80),
      durationMs: leaseDurationSeconds && seconds(leaseDurationSeconds),
      renewedAt,
      pod,
    },
  ];
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
  targets: ['label'],
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
  again: {
    afterMs: againMs,
    isNeeded: (first, { now }) => first.leases.some((lease) => isOverdue(lease, now)),
    async look(first, surroundings) {
      const namespace = namespaceOf(surroundings.issueType);
      const { rows } = await clusterOf(surroundings).list({ kind: kinds.leases, namespace, parse });
      const byName = new Map(rows.map(({ metadata, spec }) => [metadata.name, spec]));
      return { ...first, leases: first.leases.flatMap((lease) => lookedAtAgain(lease, byName.get(lease.name))) };
    },
  },
  gaps: ({ gaps }) => gaps,
  repeat: (issueType) => `kubectl get leases -n ${namespaceOf(issueType)} -o yaml`,
};

/** Given back or deleted since, it is as it should be; of one that says no time any more no more is known than before. */
function lookedAtAgain(lease: Lease, spec: z.infer<typeof Row>['spec']): Lease[] {
  if (!spec?.holderIdentity) return [];
  if (spec.renewTime === undefined) return [lease];
  return [{ ...lease, isRenewedSince: spec.renewTime !== lease.renewedAt }];
}
