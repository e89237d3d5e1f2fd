/** Sessions that hold locks on the table of executions, and how many others wait behind each of them. */
import { z } from 'zod';
import type { Probe } from '../diagnosis/diagnosis.ts';
import { literal, quoted } from './database.ts';
import { askSessions, isOurs, who } from './sessions.ts';

const Holder = z.object({
  /** 0: a prepared transaction, which has no session */
  pid: z.number(),
  application: z.string(),
  state: z.string(),
  /** since its transaction began */
  heldMs: z.number(),
  /** waits for a lock itself */
  isWaiting: z.boolean(),
  /** keeps even readers out of the table */
  isExclusive: z.boolean(),
  /** sessions on this table that wait behind it, directly or through others */
  blocked: z.number(),
  longestWaitMs: z.number(),
});
export type Holder = z.infer<typeof Holder>;

/**
 * Whoever waits while touching the table is followed to those who block, link by link: the one at the end may hold no
 * more than a read lock, or wait for nothing on this table at all. `union`, not `union all`: each pair once, so a queue of
 * a hundred stays small and a deadlock ends.
 */
const holders = `
  with recursive ours as (
    select pid
      from pg_stat_activity
     where ${isOurs}
  ), touching as materialized (
    select pid,
           bool_or(granted and mode <> 'AccessShareLock') as writes,
           bool_or(granted and mode = 'AccessExclusiveLock') as exclusive
      from pg_locks
     where locktype = 'relation'
       and database = (select oid from pg_database where datname = current_database())
       and relation = $1::regclass
       and pid not in (select pid from ours)
     group by pid
  ), waiting as materialized (
    select pid,
           max(extract(epoch from clock_timestamp() - waitstart)) * 1000 as ms
      from pg_locks
     where not granted
       and pid not in (select pid from ours)
     group by pid
  ), edges as materialized (
    select pid as waiter,
           unnest(pg_blocking_pids(pid)) as blocker
      from waiting
  ), behind as (
    select waiter as victim, blocker
      from edges
     where waiter in (select pid from touching)
    union
    select behind.victim, edges.blocker
      from behind
      join edges on edges.waiter = behind.blocker
  ), blockers as (
    select blocker as pid,
           count(*)::int as blocked,
           max(waiting.ms) as ms
      from behind
      join waiting on waiting.pid = behind.victim
     group by blocker
  )
  select pid,
         case pid when 0 then 'prepared transaction'
                  else ${who} end as application,
         case pid when 0 then 'prepared' else coalesce(a.state, '?') end as state,
         coalesce(extract(epoch from clock_timestamp() - coalesce(
           a.xact_start,
           a.state_change,
           case pid when 0 then (select min(prepared) from pg_prepared_xacts where database = current_database()) end
         )) * 1000, 0)::double precision as "heldMs",
         pid in (select pid from waiting) as "isWaiting",
         coalesce(t.exclusive, false) as "isExclusive",
         coalesce(b.blocked, 0) as blocked,
         coalesce(b.ms, 0)::double precision as "longestWaitMs"
    from (select pid from blockers union select pid from touching where writes) p
    left join pg_stat_activity a using (pid)
    left join touching t using (pid)
    left join blockers b using (pid)
   order by "isWaiting", blocked desc, "heldMs" desc
   limit 10`;

export const executionLocks: Probe<Holder[]> = {
  name: 'locks on executions',
  timeoutMs: 4_000,
  targets: ['table'],
  async look(surroundings) {
    const table = quoted(surroundings.issueType, 'table', 'table');
    return askSessions(surroundings, { row: Holder, sql: holders, values: [table] });
  },
  repeat: (issueType) =>
    [
      'select pid, application_name, state, xact_start, pg_blocking_pids(pid) as blocked_by from pg_stat_activity',
      `where pid in (select pid from pg_locks where relation = ${literal(quoted(issueType, 'table', 'table'))}::regclass)`,
      'order by xact_start',
    ].join(' '),
};
