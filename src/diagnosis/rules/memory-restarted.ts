/** What grew until it was restarted, and runs too shortly to show whether it grows again. */
import type { ContainerUse, NamespaceUse } from '../container-use.ts';
import type { Finding, Sample } from '../diagnosis.ts';
import { leastHistoryMs } from '../history.ts';
import { duration } from '../words.ts';
import { of } from './memory.ts';
import { growthOfRollout } from './memory-rollout.ts';
import { growth, isGrowing } from './memory-trend.ts';
import { keyOf, seriesOf } from './of-pod.ts';

export function grewBefore({ containers }: NamespaceUse, samples: readonly Sample[]): Finding[] {
  const known = Map.groupBy(samples, keyOf);
  const young = containers.filter((use) => spanOf(runsOf(use, known).now) < leastHistoryMs);
  if (young.length === 0) return [];
  const standing = new Set(containers.map(({ uid }) => uid));
  const replaced = Map.groupBy(
    samples.filter(({ uid }) => !standing.has(uid)),
    seriesBy,
  );
  return young
    .filter((use) => isGrowing([...runsOf(use, known).before, ...(replaced.get(seriesBy(use)) ?? [])]))
    .map(tooYoung);
}

/** What is known of the run of now, and of those before it. */
function runsOf(use: ContainerUse, known: Map<string, Sample[]>): { now: Sample[]; before: Sample[] } {
  const { now = [], before = [] } = Object.groupBy(known.get(keyOf(use)) ?? [], ({ restarts }) =>
    restarts === use.restarts ? 'now' : 'before',
  );
  return { now, before };
}

const seriesBy = ({ namespace, pod, container }: Pick<Sample, 'namespace' | 'pod' | 'container'>): string =>
  seriesOf({ namespace, name: pod }, container);

const spanOf = (run: Sample[]): number => (run.at(-1)?.at ?? 0) - (run[0]?.at ?? 0);

const tooYoung = (use: ContainerUse): Finding => ({
  ...of(use),
  rule: 'memory.run-too-young',
  leavesOpen: [growth, growthOfRollout],
  level: 'info',
  summary: `Its memory grew until it was restarted: whether it grows again is known after ${duration(leastHistoryMs)} of looking.`,
});
