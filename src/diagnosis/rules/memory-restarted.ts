/** What grew until it was restarted, and runs too shortly to show whether it grows again. */
import type { ContainerUse, NamespaceUse } from '../container-use.ts';
import type { Finding, Sample } from '../diagnosis.ts';
import { leastHistoryMs } from '../history.ts';
import { duration } from '../words.ts';
import { of } from './memory.ts';
import { growthOfRollout } from './memory-rollout.ts';
import { growth, isGrowing } from './memory-trend.ts';
import { keyOf } from './of-pod.ts';

export function grewBefore({ containers }: NamespaceUse, samples: readonly Sample[]): Finding[] {
  const standing = new Set(containers.map(({ uid }) => uid));
  const known = Map.groupBy(samples, keyOf);
  const replaced = Map.groupBy(
    samples.filter(({ uid }) => !standing.has(uid)),
    seriesOf,
  );
  return containers.flatMap((use) => {
    const own = known.get(keyOf(use)) ?? [];
    const [run, before] = [own.filter(isOfRun(use)), own.filter((sample) => !isOfRun(use)(sample))];
    const isYoung = spanOf(run) < leastHistoryMs;
    return isYoung && isGrowing([...before, ...(replaced.get(seriesOf(use)) ?? [])]) ? [tooYoung(use)] : [];
  });
}

const isOfRun =
  ({ restarts }: ContainerUse) =>
  (sample: Sample): boolean =>
    sample.restarts === restarts;

const spanOf = (run: Sample[]): number => (run.at(-1)?.at ?? 0) - (run[0]?.at ?? 0);

/** The container of pods that replace each other: of a deployment they differ in their last five letters, else in nothing. */
const seriesOf = ({ namespace, pod, container }: Pick<Sample, 'namespace' | 'pod' | 'container'>): string =>
  [namespace, pod.replace(/-[a-z0-9]{5}$/, ''), container].join(' ');

const tooYoung = (use: ContainerUse): Finding => ({
  ...of(use),
  rule: 'memory.run-too-young',
  leavesOpen: [growth, growthOfRollout],
  level: 'info',
  summary: `Its memory grew until it was restarted: whether it grows again is known after ${duration(leastHistoryMs)} of looking.`,
});
