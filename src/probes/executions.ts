/** Executions of the workflow engine in their table: how many run too long, which, and who holds locks on them. */
import { z } from 'zod';
import type { Probe, Queryable, Surroundings } from '../diagnosis/diagnosis.ts';
import type { IssueType } from '../incident/policy.ts';

const Executions = z.object({
  running: z.number(),
  stuck: z.number(),
  oldestMs: z.number().nullable(),
  byWorkflow: z.array(z.object({ workflow: z.string(), stuck: z.number() })),
  sample: z.array(z.string()),
});
export type Executions = z.infer<typeof Executions>;

const Holder = z.object({
  pid: z.number(),
  application: z.string(),
  state: z.string(),
  heldMs: z.number(),
  blocked: z.number(),
});
export type Holder = z.infer<typeof Holder>;

/** One identifier, or schema and table. */
const identifier = /^[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?$/;

function quoted(issueType: IssueType, target: string): string {
  const name = issueType.targets[target] ?? '';
  if (!identifier.test(name))
    throw new Error(`the runbook names no usable ${target}: ${JSON.stringify(name.slice(0, 80))}`);
  return name
    .split('.')
    .map((part) => `"${part}"`)
    .join('.');
}

const columns = (issueType: IssueType) => ({
  table: quoted(issueType, 'table'),
  id: quoted(issueType, 'id'),
  workflow: quoted(issueType, 'workflow'),
  status: quoted(issueType, 'status'),
  startedAt: quoted(issueType, 'startedAt'),
});

function database({ clients }: Surroundings): Queryable {
  if (clients.database) return clients.database;
  throw new Error('no database to look at is configured (TARGET_DATABASE_URL)');
}

const stuckAfterMs = (issueType: IssueType): number => issueType.thresholds['stuckAfter'] ?? 3_600_000;

/** Counted in the database: a hundred thousand stuck rows come back as one row with at most ten workflows and five ids. */
export const executions: Probe<Executions> = {
  name: 'executions',
  timeoutMs: 4_000,
  async look(surroundings) {
    const { issueType } = surroundings;
    const { table, id, workflow, status, startedAt } = columns(issueType);
    const { rows } = await explained(
      database(surroundings).query(
        `with running as materialized (
           select left(${id}::text, 80) as id,
                  left(${workflow}::text, 80) as workflow,
                  ${startedAt} as started_at,
                  ${startedAt} < now() - $2::double precision * interval '1 ms' as stuck
             from ${table}
            where ${status}::text = $1
         )
         select count(*)::int as running,
                count(*) filter (where stuck)::int as stuck,
                (extract(epoch from now() - min(started_at) filter (where stuck)) * 1000)::double precision as "oldestMs",
                coalesce((select json_agg(w)
                            from (select coalesce(workflow, '(none)') as workflow, count(*)::int as stuck
                                    from running where stuck group by 1 order by 2 desc, 1 limit 10) w), '[]') as "byWorkflow",
                coalesce((select json_agg(id)
                            from (select id from running where stuck order by started_at, id limit 5) s), '[]') as sample
           from running`,
        [issueType.targets['running'] ?? 'running', stuckAfterMs(issueType)],
      ),
    );
    return Executions.parse(rows[0]);
  },
  repeat: (issueType) => {
    const { table, status, startedAt } = columns(issueType);
    const value = (issueType.targets['running'] ?? 'running').replaceAll("'", "''");
    const minutes = Math.round(stuckAfterMs(issueType) / 60_000);
    return `select * from ${table} where ${status} = '${value}' and ${startedAt} < now() - interval '${minutes} minutes' order by ${startedAt} limit 20`;
  },
};

/** `relation`: a parameter, or the quoted name for a person to copy. */
const lockQuery = (relation: string): string => `
  select a.pid,
         left(coalesce(nullif(a.application_name, ''), a.usename::text, '?'), 80) as application,
         coalesce(a.state, '?') as state,
         (extract(epoch from now() - coalesce(a.xact_start, a.state_change, now())) * 1000)::double precision as "heldMs",
         (select count(*)::int from pg_stat_activity b where a.pid = any(pg_blocking_pids(b.pid))) as blocked
    from pg_locks l
    join pg_stat_activity a on a.pid = l.pid
   where l.relation = ${relation}::regclass
     and l.granted
     and l.mode in ('RowShareLock', 'RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
     and a.pid <> pg_backend_pid()
   group by a.pid, a.application_name, a.usename, a.state, a.xact_start, a.state_change
   order by blocked desc, "heldMs" desc
   limit 10`;

/** Sessions that hold row or table locks on the executions. Without the right to see others, that is said. */
export const executionLocks: Probe<Holder[]> = {
  name: 'locks on executions',
  timeoutMs: 4_000,
  async look(surroundings) {
    const { table } = columns(surroundings.issueType);
    const db = database(surroundings);
    const seen = await explained(db.query(`select pg_has_role('pg_read_all_stats', 'usage') as may`));
    if (seen.rows[0]?.['may'] !== true)
      throw new Error(
        'cannot see other sessions: grant this login pg_monitor (or pg_read_all_stats) to see who holds locks',
      );
    const { rows } = await explained(db.query(lockQuery('$1'), [table]));
    return z.array(Holder).parse(rows);
  },
  repeat: (issueType) =>
    lockQuery(`'${columns(issueType).table}'`)
      .replaceAll(/\s+/g, ' ')
      .trim(),
};

/** Why a look failed, in words; the driver's own text otherwise. Passwords never stand in these. */
async function explained<T>(query: Promise<T>): Promise<T> {
  try {
    return await query;
  } catch (error) {
    throw new Error(why(error), { cause: error });
  }
}

const sentences: Record<string, string> = {
  '42P01': 'the table does not exist',
  '42703': 'a column does not exist',
  '42501': 'this login may not read it',
  '28P01': 'the login was refused: wrong password',
  '28000': 'the login was refused',
  '3D000': 'the database does not exist',
  '53300': 'the database has no connection left for this login',
  '57014': 'the database took longer than 3 s over it',
  '55P03': 'it is locked by somebody else',
};

function why(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  const known = sentences[code];
  const own = (error.message || code).slice(0, 200);
  return known === undefined ? `the database did not answer: ${own}` : `${known} (${own})`;
}
