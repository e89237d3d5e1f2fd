/** Growth that began with a rollout: the pods of its template grow, and those of the one before did not. */

import { minutes } from '../../incident/times.ts';
import { checks } from '../checks.ts';
import type { NamespaceUse } from '../container-use.ts';
import type { Finding, Sample } from '../diagnosis.ts';
import { history } from '../history.ts';
import { ownerOf, type Pod } from '../pod.ts';
import { count, duration, oneLine } from '../words.ts';
import { aboutWorkload, type Rollout, titleOf, type Workload } from '../workload.ts';
import { memoryCheck } from './memory.ts';
import { growing, isGrowing, isMeasured } from './memory-trend.ts';

export const growthOfRollout = 'memory.grew-since-rollout';

/** as far back as samples go */
const lately = minutes(60);

interface Around {
  pods: Pod[];
  samples: readonly Sample[];
  now: number;
}

export function grewSinceRollout(use: NamespaceUse, workloads: Workload[], around: Around): Finding[] {
  const growth = growing(use, around.samples).filter(({ level }) => level !== 'info');
  return workloads.flatMap((workload) => {
    const { rollout } = workload;
    const own = growth.filter(({ about }) => about?.owner === titleOf(workload));
    if (own.length === 0 || rollout?.before === undefined || rollout.at === undefined) return [];
    const forMs = around.now - rollout.at;
    const fresh = new Set(podsOf(workload, rollout.hash, around).map(({ uid }) => uid));
    const old = samplesBefore(workload, rollout.before, around);
    if (forMs > lately || !own.every(({ about }) => fresh.has(about?.uid ?? '')) || isGrowing(old)) return [];
    return [told(own, { workload, rollout, forMs, isProven: isMeasured(old) })];
  });
}

const podsOf = (workload: Workload, hash: string, { pods }: Around): Pod[] =>
  pods.filter((pod) => pod.hash === hash && ownerOf(pod) === titleOf(workload));

/** Of pods of the template before: those that stand there still, and those that are gone, by how their names begin. */
function samplesBefore(workload: Workload, hash: string, around: Around): Sample[] {
  const standing = new Set(podsOf(workload, hash, around).map(({ uid }) => uid));
  const known = new Set(around.pods.map(({ uid }) => uid));
  const prefix = `${workload.name}-${hash}-`;
  return around.samples.filter(({ uid, pod }) => standing.has(uid) || (!known.has(uid) && pod.startsWith(prefix)));
}

interface Told {
  workload: Workload;
  rollout: Rollout;
  forMs: number;
  /** those before it were seen not to grow */
  isProven: boolean;
}

function told(growth: Finding[], one: Told): Finding {
  const { workload, forMs, isProven } = one;
  const { changes } = one.rollout;
  const what = changes.length > 0 ? oneLine(changes.slice(0, 3).join('; '), 240) : 'what it changed is not seen';
  const pods = new Set(growth.map(({ about }) => about?.uid)).size;
  const about = aboutWorkload(workload);
  return {
    rule: growthOfRollout,
    level: 'info',
    check: checks.workloads,
    restsOn: [memoryCheck, checks.pods, history],
    subject: titleOf(workload),
    summary: `${count(pods, 'pod')} of the template rolled out ${duration(forMs)} ago ${pods === 1 ? 'grows' : 'grow'}${isProven ? ', and none of the one before did' : '; whether those of the one before did was not seen'}: ${what}.`,
    observed: `rolled out ${duration(forMs)} ago, ${count(pods, 'pod')} growing`,
    threshold: `rolled out within ${duration(lately)}, and only pods of its template grow`,
    evidence: changes.slice(0, 10).map((change) => oneLine(change)),
    repeat: `kubectl rollout history ${titleOf(workload)} -n ${workload.namespace}`,
    about,
    ...(isProven ? proven(growth, workload) : {}),
  };
}

function proven(growth: Finding[], workload: Workload): Pick<Finding, 'level' | 'cause' | 'offers'> {
  const label = `Roll ${titleOf(workload)} back to the revision before`;
  return {
    level: growth.some(({ level }) => level === 'critical') ? 'critical' : 'warning',
    cause: 'rollout',
    ...(workload.kind === 'deployment'
      ? { offers: [{ remedy: 'rollback', label, about: aboutWorkload(workload) }] }
      : {}),
  };
}
