/** All that is judged of pods alone, whatever the issue: C2 to C12 of the checks that every playbook shares. */
import type { Finding, Sample } from '../diagnosis.ts';
import { oneByOne } from '../one-by-one.ts';
import type { Pod } from '../pod.ts';
import { crashLooping } from './crashes.ts';
import { putOut, stuckTerminating } from './endings.ts';
import { otherKills, outOfMemoryKills } from './kills.ts';
import type { Around } from './of-pod.ts';
import { notReady } from './readiness.ts';
import { replaced } from './replaced.ts';
import { restarted, restartedByLiveness } from './restarts.ts';
import { unschedulable } from './scheduling.ts';
import { badConfig, imageNotPulled, stuckCreating } from './starting.ts';

export const judgePods = (pods: Pod[], around: Around, samples: readonly Sample[] = []): Promise<Finding[]> =>
  oneByOne([
    () => crashLooping(pods, around.now),
    () => outOfMemoryKills(pods, around),
    () => otherKills(pods, around),
    () => restarted(pods, around, samples),
    () => replaced(pods, around, samples),
    () => imageNotPulled(pods, around),
    () => badConfig(pods),
    () => notReady(pods, around),
    () => restartedByLiveness(pods, around),
    () => unschedulable(pods, around),
    () => stuckCreating(pods, around),
    () => putOut(pods, around),
    () => stuckTerminating(pods, around),
  ]);

/** Uids of pods that something is wrong with, notes aside. */
export const illOf = (findings: Finding[]): ReadonlySet<string> =>
  new Set(
    findings.flatMap(({ about, level }) => (about?.kind === 'pod' && about.uid && level !== 'info' ? [about.uid] : [])),
  );
