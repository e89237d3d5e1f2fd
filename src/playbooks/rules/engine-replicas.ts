/** Which replicas of the workflow engine are ill: one of them, or all (W8). */
import { aboutPod } from '../../diagnosis/container-use.ts';
import type { Finding } from '../../diagnosis/diagnosis.ts';
import { count } from '../../diagnosis/words.ts';
import type { Instant } from '../../incident/incident.ts';
import { type EngineLogs, engineLogs } from '../../probes/engine-logs.ts';
import { offering } from './engine.ts';
import { complains } from './engine-complaints.ts';
import { silenceOf } from './engine-silence.ts';

/** Which replicas are ill tells where to look: one of several is the pod, all of them what they share. */
export function replicas({ pods, unread }: EngineLogs, now: Instant): Finding[] {
  const ill = pods.filter((log) => complains(log) || silenceOf(log, now) !== undefined);
  const [first] = ill;
  if (pods.length < 2 || !first || (ill.length > 1 && ill.length < pods.length)) return [];
  const about = { level: 'info' as const, check: engineLogs.name, subject: first.use.owner ?? 'workflow engine' };
  if (ill.length === 1)
    return [
      {
        ...about,
        rule: 'engine.one-replica',
        subject: first.use.pod,
        summary: `Only ${first.use.pod} of ${count(pods.length, 'replica')}${unread.length > 0 ? ' that were read' : ''} is silent or complains: the pod itself, not what all of them share.`,
        about: aboutPod(first.use),
        ...offering(first.use),
      },
    ];
  // of those that were not read nothing is known
  if (unread.length > 0) return [];
  return [
    {
      ...about,
      rule: 'engine.all-replicas',
      summary: `All ${count(pods.length, 'replica')} are silent or complain: something that they share, a dependency or their newest rollout.`,
    },
  ];
}
