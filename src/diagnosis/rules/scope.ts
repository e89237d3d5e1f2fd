/** Of a namespace only what an issue is about. What else is ill there is told as one note, so that it drowns nothing. */
import { checks } from '../checks.ts';
import type { Finding, Seen, Surroundings } from '../diagnosis.ts';
import { whenSeen } from '../playbook.ts';
import { ownerOf, type Pod } from '../pod.ts';
import { groundsOf, restingOn } from '../rests-on.ts';
import { count, oneLine } from '../words.ts';
import { titleOf } from '../workload.ts';
import { judgePods } from './pods.ts';
import { type ClusterEvidence, eventsOf, judgeCluster } from './shared.ts';

const mostShown = 12;

export interface Scope {
  isPod: (pod: Pod) => boolean;
  /** also where it has no pod */
  isWorkload: (workload: { kind: string; name: string }) => boolean;
}

/** As if nothing else stood there; nodes, events and quotas are those of all. */
export function narrowed(evidence: ClusterEvidence, { isPod, isWorkload }: Scope): ClusterEvidence {
  const own = whenSeen(evidence.pods, ({ all }) => all.filter(isPod));
  const owners = new Set(own.map(ownerOf));
  const workloads = whenSeen(evidence.workloads, ({ all }) =>
    all.filter((one) => owners.has(titleOf(one)) || isWorkload(one)),
  );
  const titles = new Set([...owners, ...workloads.map(titleOf)]);
  return {
    ...evidence,
    pods: of(evidence.pods, (seen) => ({ ...seen, all: own, targets: own })),
    workloads: of(evidence.workloads, (seen) => ({
      ...seen,
      all: workloads,
      replicaSets: seen.replicaSets.filter(({ deployment }) => titles.has(`deployment/${deployment}`)),
    })),
    autoscalers: of(evidence.autoscalers, (seen) => ({
      ...seen,
      all: seen.all.filter(({ target }) => titles.has(target)),
    })),
  };
}

const of = <Data>(seen: Seen<Data>, change: (data: Data) => Data): Seen<Data> =>
  seen.ok ? { ok: true, data: change(seen.data) } : seen;

/** What is told of workloads and autoscalers rests on what chose them: their pods, and for autoscalers the workloads. */
export async function judgeScope(evidence: ClusterEvidence, scope: Scope, surroundings: Around): Promise<Finding[]> {
  const findings = await judgeCluster(narrowed(evidence, scope), surroundings);
  return findings.flatMap((finding) =>
    chosen.has(finding.check) ? restingOn([checks.pods, checks.workloads], [finding]) : [finding],
  );
}

type Around = Pick<Surroundings, 'now' | 'samples' | 'issueType'>;

const chosen = new Set<string>([checks.workloads, checks.autoscalers]);

/** On the pods that an issue is not about. */
export async function besideScope(
  { pods, ...evidence }: ClusterEvidence,
  { isPod }: Scope,
  { now, samples, issueType }: Around,
): Promise<Finding[]> {
  if (!pods.ok) return [];
  const { all, namespace } = pods.data;
  const others = all.filter((pod) => !isPod(pod));
  const around = { now, thresholds: issueType.thresholds, ...eventsOf(evidence) };
  return besides(await judgePods(others, around, samples), namespace);
}

/** Findings that are not what the issue is about, as one. */
export function besides(findings: Finding[], namespace: string): Finding[] {
  const ill = findings.filter(({ level }) => level !== 'info');
  const [first] = ill;
  if (!first) return [];
  const names = new Set(ill.map(({ about, subject }) => about?.owner ?? subject));
  return restingOn(groundsOf(ill), [
    {
      rule: 'cluster.beside',
      level: 'info',
      check: checks.pods,
      subject: 'beside it',
      summary: `${count(ill.length, 'finding')} on ${[...names].slice(0, 3).join(', ')}${names.size > 3 ? ` and ${names.size - 3} more` : ''}, which this issue is not about.`,
      observed: count(ill.length, 'finding'),
      evidence: ill.slice(0, mostShown).map(({ subject, summary }) => oneLine(`${subject}: ${summary}`, 240)),
      repeat: `kubectl get pods -n ${namespace}`,
    },
  ]);
}
