/** Which replicas of the workflow engine are ill: one of them, or all (W8). */
import { aboutPod } from '../../diagnosis/container-use.ts';
import type { Finding } from '../../diagnosis/diagnosis.ts';
import { count } from '../../diagnosis/words.ts';
import type { Instant } from '../../incident/incident.ts';
import { type EngineLogs, engineLogs, type PodLog } from '../../probes/engine-logs.ts';
import { offering } from './engine.ts';
import { complains } from './engine-complaints.ts';
import { silenceOf } from './engine-silence.ts';

/** Which replicas are ill tells where to look: one of several is the pod, all of them what they share. */
export function replicas({ pods, unread }: EngineLogs, now: Instant): Finding[] {
  const ill = pods.filter((log) => complains(log) || silenceOf(log, now) !== undefined);
  const [first] = ill;
  if (pods.length < 2 || !first) return [];
  if (ill.length === pods.length) return unread.length > 0 ? [] : [all(first, pods.length)];
  // of those whose newest lines were not read nothing is known
  const isKnown = pods.every((log) => ill.includes(log) || log.newestAt !== undefined);
  if (ill.length > 1 || !isKnown) return [];
  return [one(first, `${count(pods.length, 'replica')}${unread.length > 0 ? ' that were read' : ''}`)];
}

const one = ({ use }: PodLog, many: string): Finding => ({
  rule: 'engine.one-replica',
  level: 'info',
  check: engineLogs.name,
  subject: use.pod,
  summary: `Only ${use.pod} of ${many} is silent or complains: the pod itself, not what all of them share.`,
  about: aboutPod(use),
  ...offering(use),
});

const all = ({ use }: PodLog, many: number): Finding => ({
  rule: 'engine.all-replicas',
  level: 'info',
  check: engineLogs.name,
  subject: use.owner ?? 'workflow engine',
  summary: `All ${count(many, 'replica')} are silent or complain: something that they share, a dependency or their newest rollout.`,
});
