/** Rules on the engine itself: silent, complaining, blocked or busy, one replica or all of them, and a leader that is none. */
import { aboutOwner, aboutPod, type ContainerUse, restartPod } from '../diagnosis/container-use.ts';
import type { Cause, Finding } from '../diagnosis/diagnosis.ts';
import { type LineClass, lineClasses } from '../diagnosis/log-lines.ts';
import { percent } from '../diagnosis/quantity.ts';
import { minutes } from '../diagnosis/times.ts';
import { count, duration } from '../diagnosis/words.ts';
import type { Instant } from '../incident/incident.ts';
import type { Milliseconds } from '../incident/policy.ts';
import { complaintsWithinMs, type EngineLogs, engineLogs, type LineGroup, type PodLog } from '../probes/engine-logs.ts';
import { engineUse } from '../probes/engine-use.ts';
import { executions } from '../probes/executions.ts';
import { type Lease, type LeasesSeen, leases } from '../probes/leases.ts';

const silentMs = minutes(5);
const silentCriticalMs = minutes(15);
/** what counts as one that normally logs */
const usualLines = 10;
const usualGapMs = minutes(1);
const leastAlike = 3;
const mostClasses = 3;
const blockedShare = 0.01;
const busyShare = 0.95;

const logsOf = ({ namespace, pod, container }: ContainerUse): string =>
  `kubectl logs ${pod} -c ${container} -n ${namespace} --tail=200 --timestamps`;

const isWell = ({ isRunning, isReady }: ContainerUse): boolean => isRunning && isReady;
const usuallyLogs = ({ lines, usualGapMs: gap = Infinity }: PodLog): boolean =>
  lines >= usualLines && gap <= usualGapMs;

function silenceOf(log: PodLog, now: Instant): Milliseconds | undefined {
  if (log.newestAt === undefined || !isWell(log.use) || !usuallyLogs(log)) return undefined;
  const silence = now - log.newestAt;
  return silence >= silentMs ? silence : undefined;
}

/** `running`: executions under way, as far as they were seen: with none, silence is what is to be expected. */
export function silent({ pods }: EngineLogs, now: Instant, running: number | undefined): Finding[] {
  return pods.flatMap((log) => {
    const silence = silenceOf(log, now);
    return silence === undefined ? [] : [running === 0 ? idle(log, silence) : silentFor(log, silence)];
  });
}

const silenceAbout = ({ use }: PodLog, silence: Milliseconds) => ({
  check: engineLogs.name,
  subject: use.pod,
  observed: `newest line ${duration(silence)} ago`,
  repeat: logsOf(use),
  about: aboutPod(use),
});

const idle = (log: PodLog, silence: Milliseconds): Finding => ({
  ...silenceAbout(log, silence),
  rule: 'engine.idle',
  level: 'info',
  restsOn: [executions.name],
  summary: `It has said nothing for ${duration(silence)}, but no execution is under way: it may have nothing to do.`,
});

const silentFor = (log: PodLog, silence: Milliseconds): Finding => ({
  ...silenceAbout(log, silence),
  rule: 'engine.silent',
  level: silence >= silentCriticalMs ? 'critical' : 'warning',
  summary: `Running and ready, but it has said nothing for ${duration(silence)}; before, there was a line every ${duration(log.usualGapMs ?? 0)} or so.`,
  threshold: `warning from ${duration(silentMs)}, critical from ${duration(silentCriticalMs)}`,
  ...offering(log.use),
});

function offering(use: ContainerUse): Pick<Finding, 'offers'> {
  const offers = restartPod(use);
  return offers.length > 0 ? { offers } : {};
}

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

const complains = ({ groups }: PodLog): boolean => groups.some(({ count }) => count >= leastAlike);

/** Next to no CPU while it complains: it waits for something. All of what it may have: it is at work, or throttled. */
export function working(uses: ContainerUse[], { pods }: EngineLogs): Finding[] {
  const complaining = new Set(pods.filter(complains).map(({ use }) => use.uid));
  return uses.flatMap((use) => {
    const { cpu, cpuRequest = 0, cpuLimit = 0, uid, namespace, pod } = use;
    if (cpu === undefined) return [];
    const about = {
      level: 'warning' as const,
      check: engineUse.name,
      subject: pod,
      about: aboutPod(use),
      repeat: `kubectl top pod ${pod} --containers -n ${namespace}`,
    };
    if (complaining.has(uid) && cpu < blockedShare * cpuRequest)
      return [
        {
          ...about,
          rule: 'engine.blocked',
          summary: `It uses ${cores(cpu)} of CPU, less than 1 % of the ${cores(cpuRequest)} it requests, while its log complains: it waits for something, it does not work.`,
          observed: percent(cpu, cpuRequest),
          threshold: 'less than 1 % of its request, with errors',
        },
      ];
    if (cpuLimit > 0 && cpu >= busyShare * cpuLimit)
      return [
        {
          ...about,
          rule: 'engine.busy',
          cause: 'capacity' as const,
          summary: `It uses ${cores(cpu)} of CPU, ${percent(cpu, cpuLimit)} of its limit: it is busy, and slowed down by the limit.`,
          observed: percent(cpu, cpuLimit),
          threshold: `from ${100 * busyShare} % of its limit`,
        },
      ];
    return [];
  });
}

const cores = (n: number): string => `${Math.floor(n * 1_000)}m`;

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

/** One look: a clock that is wrong on either side shows the same. */
export function staleLease(seen: Lease[], now: Instant): Finding[] {
  return seen
    .filter(({ renewedAt, durationMs }) => now - renewedAt > durationMs)
    .map(({ namespace, name, holder, durationMs, renewedAt, pod }) => ({
      rule: 'lease.stale',
      level: 'warning',
      check: leases.name,
      subject: name,
      summary: `The lease is held by ${pod?.pod ?? `${holder}, which is no pod of the engine any more`}, but was renewed ${duration(now - renewedAt)} ago and lasts ${duration(durationMs)}: nobody leads. Seen once, by the clock of this machine.`,
      observed: `renewed ${duration(now - renewedAt)} ago`,
      threshold: `renewed within ${duration(durationMs)}`,
      repeat: `kubectl get lease ${name} -n ${namespace} -o yaml`,
      about: pod ? aboutPod(pod) : { kind: 'lease', namespace, name },
      ...(pod ? offering(pod) : {}),
    }));
}

export const leasesRenewed = ({ leases: seen, gaps }: LeasesSeen, now: Instant): string[] =>
  seen.length > 0 && gaps.length === 0 && staleLease(seen, now).length === 0
    ? [`${count(seen.length, 'lease')} of the engine, renewed in time.`]
    : [];
