/** Who waits for a lock, and who stands at the root of it (Postgres 14 or newer). */
import { z } from 'zod';
import type { Probe } from '../diagnosis/diagnosis.ts';
import { askSessions, Statement, theirs, who } from './sessions.ts';

const Root = z.object({
  /** 0: a prepared transaction, which has no session */
  pid: z.number(),
  application: z.string(),
  state: z.string(),
  /** since its transaction began */
  heldMs: z.number(),
  statement: Statement,
  /** sessions behind it, directly or through others */
  blocked: z.number(),
  /** links of the longest chain behind it, ten at most */
  depth: z.number(),
  longestWaitMs: z.number(),
});
export type Root = z.infer<typeof Root>;

/**
 * `union`, not `union all`: each pair once per depth, so that a queue of a hundred stays small and a deadlock ends. A root
 * of nothing but a deadlock there is none: Postgres resolves that by itself within a second.
 */
const tree = `
  with recursive ${theirs.trim()}, waiting as materialized (
    select pid,
           max(extract(epoch from clock_timestamp() - waitstart)) * 1000 as ms
      from pg_locks
     where not granted
       and pid in (select pid from theirs)
     group by pid
  ), edges as materialized (
    select pid as waiter,
           unnest(pg_blocking_pids(pid)) as blocker
      from waiting
  ), chain as (
    select blocker as root, waiter, 1 as depth
      from edges
     where blocker not in (select pid from waiting)
    union
    select chain.root, edges.waiter, chain.depth + 1
      from chain
      join edges on edges.blocker = chain.waiter
     where chain.depth < 10
  ), roots as (
    select root as pid,
           count(distinct waiter)::int as blocked,
           max(depth) as depth,
           max(waiting.ms) as ms
      from chain
      join waiting on waiting.pid = chain.waiter
     group by root
  )
  select pid,
         case pid when 0 then 'prepared transaction' else ${who} end as application,
         case pid when 0 then 'prepared' else coalesce(a.state, a.backend_type, '?') end as state,
         coalesce(extract(epoch from clock_timestamp() - coalesce(
           a.xact_start,
           a.state_change,
           case pid when 0 then (select min(prepared) from pg_prepared_xacts) end
         )) * 1000, 0)::double precision as "heldMs",
         a.query as statement,
         blocked,
         depth,
         coalesce(ms, 0)::double precision as "longestWaitMs"
    from roots
    left join pg_stat_activity a using (pid)
   order by blocked desc, pid
   limit 5`;

export const blocking: Probe<Root[]> = {
  name: 'locks',
  timeoutMs: 4_000,
  look: (surroundings) => askSessions(surroundings, { row: Root, sql: tree }),
  repeat: () =>
    `select pid, application_name, state, pg_blocking_pids(pid) as blocked_by, query from pg_stat_activity where wait_event_type = 'Lock'`,
};
