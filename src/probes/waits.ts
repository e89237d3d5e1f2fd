/** What the sessions at work wait for, and how many deadlocks there have been. */
import { z } from 'zod';
import type { Probe } from '../diagnosis/diagnosis.ts';
import { askSessions, theirs } from './sessions.ts';

const Waits = z.object({
  /** at work right now; the most of them first */
  active: z.array(z.object({ kind: z.string(), sessions: z.number() })),
  /** since the statistics began, of all databases */
  deadlocks: z.number(),
});
export type Waits = z.infer<typeof Waits>;

export const waits: Probe<Waits> = {
  name: 'waits',
  timeoutMs: 4_000,
  async look(surroundings) {
    const [seen] = await askSessions(surroundings, {
      row: Waits,
      sql: `with ${theirs}
        select (select coalesce(json_agg(w), '[]')
                  from (select coalesce(wait_event_type, 'CPU') as kind, count(*)::int as sessions
                          from theirs
                         where state = 'active'
                         group by 1
                         order by 2 desc, 1) w) as active,
               (select coalesce(sum(deadlocks), 0)::double precision from pg_stat_database) as deadlocks`,
    });
    return seen ?? { active: [], deadlocks: 0 };
  },
  repeat: () =>
    `select wait_event_type, wait_event, count(*) from pg_stat_activity where state = 'active' group by 1, 2 order by 3 desc`,
};
