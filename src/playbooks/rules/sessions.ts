/** Sessions that keep others from working: long statements, forgotten transactions, locks, waits of one kind. */
import type { Finding } from '../../diagnosis/diagnosis.ts';
import { percent } from '../../diagnosis/quantity.ts';
import { limitOf } from '../../diagnosis/thresholds.ts';
import { count, duration, oneLine } from '../../diagnosis/words.ts';
import type { IssueType } from '../../incident/policy.ts';
import { seconds } from '../../incident/times.ts';
import { blocking, type Root } from '../../probes/blocking.ts';
import { type IdleSession, idleInTransaction } from '../../probes/idle-in-transaction.ts';
import { type LongQuery, longQueries } from '../../probes/long-queries.ts';
import { type Waits, waits } from '../../probes/waits.ts';

const blockedAtLeast = 5;
const shortWaitMs = seconds(1);
const waitShare = 50;
const waitAtLeast = 5;
/** what waits for a lock has its own finding */
const contended = new Set(['IO', 'LWLock', 'IPC']);

interface Session {
  pid: number;
  application: string;
  database: string;
}

const nameOf = ({ pid, application, database }: Session): string =>
  `${oneLine(application, 80)} in ${oneLine(database, 63)}, pid ${pid}`;

export function idle([oldest, ...others]: IdleSession[], issueType: IssueType): Finding[] {
  if (!oldest) return [];
  const idleInTransactionCritical = limitOf(issueType, 'idleInTransactionCritical');
  const all = [oldest, ...others];
  const written = all.filter(({ hasWritten }) => hasWritten).length;
  const limit = duration(limitOf(issueType, 'idleInTransaction'));
  return [
    {
      rule: 'sessions.idle-in-transaction',
      level: oldest.idleMs >= idleInTransactionCritical ? 'critical' : 'warning',
      check: idleInTransaction.name,
      subject: `pid ${oldest.pid}`,
      summary: `${count(oldest.all, 'session')} idle in transaction for longer than ${limit}, the longest (${nameOf(oldest)}) for ${duration(oldest.idleMs)}; ${written} of ${all.length} wrote something that ending them takes back.`,
      observed: `${oldest.all}, longest ${duration(oldest.idleMs)}`,
      threshold: `warning from ${limit}, critical from ${duration(idleInTransactionCritical)}`,
      evidence: all.map((one) => `${nameOf(one)}, for ${duration(one.idleMs)}, after: ${one.statement}`),
    },
  ];
}

export function long([oldest, ...others]: LongQuery[], issueType: IssueType): Finding[] {
  if (!oldest) return [];
  const longQueryCritical = limitOf(issueType, 'longQueryCritical');
  const limit = duration(limitOf(issueType, 'longQuery'));
  const wait = oldest.wait === null ? '' : `, waiting for ${oneLine(oldest.wait, 60)}`;
  return [
    {
      rule: 'sessions.long-query',
      level: oldest.runningMs >= longQueryCritical ? 'critical' : 'warning',
      check: longQueries.name,
      subject: `pid ${oldest.pid}`,
      summary: `${count(oldest.all, 'statement')} running for longer than ${limit}, the longest (${nameOf(oldest)}${wait}) for ${duration(oldest.runningMs)}.`,
      observed: `${oldest.all}, longest ${duration(oldest.runningMs)}`,
      threshold: `warning from ${limit}, critical from ${duration(longQueryCritical)}`,
      evidence: [oldest, ...others].map((one) => `${nameOf(one)}, for ${duration(one.runningMs)}: ${one.statement}`),
    },
  ];
}

/** Of a tree only its root is named: all others go on by themselves once that is gone. */
export function blocked(roots: Root[], issueType: IssueType): Finding[] {
  const blockedWarning = limitOf(issueType, 'blockedWarning');
  const blockedCritical = limitOf(issueType, 'blockedCritical');
  return roots.flatMap((root) => {
    const { blocked, longestWaitMs, depth } = root;
    const isCrowd = blocked >= blockedAtLeast && longestWaitMs >= shortWaitMs;
    if (!isCrowd && longestWaitMs < blockedWarning) return [];
    return [
      {
        rule: 'locks.blocked',
        level: isCrowd || longestWaitMs >= blockedCritical ? 'critical' : 'warning',
        check: blocking.name,
        subject: `pid ${root.pid}`,
        summary: `${count(blocked, 'session')} ${blocked === 1 ? 'waits' : 'wait'} for locks behind pid ${root.pid} (${oneLine(root.application, 80)}, ${oneLine(root.state, 40)} for ${duration(root.heldMs)}), the longest for ${duration(longestWaitMs)}, in a chain of ${depth >= 10 ? '10 or more' : depth}. It waits for nobody: the others go on once it ends.`,
        observed: `${blocked} waiting, longest ${duration(longestWaitMs)}`,
        threshold: `warning from ${duration(blockedWarning)}, critical from ${duration(blockedCritical)} or ${blockedAtLeast} waiting`,
        evidence: [root.statement],
      },
    ];
  });
}

export function waitingAlike({ active }: Waits): Finding[] {
  const all = active.reduce((sum, { sessions }) => sum + sessions, 0);
  return active
    .filter(({ kind, sessions }) => all >= waitAtLeast && contended.has(kind) && (100 * sessions) / all > waitShare)
    .map(({ kind, sessions }) => ({
      rule: 'sessions.wait-alike',
      level: 'warning',
      check: waits.name,
      subject: `waits for ${kind}`,
      summary: `${sessions} of ${all} sessions at work wait for ${kind === 'IO' ? 'the disk (IO)' : `Postgres itself (${kind})`}.`,
      observed: percent(sessions, all),
      threshold: `more than ${waitShare} % of at least ${waitAtLeast}`,
    }));
}

/** A total says little; two looks apart say whether it grows. */
export function deadlocks({ deadlocks }: Waits): Finding[] {
  if (deadlocks === 0) return [];
  return [
    {
      rule: 'postgres.deadlocks',
      level: 'info',
      check: waits.name,
      subject: 'postgres',
      summary: `${count(deadlocks, 'deadlock')} since Postgres began to count: only a number that grows matters now.`,
      observed: `${deadlocks}`,
    },
  ];
}
