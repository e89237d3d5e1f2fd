/** Pods that took the place of some that had crashed, and run too shortly to show whether they do as well. */
import type { Finding, Sample } from '../diagnosis.ts';
import type { Pod } from '../pod.ts';
import { limitOf } from '../thresholds.ts';
import { count, duration } from '../words.ts';
import { type Around, ago, ofPod, seriesOf } from './of-pod.ts';

/** what the run of a process shows, and a new one not yet */
const ofRuns = ['pod.crash-loop', 'pod.out-of-memory', 'pod.killed', 'pod.restarts', 'pod.liveness'];

export function replaced(pods: Pod[], around: Around, samples: readonly Sample[]): Finding[] {
  const young = pods.filter(({ createdAt }) => around.now - createdAt < limitOf(around, 'provenAfter'));
  if (young.length === 0) return [];
  const restarts = restartsOfGone(pods, samples);
  return young.flatMap((pod) => {
    const before = Math.max(0, ...pod.containers.map(({ name }) => restarts.get(seriesOf(pod, name)) ?? 0));
    return before > 0 ? [unproven(pod, before, around)] : [];
  });
}

/** Of each series the most that one of its pods had when it was last seen. */
function restartsOfGone(pods: Pod[], samples: readonly Sample[]): Map<string, number> {
  const standing = new Set(pods.map(({ uid }) => uid));
  const most = new Map<string, number>();
  for (const { uid, namespace, pod, container, restarts } of samples) {
    if (restarts === 0 || standing.has(uid)) continue;
    const series = seriesOf({ namespace, name: pod }, container);
    most.set(series, Math.max(restarts, most.get(series) ?? 0));
  }
  return most;
}

const unproven = (pod: Pod, before: number, around: Around): Finding =>
  ofPod(pod, {
    rule: 'pod.replaced',
    level: 'info',
    leavesOpen: ofRuns,
    summary: `Made ${ago(pod.createdAt, around.now)} in the place of one that had ${count(before, 'restart')}: whether it goes the same way is known after ${duration(limitOf(around, 'provenAfter'))}.`,
  });
