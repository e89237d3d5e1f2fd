/** A leader of the workflow engine that no longer leads (W7). */
import { aboutPod } from '../../diagnosis/container-use.ts';
import type { Finding } from '../../diagnosis/diagnosis.ts';
import { count, duration } from '../../diagnosis/words.ts';
import type { Instant } from '../../incident/incident.ts';
import { againMs, isOverdue, type Lease, type LeasesSeen, leases } from '../../probes/leases.ts';
import { offering } from './engine.ts';

const onceSeen = 'Seen once, by the clock of this machine.';
const twiceSeen = `Seen twice, ${duration(againMs)} apart, and not renewed in between.`;

/** By one look alone a clock that is wrong on either side shows the same. */
export function staleLease(seen: Lease[], now: Instant): Finding[] {
  return seen
    .filter((lease) => isOverdue(lease, now) && lease.isRenewedSince !== true)
    .map(({ namespace, name, holder, durationMs, renewedAt, isRenewedSince, pod }) => ({
      rule: 'lease.stale',
      level: 'warning',
      check: leases.name,
      subject: name,
      summary: `The lease is held by ${pod?.pod ?? `${holder}, which is no pod of the engine any more`}, but was renewed ${duration(now - renewedAt)} ago and lasts ${duration(durationMs)}: nobody leads. ${isRenewedSince === undefined ? onceSeen : twiceSeen}`,
      observed: `renewed ${duration(now - renewedAt)} ago`,
      threshold: `renewed within ${duration(durationMs)}`,
      repeat: `kubectl get lease ${name} -n ${namespace} -o yaml`,
      about: pod ? aboutPod(pod) : { kind: 'lease', namespace, name },
      ...(pod ? offering(pod) : {}),
    }));
}

export const leasesRenewed = ({ leases: seen, gaps }: LeasesSeen, now: Instant): string[] =>
  seen.length > 0 && gaps.length === 0 && staleLease(seen, now).length === 0
    ? [`${count(seen.length, 'lease')} of the engine, renewed in time.`]
    : [];
