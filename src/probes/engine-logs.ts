/** The last lines of every pod of the workflow engine: trouble of a kind clustered, and when it last said anything. */
import { type Cluster, kinds, type LogGap } from '../diagnosis/cluster.ts';
import type { ContainerUse } from '../diagnosis/container-use.ts';
import type { Probe, Surroundings } from '../diagnosis/diagnosis.ts';
import { classOf, type Host, hostsIn, type LineClass, masked } from '../diagnosis/log-lines.ts';
import { mainOf, type Pod } from '../diagnosis/pod.ts';
import { askedOnce } from '../diagnosis/shared.ts';
import { median } from '../diagnosis/trend.ts';
import type { Instant } from '../incident/incident.ts';
import type { IssueType, Milliseconds } from '../incident/policy.ts';
import { hours } from '../incident/times.ts';
import { clusterOf, labelled, namespaceOf, whyNot } from './kubernetes.ts';
import { type Line, lineOf } from './logs.ts';
import { usesIn } from './memory.ts';
import { freshAt } from './pod-use.ts';
import { listPods } from './pods.ts';

const tailLines = 200;
/** The runbook's label names few pods: of more than these not all are read, and that is said. */
const mostPods = 6;

/** Trouble of before that is over, however few lines were said since. */
export const complaintsWithinMs = hours(1);

export interface LineGroup {
  class: LineClass;
  /** with numbers and secrets masked */
  line: string;
  count: number;
  firstAt: Instant;
  lastAt: Instant;
}

export interface PodLog {
  use: ContainerUse;
  lines: number;
  /** absent where it was not read as well */
  newestAt?: Instant | undefined;
  /** between two lines, half of the time no more than this */
  usualGapMs?: Milliseconds | undefined;
  /** of the last hour alone, as the next */
  groups: LineGroup[];
  /** named in lines of trouble, the most often first */
  hosts: (Host & { count: number })[];
}

export interface EngineLogs {
  pods: PodLog[];
  unread: string[];
}

interface Read {
  use: ContainerUse;
  lines: Line[];
  gap: LogGap | undefined;
}

const linesIn = askedOnce(
  async (cluster: Cluster, namespace: string, labels: string): Promise<{ read: Read[]; unread: string[] }> => {
    const [{ containers }, pods] = await Promise.all([
      usesIn(cluster, namespace, labels),
      listPods(cluster, namespace, labels),
    ]);
    const mains = new Map(pods.rows.map((pod) => [pod.uid, mainOf(pod)?.name]));
    const main = containers.filter(({ uid, container }) => mains.get(uid) === container);
    const asked = main.slice(0, mostPods);
    const looks = await Promise.allSettled(asked.map((use) => linesOf(cluster, use)));
    const refused = looks.filter((look) => look.status === 'rejected').map(({ reason }) => whyNot(reason));
    const left =
      main.length > asked.length ? [`there are ${main.length} pods, the logs of ${asked.length} were read`] : [];
    const read = looks.flatMap((look) => (look.status === 'fulfilled' ? [look.value] : []));
    return { read, unread: [...new Set(refused), ...read.flatMap(gapOf), ...left, ...beside(pods.rows)] };
  },
);

/** Which of several is the engine is a guess, unless their pod names it; one pod speaks for all that are like it. */
function beside(pods: Pod[]): string[] {
  const guessed = pods.filter(({ containers, defaultContainer }) =>
    containers.every(({ name }) => name !== defaultContainer),
  );
  return guessed
    .flatMap((pod) => {
      const [main, ...others] = pod.containers.filter(({ isInit }) => !isInit).map(({ name }) => name);
      return others.length > 0
        ? [`of ${pod.name} the log of ${main} alone was read, not that of ${others.join(', ')}`]
        : [];
    })
    .slice(0, 1);
}

export async function engineLogsOf(surroundings: Surroundings): Promise<EngineLogs> {
  const { issueType, now } = surroundings;
  const { read, unread } = await linesIn(clusterOf(surroundings), namespaceOf(issueType), labelOf(issueType));
  return { pods: read.map((one) => logOf(one, now)), unread };
}

export const labelOf = ({ targets }: IssueType): string => targets['label'] ?? 'app=workflow-engine';

export const engineLogs: Probe<EngineLogs> = {
  name: 'logs of the workflow engine',
  timeoutMs: 10_000,
  targets: ['label'],
  rights: [
    { kind: kinds.pods, verbs: ['list'] },
    { kind: kinds.podMetrics, verbs: ['list'] },
    { kind: kinds.pods, verbs: ['get'], subresource: 'log' },
  ],
  look: engineLogsOf,
  gaps: ({ pods, unread }) =>
    pods.length === 0 && unread.length === 0 ? ['no pod carries the label of the workflow engine'] : unread,
  repeat: (issueType) =>
    `kubectl logs -n ${namespaceOf(issueType)}${labelled(issueType)} --tail=${tailLines} --timestamps --prefix`,
};

async function linesOf(cluster: Cluster, use: ContainerUse): Promise<Read> {
  const { namespace, pod, container } = use;
  const { lines, gap } = await cluster.logs({ namespace, pod, container, tailLines });
  return { use, lines: lines.flatMap(lineOf), gap };
}

const gapOf = ({ use, gap }: Read): string[] => (gap ? [`${use.pod}/${use.container}: ${gap.why}`] : []);

function logOf({ use, lines, gap }: Read, now: Instant): PodLog {
  const lately = lines.filter(({ at }) => now - at <= complaintsWithinMs);
  return {
    use: freshAt(use, now),
    lines: lines.length,
    newestAt: gap?.of === 'newest' ? undefined : lines.at(-1)?.at,
    usualGapMs: usualGap(lines),
    groups: groupsOf(lately),
    hosts: hostsOf(lately),
  };
}

const usualGap = (said: Line[]): Milliseconds | undefined =>
  said.length < 2 ? undefined : median(said.slice(1).map(({ at }, n) => at - (said[n]?.at ?? at)));

/** Lines of one kind and one wording are one; of one kind the most frequent wording speaks for all. */
function groupsOf(said: Line[]): LineGroup[] {
  const troubled = said.flatMap(({ at, text }) => {
    const found = classOf(text);
    return found ? [{ class: found, at, line: masked(text) }] : [];
  });
  const alike = [...Map.groupBy(troubled, (one) => `${one.class} ${one.line}`).values()];
  return alike
    .flatMap(([first, ...rest]) =>
      first
        ? [
            {
              class: first.class,
              line: first.line,
              count: 1 + rest.length,
              firstAt: first.at,
              lastAt: rest.at(-1)?.at ?? first.at,
            },
          ]
        : [],
    )
    .toSorted((a, b) => b.count - a.count);
}

function hostsOf(said: Line[]): PodLog['hosts'] {
  const named = said.filter(({ text }) => classOf(text)).flatMap(({ text }) => hostsIn(text));
  return [...Map.groupBy(named, ({ name }) => name).values()]
    .flatMap((same) => {
      const [first] = same;
      return first ? [{ ...first, port: same.find(({ port }) => port !== undefined)?.port, count: same.length }] : [];
    })
    .toSorted((a, b) => b.count - a.count);
}
