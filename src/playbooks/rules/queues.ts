/** Clients that wait at PgBouncer, and why: three causes that look alike to them. */
import type { Finding, FindingLevel, Seen } from '../../diagnosis/diagnosis.ts';
import { count, duration, oneLine } from '../../diagnosis/words.ts';
import { seconds } from '../../incident/times.ts';
import { connections } from '../../probes/connections.ts';
import { type PoolerDatabase, poolerDatabases } from '../../probes/pooler-databases.ts';
import { type PoolerLimits, poolerLimits } from '../../probes/pooler-limits.ts';
import { type Pool, type Pools, poolerPools } from '../../probes/pooler-pools.ts';
import { postgresAnswer } from '../../probes/postgres-answer.ts';
import { blameOf, type Postgres } from './postgres.ts';

const waitWarningMs = seconds(1);
const waitCriticalMs = seconds(5);
const waitCriticalShare = 0.25;
const serversMissingAfterMs = seconds(2);

export interface Evidence extends Postgres {
  databases: Seen<PoolerDatabase[]>;
  clientLimits: Seen<PoolerLimits>;
}

/** One finding for each pool with a queue: what its clients wait for. */
export function queues({ pools, pod }: Pools, evidence: Evidence): Finding[] {
  return pools.flatMap((pool) => {
    const level = levelOf(pool, evidence.clientLimits);
    const database = databaseOf(pool, evidence.databases);
    // its clients wait because they were told to: that is the pause's finding
    if (level === undefined || database?.isPaused) return [];
    const about = aboutOf(pool, pod);
    if (isWithoutServers(pool)) return [withoutServers(pool, about, evidence)];
    if (isExhausted(pool, database)) return [exhausted(pool, about, database)];
    return [
      {
        ...about,
        rule: 'pooler.clients-waiting',
        level,
        restsOn: [poolerLimits.name],
        summary: `${queueOf(pool)}, ${serversOf(pool)}.`,
      } as const,
    ];
  });
}

/** By the wait of the first in the queue: averages count only those who were served in the end. */
function levelOf({ waiting, longestWaitMs = 0 }: Pool, limits: Seen<PoolerLimits>): FindingLevel | undefined {
  if (waiting === 0 || longestWaitMs < waitWarningMs) return undefined;
  const limit = limits.ok ? limits.data.waitMs : undefined;
  const critical = Math.min(waitCriticalMs, limit === undefined ? waitCriticalMs : limit * waitCriticalShare);
  return longestWaitMs >= critical ? 'critical' : 'warning';
}

const databaseOf = ({ database }: Pool, databases: Seen<PoolerDatabase[]>): PoolerDatabase | undefined =>
  databases.ok ? databases.data.find(({ name }) => name === database) : undefined;

const isWithoutServers = ({ active, idle, longestWaitMs = 0 }: Pool): boolean =>
  active + idle === 0 && longestWaitMs >= serversMissingAfterMs;

/** Where its size was not seen: nobody would wait beside a pool that could still grow. */
const isExhausted = ({ active, idle, login }: Pool, database: PoolerDatabase | undefined): boolean =>
  idle === 0 && active > 0 && (database?.poolSize === undefined ? login === 0 : active >= database.poolSize);

const nameOf = ({ database, user }: Pool): string => `pool ${oneLine(database, 63)}/${oneLine(user, 63)}`;

const queueOf = ({ waiting, longestWaitMs = 0 }: Pool): string =>
  `${count(waiting, 'client')} waiting, the first for ${duration(longestWaitMs)}`;

const serversOf = ({ active, idle, login }: Pool): string =>
  `${active} server connections at work, ${idle} free, ${login} logging in`;

const aboutOf = (pool: Pool, pod: string | undefined) => ({
  check: poolerPools.name,
  subject: nameOf(pool),
  observed: `${queueOf(pool)}; ${serversOf(pool)}${pod === undefined ? '' : ` (seen in ${pod})`}`,
  threshold: `warning from ${duration(waitWarningMs)}, critical from ${duration(waitCriticalMs)} or ${waitCriticalShare * 100} % of query_wait_timeout`,
});

type About = ReturnType<typeof aboutOf>;

function exhausted(pool: Pool, about: About, database: PoolerDatabase | undefined): Finding {
  const size = database?.poolSize;
  const all = size === undefined ? `All ${pool.active}` : `${pool.active} of ${size}`;
  return {
    ...about,
    rule: 'pooler.exhausted',
    level: 'critical',
    restsOn: [poolerDatabases.name],
    summary: `${all} server connections of the pool are at work and none is free: ${queueOf(pool)}. Long or locked statements and open transactions keep them; the pool itself may be too small.`,
    cause: 'capacity',
  };
}

function withoutServers(pool: Pool, about: About, evidence: Evidence): Finding {
  const blame = blameOf(evidence);
  const queue = `${queueOf(pool)}, and the pool has no connection to Postgres at all`;
  if (blame !== undefined)
    return { ...about, rule: 'pooler.without-servers', level: 'critical', summary: `${queue}: ${blame}.` };
  return {
    ...about,
    rule: 'pooler.login-failing',
    level: 'critical',
    restsOn: [postgresAnswer.name, connections.name],
    summary: `${queue}, although Postgres answers and has room: PgBouncer's password for it, its address, or the network between them.`,
    cause: 'dependency',
  };
}

export function paused(databases: PoolerDatabase[]): Finding[] {
  return databases
    .filter(({ isPaused, isDisabled }) => isPaused || isDisabled)
    .map(({ name, isPaused }) => ({
      rule: 'pooler.paused',
      level: 'critical',
      check: poolerDatabases.name,
      subject: `database ${oneLine(name, 63)}`,
      summary: isPaused
        ? 'Somebody paused it at PgBouncer: its clients wait until an administrator says RESUME.'
        : 'Somebody disabled it at PgBouncer: new clients are refused until an administrator says ENABLE.',
      observed: isPaused ? 'paused' : 'disabled',
    }));
}
