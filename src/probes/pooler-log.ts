/** What PgBouncer's log says of refused clients and failed logins: its console forgets them at once. */
import { kinds } from '../diagnosis/cluster.ts';
import type { Probe } from '../diagnosis/diagnosis.ts';
import { minutes } from '../diagnosis/times.ts';
import { oneLine } from '../diagnosis/words.ts';
import { CannotSee } from '../errors.ts';
import { lineOf } from './logs.ts';

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
  /** the first line that was read is younger than that */
  isCut: boolean;
}

export const sinceMs = minutes(15);
const tailLines = 500;

export const poolerLog: Probe<PoolerLog> = {
  name: 'pgbouncer log',
  timeoutMs: 8_000,
  rights: [{ kind: kinds.pods, subresource: 'log', verbs: ['get'] }],
  async look({ clients: { cluster }, issueType: { targets }, now }) {
    const { namespace, pooler: pod } = targets;
    if (!cluster) throw new CannotSee('absent', 'no cluster to look at is configured (KUBECONFIG)');
    if (namespace === undefined || pod === undefined)
      throw new CannotSee('absent', 'the runbook names no pod for the pooler, or no namespace');
    const { lines, isCut } = await cluster.logs({ namespace, pod, tailLines });
    const said = lines.flatMap(lineOf);
    const young = said.filter(({ at }) => now - at <= sinceMs);
    return {
      complained: complainedOf(young.map(({ text }) => text)),
      sinceMs,
      isCut: isCut && young.length === said.length,
    };
  },
  repeat: ({ targets }) => `kubectl logs ${targets['pooler']} -n ${targets['namespace']} --since=15m`,
  gaps: ({ isCut }) => (isCut ? [`the log of 15 min is longer than the ${tailLines} lines that were read`] : []),
};

function complainedOf(lines: string[]): Complained[] {
  const byKind = Map.groupBy(lines, kindOf);
  return [...byKind].flatMap(([kind, found]) =>
    kind === undefined ? [] : [{ kind, count: found.length, line: oneLine(found.at(-1) ?? '') }],
  );
}

function kindOf(line: string): Complaint | undefined {
  return words.find(([, said]) => said.test(line))?.[0];
}
