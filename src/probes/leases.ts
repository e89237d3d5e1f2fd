/** Leases of the workflow engine: who leads, and when it last said so. */
import { z } from 'zod';
import { kinds } from '../diagnosis/cluster.ts';
import type { ContainerUse } from '../diagnosis/container-use.ts';
import type { Probe } from '../diagnosis/diagnosis.ts';
import { oneLine } from '../diagnosis/words.ts';
import type { Instant } from '../incident/incident.ts';
import type { Milliseconds } from '../incident/policy.ts';
import { labelOf } from './engine-logs.ts';
import { clusterOf, cutOff, listedOnce, maybe, namespaceOf, time } from './kubernetes.ts';
import { usesIn } from './memory.ts';

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

/** One that nobody holds was given back, which is as it should be. */
const listLeases = listedOnce(kinds.leases, (item) => Row.parse(item));

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
      usesIn(cluster, namespace, label),
      listLeases(cluster, namespace),
    ]);
    const engine = label.slice(label.indexOf('=') + 1);
    const held = rows.flatMap(({ metadata: { name }, spec }) => {
      const { holderIdentity: holder = '', leaseDurationSeconds, renewTime } = spec ?? {};
      if (holder === '' || leaseDurationSeconds === undefined || renewTime === undefined) return [];
      // "pod_uuid" is how client libraries write who they are
      const pod = containers.find((use) => holder === use.pod || holder.startsWith(`${use.pod}_`));
      if (!pod && !name.includes(engine) && !holder.includes(engine)) return [];
      const durationMs = leaseDurationSeconds * 1_000;
      return [{ namespace, name, holder: oneLine(holder, 80), durationMs, renewedAt: renewTime, pod }];
    });
    const pods = new Set(containers.map(({ uid }) => uid)).size;
    return {
      leases: held,
      gaps: [...cutOff('pods', isCut, pods), ...cutOff('leases', listed.isCut, rows.length)],
    };
  },
  gaps: ({ gaps }) => gaps,
  repeat: (issueType) => `kubectl get leases -n ${namespaceOf(issueType)} -o yaml`,
};
