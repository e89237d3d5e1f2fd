/** Sessions that opened a transaction and do nothing in it: they keep their connection, and perhaps locks. */
import { z } from 'zod';
import type { Probe } from '../diagnosis/diagnosis.ts';
import { limitOf } from '../diagnosis/thresholds.ts';
import { askSessions, Statement, theirs, who } from './sessions.ts';

const IdleSession = z.object({
  pid: z.number(),
  application: z.string(),
  user: z.string(),
  database: z.string(),
  idleMs: z.number(),
  /** ending it takes back what it wrote */
  hasWritten: z.boolean(),
  /** its last statement */
  statement: Statement,
  /** of all that have been idle as long */
  all: z.number(),
});
export type IdleSession = z.infer<typeof IdleSession>;

/** At most ten, the longest first. */
export const idleInTransaction: Probe<IdleSession[]> = {
  name: 'idle in transaction',
  timeoutMs: 4_000,
  look: (surroundings) =>
    askSessions(surroundings, {
      row: IdleSession,
      values: [limitOf(surroundings.issueType, 'idleInTransaction')],
      sql: `with ${theirs}
        select pid,
               ${who} as application,
               coalesce(usename::text, '?') as "user",
               coalesce(datname::text, '?') as database,
               (extract(epoch from clock_timestamp() - state_change) * 1000)::double precision as "idleMs",
               backend_xid is not null as "hasWritten",
               query as statement,
               (count(*) over ())::int as "all"
          from theirs
         where state like 'idle in transaction%'
           and state_change < clock_timestamp() - $1::double precision * interval '1 ms'
         order by state_change
         limit 10`,
    }),
  repeat: () =>
    `select pid, application_name, now() - state_change as idle, query from pg_stat_activity where state like 'idle in transaction%' order by state_change`,
};
