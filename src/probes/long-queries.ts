/** Statements that have been running for long. */
import { z } from 'zod';
import type { Probe } from '../diagnosis/diagnosis.ts';
import { limitOf } from '../diagnosis/thresholds.ts';
import { askSessions, Statement, theirs, who } from './sessions.ts';

const LongQuery = z.object({
  pid: z.number(),
  application: z.string(),
  user: z.string(),
  database: z.string(),
  runningMs: z.number(),
  /** what it waits for, where it does */
  wait: z.string().nullable(),
  statement: Statement,
  /** of all that are as long */
  all: z.number(),
});
export type LongQuery = z.infer<typeof LongQuery>;

/** At most ten, the longest first. */
export const longQueries: Probe<LongQuery[]> = {
  name: 'long queries',
  timeoutMs: 4_000,
  look: (surroundings) =>
    askSessions(surroundings, {
      row: LongQuery,
      values: [limitOf(surroundings.issueType, 'longQuery')],
      sql: `with ${theirs}
        select pid,
               ${who} as application,
               coalesce(usename::text, '?') as "user",
               coalesce(datname::text, '?') as database,
               (extract(epoch from clock_timestamp() - query_start) * 1000)::double precision as "runningMs",
               nullif(concat_ws(' ', wait_event_type, wait_event), '') as wait,
               query as statement,
               (count(*) over ())::int as "all"
          from theirs
         where state = 'active'
           and query_start < clock_timestamp() - $1::double precision * interval '1 ms'
         order by query_start
         limit 10`,
    }),
  repeat: (issueType) =>
    `select pid, application_name, now() - query_start as age, query from pg_stat_activity where state = 'active' and query_start < now() - interval '${limitOf(issueType, 'longQuery') / 1_000} s' order by query_start`,
};
