/** The control group of suspect containers, read inside them with `cat`: v2, and v1 where there is no v2. */
import type { Cluster } from '../diagnosis/cluster.ts';
import { kinds } from '../diagnosis/cluster.ts';
import type { ContainerUse } from '../diagnosis/container-use.ts';
import type { Probe } from '../diagnosis/diagnosis.ts';
import { shareOf } from '../diagnosis/rules/memory.ts';
import { eventsOf, type Inside, insideCheck } from '../diagnosis/rules/memory-kills.ts';
import { CannotSee } from '../errors.ts';
import { clusterOf, leftOut, namespaceOf, whyNot } from './kubernetes.ts';
import { usesAt } from './memory.ts';

/** A command in a pod is dear, and leaves a trace in the audit log: the most loaded alone. */
const mostSuspects = 6;
const suspectShare = 0.5;

const v2 = ['cat', ...['current', 'max', 'events', 'stat'].map((name) => `/sys/fs/cgroup/memory.${name}`)];
const v1 = [
  'cat',
  ...['usage_in_bytes', 'limit_in_bytes', 'failcnt', 'oom_control', 'stat'].map(
    (name) => `/sys/fs/cgroup/memory/memory.${name}`,
  ),
];
const hitsOfV1 = ['cat', '/sys/fs/cgroup/memory/memory.failcnt'];
/** What v1 says where no limit is set is the largest multiple of a page. */
const noLimitFrom = 2 ** 60;

export interface InsideSeen {
  read: Inside[];
  unread: string[];
}

export const cgroups: Probe<InsideSeen> = {
  name: insideCheck,
  timeoutMs: 12_000,
  targets: ['label'],
  rights: [
    { kind: kinds.pods, verbs: ['list'] },
    { kind: kinds.pods, verbs: ['get', 'create'], subresource: 'exec' },
  ],
  async look(surroundings) {
    const cluster = clusterOf(surroundings);
    const { issueType, now } = surroundings;
    const { containers } = await usesAt(now, cluster, namespaceOf(issueType), issueType.targets['label']);
    const running = containers.filter(({ isRunning }) => isRunning).toSorted(mostLoadedFirst);
    const suspects = running.filter(isSuspect);
    const asked = suspects.length > 0 ? suspects.slice(0, mostSuspects) : running.slice(0, 1);
    const looks = await Promise.allSettled(asked.map((use) => lookInside(cluster, use)));
    const refused = looks.filter((look) => look.status === 'rejected').map(({ reason }) => whyNot(reason));
    return {
      read: looks.flatMap((look) => (look.status === 'fulfilled' ? [look.value] : [])),
      unread: [
        ...new Set(refused),
        ...leftOut('that use half of their limit', suspects.length, asked.length),
        ...(running.length > 0 ? [] : ['none runs']),
      ],
    };
  },
  gaps: ({ unread }) => (unread.length > 0 ? [`not all containers were looked into: ${unread.join(', ')}`] : []),
  repeat: (issueType) => `kubectl exec -n ${namespaceOf(issueType)} <pod> -- ${v2.join(' ')}`,
};

/** Without a figure nothing is known of it, so it comes first. */
const mostLoadedFirst = (a: ContainerUse, b: ContainerUse): number =>
  (shareOf(b) ?? Infinity) - (shareOf(a) ?? Infinity) || b.restarts - a.restarts;

/** Where none is, the most loaded is looked into all the same: of none at all nothing would be seen. */
const isSuspect = (use: ContainerUse): boolean => (shareOf(use) ?? 1) >= suspectShare;

async function lookInside(cluster: Cluster, use: ContainerUse): Promise<Inside> {
  const newer = await read(cluster, use, v2);
  const version = newer === undefined ? 'v1' : 'v2';
  const text = newer ?? (await read(cluster, use, v1));
  if (text === undefined)
    throw new CannotSee('unreadable', `${use.pod}/${use.container} has no memory control group to read`);
  const inside = version === 'v2' ? insideV2(use, text) : insideV1(use, text);
  if (inside.limitHits === 0) return inside;
  // only whether it rises is lost with it
  const then = await read(cluster, use, version === 'v2' ? eventsOf.v2 : hitsOfV1).catch(() => '');
  return { ...inside, limitHitsThen: version === 'v2' ? keysOf(then ?? '')['max'] : hitsIn(then) };
}

const hitsIn = (text = ''): number | undefined => (/^\d+\s*$/.test(text) ? Number(text) : undefined);

/** Undefined: there are no such files. */
async function read(cluster: Cluster, use: ContainerUse, command: readonly string[]): Promise<string | undefined> {
  const { namespace, pod, container } = use;
  const { exitCode, stdout } = await cluster.exec({ namespace, pod, container, command }).catch(orNoCat(use));
  if (exitCode === 126 || exitCode === 127) throw withoutCat(use);
  return exitCode === 0 ? stdout : undefined;
}

const withoutCat = ({ pod, container }: ContainerUse): CannotSee =>
  new CannotSee('unreadable', `${pod}/${container} is not readable from inside: its image has no cat`);

/** Some runtimes say it by an exit code, some by an error of their own. */
const orNoCat =
  (use: ContainerUse) =>
  (error: unknown): never => {
    if (
      Error.isError(error) &&
      /executable( file)? not found|no such (?:command|file or directory)/i.test(error.message)
    )
      throw withoutCat(use);
    throw error;
  };

function insideV2(use: ContainerUse, text: string): Inside {
  const [current = '', max = ''] = text.split('\n');
  const keys = keysOf(text);
  return {
    use,
    version: 'v2',
    workingBytes: Math.max(0, numberOf(current) - (keys['inactive_file'] ?? 0)),
    limitBytes: max.trim() === 'max' ? undefined : numberOf(max),
    limitHits: keys['max'] ?? 0,
    kills: keys['oom_kill'] ?? 0,
  };
}

function insideV1(use: ContainerUse, text: string): Inside {
  const [usage = '', limit = '', hits = ''] = text.split('\n');
  const keys = keysOf(text);
  const limitBytes = numberOf(limit);
  return {
    use,
    version: 'v1',
    workingBytes: Math.max(0, numberOf(usage) - (keys['total_inactive_file'] ?? 0)),
    limitBytes: limitBytes >= noLimitFrom ? undefined : limitBytes,
    limitHits: numberOf(hits),
    kills: keys['oom_kill'] ?? 0,
  };
}

function numberOf(line: string): number {
  if (!/^\d+\s*$/.test(line))
    throw new CannotSee('unreadable', 'the control group answered with something else than numbers');
  return Number(line);
}

const keysOf = (text: string): Record<string, number> =>
  Object.fromEntries([...text.matchAll(/^(\w+) (\d+)$/gm)].map(([, key = '', value]) => [key, Number(value)]));
