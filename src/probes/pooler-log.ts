/** What PgBouncer's log says of refused clients and failed logins: its console forgets them at once. */
import { type Cluster, kinds, type LogAsked, type LogGap } from '../diagnosis/cluster.ts';
import type { Probe } from '../diagnosis/diagnosis.ts';
import { duration, oneLine, reasonOf } from '../diagnosis/words.ts';
import { CannotSee } from '../errors.ts';
import type { Instant } from '../incident/incident.ts';
import { minutes } from '../incident/times.ts';
import { type Line, lineOf } from './logs.ts';

/** In this order: the first that fits a line is what it says. */
const words = [
  ['unknown-database', /login failed: .*database ".*" does not exist/],
  ['server-full', /login failed: .*(too many clients|slots are reserved)/],
  ['server-away', /closing because: connect failed|login failed: .*the database system is/],
  ['login-failed', /login failed: /],
  ['wait-timeout', /closing because: query_wait_timeout/],
  ['client-limit', /closing because: no more connections allowed/],
] as const;
export type Complaint = (typeof words)[number][0];

export interface Complained {
  kind: Complaint;
  count: number;
  /** the newest line of it */
  line: string;
}

export interface PoolerLog {
  complained: Complained[];
  sinceMs: number;
  gaps: string[];
}

export const sinceMs = minutes(15);
const tailLines = 500;

export const poolerLog: Probe<PoolerLog> = {
  name: 'pgbouncer log',
  timeoutMs: 8_000,
  targets: ['pooler'],
  rights: [{ kind: kinds.pods, subresource: 'log', verbs: ['get'] }],
  async look({ clients: { cluster }, issueType: { targets }, now }) {
    const { namespace, pooler: pod } = targets;
    if (!cluster) throw new CannotSee('absent', 'no cluster to look at is configured (KUBECONFIG)');
    if (namespace === undefined || pod === undefined)
      throw new CannotSee('absent', 'the runbook names no pod for the pooler, or no namespace');
    const since = now - sinceMs;
    const said = await saidSince(cluster, { namespace, pod, tailLines }, since);
    const young = said.lines.filter(({ at }) => at >= since);
    return {
      complained: complainedOf(young.map(({ text }) => text)),
      sinceMs,
      gaps: gapsOf(said),
    };
  },
  repeat: ({ targets }) => `kubectl logs ${targets['pooler']} -n ${targets['namespace']} --since=15m`,
  gaps: ({ gaps }) => gaps,
};

interface Said {
  lines: Line[];
  /** its first line is younger than that, and was not the first */
  isCut: boolean;
  gap: LogGap | undefined;
  /** why the run before was not read */
  why?: string;
}

/** What is older than that time, and was not read for its length, is missed by nobody. */
function gapsOf({ lines, isCut, gap, why }: Said): string[] {
  return [
    ...(isCut && !gap ? [`the log of ${duration(sinceMs)} is longer than the ${tailLines} lines that were read`] : []),
    ...(gap && (isCut || gap.of === 'newest') ? [gap.why] : []),
    ...(lines.length > 0 || why !== undefined ? [] : ['its log holds nothing']),
    ...(why === undefined ? [] : [`what a run before this one said was not seen: ${why}`]),
  ];
}

/** A log that begins within that time may be one of after a restart: the run before has the rest. */
async function saidSince(cluster: Cluster, asked: LogAsked, since: Instant): Promise<Said> {
  const { lines: texts, isCut, gap } = await cluster.logs(asked);
  const lines = texts.flatMap(lineOf);
  const isYoung = (lines[0]?.at ?? Infinity) >= since;
  if (!isYoung || isCut || asked.previous === true) return { lines, isCut: isCut && isYoung, gap };
  try {
    const before = await saidSince(cluster, { ...asked, previous: true }, since);
    return { ...before, lines: [...before.lines, ...lines] };
  } catch (error) {
    const hadNone = error instanceof CannotSee && error.code === 'absent';
    return { lines, isCut: false, gap, ...(hadNone ? {} : { why: reasonOf(error) }) };
  }
}

function complainedOf(lines: string[]): Complained[] {
  const byKind = Map.groupBy(lines, kindOf);
  return [...byKind].flatMap(([kind, found]) =>
    kind === undefined ? [] : [{ kind, count: found.length, line: oneLine(found.at(-1) ?? '') }],
  );
}

function kindOf(line: string): Complaint | undefined {
  return words.find(([, said]) => said.test(line))?.[0];
}
