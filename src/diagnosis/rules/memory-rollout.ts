/** Growth that began with a rollout: the pods of its template grow, and those of the one before did not. */
import { checks } from '../checks.ts';
import type { NamespaceUse } from '../container-use.ts';
import type { Finding, Sample } from '../diagnosis.ts';
import { ownerOf, type Pod } from '../pod.ts';
import { minutes } from '../times.ts';
import { count, duration, oneLine } from '../words.ts';
import { aboutWorkload, type Rollout, titleOf, type Workload } from '../workload.ts';
import { growing, isGrowing } from './memory-trend.ts';

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
    if (own.length === 0 || !rollout?.hasBefore || rollout.at === undefined) return [];
    const forMs = around.now - rollout.at;
    if (forMs > lately || !isOfTemplate(own, { ...around, workload, rollout })) return [];
    return [told(own, { workload, rollout, forMs })];
  });
}

/** What grew before it as well did not begin with it. */
function isOfTemplate(
  growth: Finding[],
  { pods, samples, workload, rollout: { hash } }: Around & { workload: Workload; rollout: Rollout },
): boolean {
  const fresh = new Set(
    pods.filter((pod) => pod.hash === hash && ownerOf(pod) === titleOf(workload)).map(({ uid }) => uid),
  );
  const known = new Set(pods.map(({ uid }) => uid));
  const gone = samples.filter(({ uid, pod }) => !known.has(uid) && pod.startsWith(`${workload.name}-`));
  return growth.every(({ about }) => fresh.has(about?.uid ?? '')) && !isGrowing(gone);
}

interface Told {
  workload: Workload;
  rollout: Rollout;
  forMs: number;
}

function told(growth: Finding[], { workload, rollout: { changes }, forMs }: Told): Finding {
  const what = changes.length > 0 ? oneLine(changes.slice(0, 3).join('; '), 240) : 'what it changed is not seen';
  const pods = new Set(growth.map(({ about }) => about?.uid)).size;
  const about = aboutWorkload(workload);
  return {
    rule: 'memory.grew-since-rollout',
    level: growth.some(({ level }) => level === 'critical') ? 'critical' : 'warning',
    check: checks.workloads,
    subject: titleOf(workload),
    summary: `${count(pods, 'pod')} of the template rolled out ${duration(forMs)} ago grow, and none of the one before did: ${what}.`,
    observed: `rolled out ${duration(forMs)} ago, ${count(pods, 'pod')} growing`,
    threshold: `rolled out within ${duration(lately)}, and only pods of its template grow`,
    cause: 'rollout',
    evidence: changes.slice(0, 10).map((change) => oneLine(change)),
    repeat: `kubectl rollout history ${titleOf(workload)} -n ${workload.namespace}`,
    about,
    ...(workload.kind === 'deployment'
      ? { offers: [{ remedy: 'rollback', label: `Roll ${titleOf(workload)} back to the revision before`, about }] }
      : {}),
  };
}
