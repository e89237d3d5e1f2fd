/** What was rolled out lately, and whether all that is ill came with it (C15). */
import { checks } from '../checks.ts';
import type { Finding, Offer } from '../diagnosis.ts';
import { isLeaving, type Pod } from '../pod.ts';
import { limitOf } from '../thresholds.ts';
import { duration, oneLine } from '../words.ts';
import { aboutWorkload, type Rollout, titleOf, type Workload } from '../workload.ts';
import type { Placed } from './nodes.ts';
import type { Around } from './of-pod.ts';

interface Judged {
  workload: Workload;
  rollout: Rollout;
  forMs: number;
  /** what counts as lately */
  within: number;
  pods: Pod[];
  ill: Pod[];
}

/** `targets`: uids of the pods that the issue is about; a rollout beside them, with all its pods well, is a note. */
export const recentRollouts = (
  workloads: Workload[],
  { pods, ill, targets }: Placed & { targets: ReadonlySet<string> },
  around: Around,
): Finding[] =>
  workloads.flatMap((workload) => {
    const judged = judgedOf(workload, { pods, ill }, around);
    if (!judged) return [];
    if (isCulprit(judged)) return [culprit(judged)];
    const isNear = judged.ill.length > 0 || judged.pods.some(({ uid }) => targets.has(uid));
    return [{ ...said(judged), rule: 'rollout.recent', level: isNear ? 'warning' : 'info' }];
  });

/** Undefined where nothing was rolled out lately. */
function judgedOf(workload: Workload, { pods, ill }: Placed, around: Around): Judged | undefined {
  const { now } = around;
  const within = limitOf(around, 'rolledOutWithin');
  const { rollout, kind, name } = workload;
  if (rollout?.before === undefined) return undefined;
  const own = pods.filter((pod) => pod.owner?.kind === kind && pod.owner.name === name && !isLeaving(pod));
  const at = rollout.at ?? firstOf(own, rollout.hash);
  if (at === undefined || now - at > within) return undefined;
  return { workload, rollout, forMs: now - at, within, pods: own, ill: own.filter(({ uid }) => ill.has(uid)) };
}

const firstOf = (pods: Pod[], hash: string): number | undefined => {
  const made = pods.filter((pod) => pod.hash === hash).map(({ createdAt }) => createdAt);
  return made.length === 0 ? undefined : Math.min(...made);
};

/** Old pods that are well beside new ones that are not prove it; where none are left, all of the new have to be ill. */
function isCulprit({ pods, ill, rollout: { hash } }: Judged): boolean {
  const isNew = (pod: Pod): boolean => pod.hash === hash;
  const hasOld = pods.some((pod) => !isNew(pod));
  return ill.length > 0 && ill.every(isNew) && (hasOld || ill.length === pods.length);
}

function culprit(judged: Judged): Finding {
  const { workload, pods, ill, rollout } = judged;
  const fresh = pods.filter(({ hash }) => hash === rollout.hash).length;
  const old = pods.length - fresh;
  const proof = `${ill.length} of ${fresh} new pods are ill, ${old === 0 ? 'no old one is left' : `${old} of ${old} old are well`}`;
  const label = `Roll ${titleOf(workload)} back to the revision before`;
  const offer: Offer = { remedy: 'rollback', label, about: aboutWorkload(workload) };
  return {
    ...said(judged),
    rule: 'rollout.culprit',
    level: 'critical',
    cause: 'rollout',
    summary: `Probably the cause: rolled out ${storyOf(judged)}; ${proof}.`,
    observed: proof,
    threshold: 'all ill pods are of the newest template, all others are well',
    // there is no template of the one before to be seen of a stateful set, and its volumes stay as they are
    ...(workload.kind === 'deployment' ? { offers: [offer] } : {}),
  };
}

function storyOf({ rollout: { changes }, forMs }: Judged): string {
  const what = changes.length > 0 ? oneLine(changes.slice(0, 3).join('; '), 240) : 'what it changed is not seen';
  return `${duration(forMs)} ago: ${what}`;
}

function said(judged: Judged): Omit<Finding, 'rule' | 'level'> {
  const { workload, rollout, forMs, within } = judged;
  return {
    check: checks.workloads,
    subject: titleOf(workload),
    about: aboutWorkload(workload),
    summary: `Rolled out ${storyOf(judged)}.`,
    observed: `${duration(forMs)} ago`,
    threshold: `within ${duration(within)}`,
    evidence: rollout.changes.slice(0, 10).map((change) => oneLine(change)),
    repeat: `kubectl rollout history ${titleOf(workload)} -n ${workload.namespace}`,
  };
}
