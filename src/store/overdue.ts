/** What should be done by now and is not: duties, and sends that somebody waits for. By incident, the worst first. */
import { z } from 'zod';
import type { IncidentId } from '../incident/incident.ts';
import { budgetNow } from './claim.ts';
import type { Queries } from './db.ts';

const Overdue = z.object({
  incident: z.string(),
  number: z.number(),
  /** of the oldest one: the key of a duty, the kind of an effect */
  what: z.string(),
  ms: z.number(),
  count: z.number(),
  error: z.string().nullable(),
});
export type Overdue = z.infer<typeof Overdue> & { incident: IncidentId };

const most = 100;

/** Owed duties that have been due for longer than so many milliseconds. */
export async function overdueDuties(db: Queries, ms: number): Promise<Overdue[]> {
  const { rows } = await db.query(
    `select d.incident, i.number, (array_agg(d.key order by d.due_at))[1] as what, count(*)::int as count,
            extract(epoch from app_now() - min(d.due_at))::double precision * 1000 as ms, null as error
       from duties d
       join incidents i on i.id = d.incident
      where d.state = 'owed'
        and d.due_at < app_now() - $1::double precision * interval '1 ms'
      group by d.incident, i.number
      order by min(d.due_at)
      limit $2`,
    [ms, most],
  );
  return z.array(Overdue).parse(rows);
}

/**
 * Sends of the lanes that somebody waits for, unsent for longer than so many milliseconds. A page has no excuse. A post
 * has one, for a while: a home that does not exist yet, or Slack's own pace. Asking whether a page was confirmed is no
 * send: the duty beside it takes the second route.
 */
export async function overdueSends(
  db: Queries,
  { ms, excusedMs }: { ms: number; excusedMs: number },
): Promise<Overdue[]> {
  const { rows } = await db.query(
    `select o.incident, i.number, (array_agg(o.effect ->> 'kind' order by o.id))[1] as what, count(*)::int as count,
            extract(epoch from clock_timestamp() - min(o.enqueued_at))::double precision * 1000 as ms,
            (array_agg(o.last_error order by o.id))[1] as error
       from outbox o
       join incidents i on i.id = o.incident
       left join budgets b on b.name = ${budgetNow}
      where o.state = 'waiting'
        and o.lane in ('page', 'urgent', 'look')
        and o.effect ->> 'kind' <> 'confirm-page'
        and o.enqueued_at < clock_timestamp() - $1::double precision * interval '1 ms'
        and (o.lane = 'page'
             or o.enqueued_at < clock_timestamp() - $2::double precision * interval '1 ms'
             or ((o.needs = 'nothing' or i.home_known)
                 and (b.name is null
                      or b.spent_until <= clock_timestamp() + (o.burst - 1) * o.every_ms * interval '1 ms')))
      group by o.incident, i.number
      order by min(o.enqueued_at)
      limit $3`,
    [ms, excusedMs, most],
  );
  return z.array(Overdue).parse(rows);
}
