/** Pods of which the API does not say whether they are well: where nothing is said, nothing was seen. */
import { conditionOf, isLeaving, type Pod } from '../diagnosis/pod.ts';
import { count } from '../diagnosis/words.ts';
import type { Instant } from '../incident/incident.ts';
import { minutes } from '../incident/times.ts';

/** clocks of machines differ */
const aheadMs = minutes(1);
/** what schedules is about to speak */
const scheduledWithinMs = minutes(1);

/** A sentence, where there are any; `now` by the clock of this machine. */
export function untold(pods: readonly Pod[], now: Instant): string[] {
  const silent = pods.filter((pod) => !isLeaving(pod) && !isTold(pod, now));
  const [first] = silent;
  return first ? [`the readiness of ${count(silent.length, 'pod')} is not told, such as ${first.name}`] : [];
}

function isTold(pod: Pod, now: Instant): boolean {
  switch (pod.phase) {
    case 'Pending':
      return conditionOf(pod, 'PodScheduled') !== undefined || now - pod.createdAt <= scheduledWithinMs;
    case 'Running':
      return isReadinessTold(pod, now);
    default:
      return false;
  }
}

/** Unready since a time to come, it would be taken for just begun until then. */
function isReadinessTold(pod: Pod, now: Instant): boolean {
  const ready = conditionOf(pod, 'Ready');
  const isAhead = (ready?.since ?? now) - now > aheadMs;
  return ready?.status === 'True' || (ready?.status === 'False' && !isAhead);
}
