/** What the log of the workflow engine complains of, the most frequent first (W3). */
import { aboutOwner, aboutPod, type ContainerUse } from '../../diagnosis/container-use.ts';
import type { Cause, Finding } from '../../diagnosis/diagnosis.ts';
import { type LineClass, lineClasses } from '../../diagnosis/log-lines.ts';
import { count, duration } from '../../diagnosis/words.ts';
import type { Instant } from '../../incident/incident.ts';
import {
  complaintsWithinMs,
  type EngineLogs,
  engineLogs,
  type LineGroup,
  type PodLog,
} from '../../probes/engine-logs.ts';
import { logsOf } from './engine.ts';

const leastAlike = 3;
const mostClasses = 3;

const complaints: Record<LineClass, { rule: string; words: string; cause?: Cause }> = {
  timeout: { rule: 'engine.timeouts', words: 'time-outs', cause: 'dependency' },
  refused: { rule: 'engine.connections-refused', words: 'refused connections', cause: 'dependency' },
  dns: { rule: 'engine.names-unresolved', words: 'names that do not resolve', cause: 'dependency' },
  reset: { rule: 'engine.connections-reset', words: 'connections that were reset', cause: 'dependency' },
  auth: { rule: 'engine.not-authorized', words: 'calls that were refused for want of a right', cause: 'dependency' },
  deadlock: { rule: 'engine.deadlocks', words: 'deadlocks' },
  lease: { rule: 'engine.lease-lost', words: 'a lease or leadership that was lost' },
  'out-of-memory': { rule: 'engine.out-of-memory', words: 'memory that ran out', cause: 'out-of-memory' },
};

interface Complaint {
  class: LineClass;
  count: number;
  groups: { use: ContainerUse; group: LineGroup }[];
}

/** The most frequent kinds of trouble, over all pods. Lines count when three say the same. */
function complaintsOf({ pods }: EngineLogs): Complaint[] {
  const groups = pods.flatMap(({ use, groups }) => groups.map((group) => ({ use, group })));
  return lineClasses
    .map((one) => ({ class: one, groups: groups.filter(({ group }) => group.class === one) }))
    .filter(({ groups }) => mostAlike(groups) >= leastAlike)
    .map((one) => ({ ...one, count: one.groups.reduce((sum, { group }) => sum + group.count, 0) }))
    .toSorted((a, b) => b.count - a.count)
    .slice(0, mostClasses);
}

const mostAlike = (groups: Complaint['groups']): number =>
  Math.max(
    0,
    ...[...Map.groupBy(groups, ({ group }) => group.line).values()].map((same) =>
      same.reduce((sum, { group }) => sum + group.count, 0),
    ),
  );

export function complaining(logs: EngineLogs, now: Instant): Finding[] {
  return complaintsOf(logs).map(({ class: kind, count: lines, groups }) => {
    const { rule, words, cause } = complaints[kind];
    const first = Math.min(...groups.map(({ group }) => group.firstAt));
    const last = Math.max(...groups.map(({ group }) => group.lastAt));
    const pods = new Set(groups.map(({ use }) => use.pod));
    const [top] = groups;
    return {
      rule,
      level: 'warning',
      check: engineLogs.name,
      subject: top?.use.owner ?? 'workflow engine',
      summary: `${count(lines, 'line')} of its log tell of ${words}, in ${pods.size} of ${count(logs.pods.length, 'pod')}: the first ${duration(now - first)} ago, the last ${duration(now - last)} ago.`,
      observed: count(lines, 'line'),
      threshold: `${leastAlike} alike within ${duration(complaintsWithinMs)}, in the last 200 lines of a pod`,
      evidence: groups.slice(0, 4).map(({ use, group }) => `${use.pod}, ${group.count} times: ${group.line}`),
      ...(cause === undefined ? {} : { cause }),
      ...(top
        ? { repeat: logsOf(top.use), about: top.use.owner === undefined ? aboutPod(top.use) : aboutOwner(top.use) }
        : {}),
    };
  });
}

export const complains = ({ groups }: PodLog): boolean => groups.some(({ count }) => count >= leastAlike);
