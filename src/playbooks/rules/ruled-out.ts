/** What it is not: a sentence for each that was looked at and found well. */
import type { Seen } from '../../diagnosis/diagnosis.ts';
import { whenSeen } from '../../diagnosis/playbook.ts';
import { limitOf } from '../../diagnosis/thresholds.ts';
import { count, duration } from '../../diagnosis/words.ts';
import type { IssueType } from '../../incident/policy.ts';
import type { Root } from '../../probes/blocking.ts';
import type { Connections } from '../../probes/connections.ts';
import type { IdleSession } from '../../probes/idle-in-transaction.ts';
import type { LongQuery } from '../../probes/long-queries.ts';
import type { PoolerAnswer } from '../../probes/pooler-answer.ts';
import type { PoolerLog } from '../../probes/pooler-log.ts';
import type { Pools } from '../../probes/pooler-pools.ts';
import type { PostgresAnswer } from '../../probes/postgres-answer.ts';
import { versionText } from './doors.ts';
import { slotsNearlyUsed, usedOf } from './postgres.ts';

interface Evidence {
  pooler: Seen<PoolerAnswer>;
  postgres: Seen<PostgresAnswer>;
  pools: Seen<Pools>;
  connections: Seen<Connections>;
  long: Seen<LongQuery[]>;
  idle: Seen<IdleSession[]>;
  locks: Seen<Root[]>;
  log: Seen<PoolerLog>;
}

const when = (isSo: boolean, sentence: string): string[] => (isSo ? [sentence] : []);

export function ruledOut(evidence: Evidence, issueType: IssueType): string[] {
  return [...answering(evidence), ...waiting(evidence, issueType), ...sessions(evidence, issueType)];
}

const answering = ({ pooler, postgres }: Evidence): string[] => [
  ...whenSeen(pooler, (answer) =>
    answer.answers ? [`PgBouncer answers${answer.version ? ` (${versionText(answer.version)})` : ''}.`] : [],
  ),
  ...whenSeen(postgres, (answer) => when(answer.answers && !answer.isReplica, 'Postgres answers and is the primary.')),
];

const waiting = ({ pools, connections, log }: Evidence, issueType: IssueType): string[] => [
  ...whenSeen(pools, ({ pools, missing, pod }) =>
    when(
      missing.length === 0 && pools.length > 0 && pools.every(({ waiting }) => waiting === 0),
      `No client waits in any of PgBouncer's pools (${count(pools.length, 'pool')}${seenIn(pod)}).`,
    ),
  ),
  ...whenSeen(connections, (seen) =>
    when(
      seen.used < seen.usable && slotsNearlyUsed(seen, issueType).length === 0,
      `Postgres has connections left: ${usedOf(seen)}.`,
    ),
  ),
  ...whenSeen(log, ({ complained, gaps, sinceMs }) =>
    when(
      complained.length === 0 && gaps.length === 0,
      `PgBouncer's log of the last ${duration(sinceMs)} tells of no client sent away and no failed login.`,
    ),
  ),
];

const sessions = ({ long, idle, locks }: Evidence, issueType: IssueType): string[] => [
  ...whenSeen(long, (found) =>
    when(
      found.length === 0,
      `No statement has been running for longer than ${duration(limitOf(issueType, 'longQuery'))}.`,
    ),
  ),
  ...whenSeen(idle, (found) =>
    when(
      found.length === 0,
      `No session has been idle in transaction for longer than ${duration(limitOf(issueType, 'idleInTransaction'))}.`,
    ),
  ),
  ...whenSeen(locks, (roots) => when(roots.length === 0, 'No session waits for a lock.')),
];

const seenIn = (pod: string | undefined): string => (pod === undefined ? '' : `, seen in ${pod}`);
