/** PgBouncer's limits, and what its log says of those whom it sent away. */
import type { Finding, Seen } from '../../diagnosis/diagnosis.ts';
import { percent } from '../../diagnosis/quantity.ts';
import { count, duration, oneLine } from '../../diagnosis/words.ts';
import { type PoolerDatabase, poolerDatabases } from '../../probes/pooler-databases.ts';
import { type PoolerLimits, poolerLimits } from '../../probes/pooler-limits.ts';
import { type Complained, type Complaint, type PoolerLog, poolerLog } from '../../probes/pooler-log.ts';
import { type Pools, poolerPools } from '../../probes/pooler-pools.ts';

const clientsWarning = 80;
const clientsCritical = 95;
const serversWarning = 90;

export function clientLimit(limits: PoolerLimits, pools: Seen<Pools>): Finding[] {
  if (!pools.ok || limits.clients === undefined) return [];
  const connected = pools.data.pools.reduce((sum, { clients }) => sum + clients, 0);
  const share = (100 * connected) / limits.clients;
  if (share < clientsWarning) return [];
  return [
    {
      rule: 'pooler.client-limit',
      level: share >= clientsCritical ? 'critical' : 'warning',
      check: poolerLimits.name,
      restsOn: [poolerPools.name],
      subject: 'pgbouncer',
      summary: `${connected} of ${limits.clients} clients that PgBouncer takes are connected; beyond that it refuses them (max_client_conn).`,
      observed: percent(connected, limits.clients),
      threshold: `warning from ${clientsWarning} %, critical from ${clientsCritical} %`,
      cause: 'capacity',
    },
  ];
}

export function databaseLimit(databases: PoolerDatabase[]): Finding[] {
  return databases.flatMap(({ name, connections, limit }) => {
    if (limit === undefined || connections === undefined || (100 * connections) / limit < serversWarning) return [];
    return [
      {
        rule: 'pooler.database-limit',
        level: 'warning',
        check: poolerDatabases.name,
        subject: `database ${oneLine(name, 63)}`,
        summary: `${connections} of ${limit} server connections that PgBouncer allows this database in all are open (max_db_connections).`,
        observed: percent(connections, limit),
        threshold: `${serversWarning} %`,
        cause: 'capacity',
      },
    ];
  });
}

const told: Record<Complaint, { rule: string; what: string }> = {
  'login-failed': {
    rule: 'pooler.login-failing',
    what: 'PgBouncer could not log in to Postgres',
  },
  'server-full': { rule: 'pooler.without-servers', what: 'Postgres had no connection left for PgBouncer' },
  'server-away': { rule: 'pooler.without-servers', what: 'PgBouncer could not reach Postgres' },
  'unknown-database': {
    rule: 'pooler.unknown-database',
    what: 'clients asked PgBouncer for a database that Postgres does not have',
  },
  'wait-timeout': {
    rule: 'pooler.waits-timed-out',
    what: 'clients were sent away because they had waited for too long (query_wait_timeout)',
  },
  'client-limit': {
    rule: 'pooler.clients-refused',
    what: 'clients were refused because PgBouncer had too many (max_client_conn)',
  },
};

/** What is seen to be so now, the log need not tell again. */
const saidBy: Partial<Record<Complaint, string[]>> = {
  'server-full': ['postgres.full'],
  'server-away': ['postgres.down', 'postgres.starting', 'database.unreachable'],
};

export function logged({ complained, sinceMs }: PoolerLog, found: Finding[]): Finding[] {
  return complained
    .filter(({ kind }) => !found.some(({ rule }) => [told[kind].rule, ...(saidBy[kind] ?? [])].includes(rule)))
    .map((complaint) => complaintOf(complaint, sinceMs));
}

function complaintOf({ kind, count: times, line }: Complained, sinceMs: number): Finding {
  return {
    rule: told[kind].rule,
    level: kind === 'unknown-database' ? 'warning' : 'critical',
    check: poolerLog.name,
    subject: 'pgbouncer',
    summary: `Within ${duration(sinceMs)}, ${told[kind].what}: ${count(times, 'line')} of its log.`,
    observed: count(times, 'line'),
    threshold: 'any',
    evidence: [line],
  };
}
