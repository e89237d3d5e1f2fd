/** Which rows of the outbox may go now, and who takes them: leases, order, budgets. */
import { z } from 'zod';
import type { Effect } from '../incident/effect.ts';
import type { Db, Queries } from './db.ts';
import type { Lane } from './outbox.ts';
import { untilOf } from './until.ts';

const Claimed = z.object({
  id: z.string(),
  incident: z.string(),
  effect: z.custom<Effect>(),
  attempt: z.number(),
  again: z.boolean(),
  queuedAt: z.number(),
  /** since it was written, by the real clock */
  waitedMs: z.number(),
  /** a newer one of its kind takes its place */
  givesWay: z.boolean(),
  budget: z.string().nullable(),
  /** how long the budget takes from spent to full but for one */
  fullMs: z.number().nullable(),
});
export type Claimed = z.infer<typeof Claimed>;

export interface Claiming {
  owner: string;
  lane: Lane;
  limit: number;
  leaseMs: number;
  /** what this release can carry out; without it all */
  kinds?: readonly string[];
}

const claims = 7_301_103;

/** What a newer release wrote, while it runs beside this one, is left to it, and holds up nothing behind it. */
const known = (row: string, kinds: string): string =>
  `(${kinds}::text[] is null or ${row}.effect ->> 'kind' = any(${kinds}))`;

/** What stands in the announcements' channel, in threads too, shares its pace. */
export const announcing = 'post:announce';
/** Of an outbox row `o` and its incident `i`. */
export const budgetNow = `
  case when o.budget like 'post:%' and o.needs = 'home' and i.channel is null then '${announcing}' else o.budget end`;

/** Lanes whose rows are counted before a lane's own: what somebody waits for is never behind the rest of its budget. */
const before = { page: ['page'], urgent: ['urgent'], look: ['look'], bulk: ['urgent', 'bulk'] } satisfies Record<
  Lane,
  Lane[]
>;

/** Heads of their destination that may go now: not leased, not before their time, with a home where they need one. */
const ready = `
  select o.id, o.lane, ${budgetNow} as budget, o.every_ms, o.burst, i.severity, o.needs
    from outbox o
    join incidents i on i.id = o.incident
   where o.state = 'waiting'
     and o.lane = any($5)
     and o.not_before <= clock_timestamp()
     and (o.lease_until is null or o.lease_until < clock_timestamp())
     and (o.needs = 'nothing' or i.home_known)
     and ${known('o', '$6')}
     and not exists (
           select from outbox earlier
            where earlier.destination = o.destination
              and earlier.state = 'waiting'
              and earlier.id < o.id
              and ${known('earlier', '$6')})`;

/** What nobody knows of yet, of whatever severity, goes before what stands in threads of what is known. */
const announces = `(budget = '${announcing}' and needs = 'nothing')`;

/** Of what is ready, as many as are wanted and as each budget has room for. */
const affordable = `
  select r.*
    from ranked r
    left join budgets b on b.name = r.budget
   where r.lane = $1
     and (r.budget is null
          or greatest(coalesce(b.spent_until, clock_timestamp()), clock_timestamp())
             + r.nth * r.every_ms * interval '1 ms'
             <= clock_timestamp() + r.burst * r.every_ms * interval '1 ms')
   order by r.severity, r.needs desc, r.id
   limit $2`;

/**
 * Takes leases, the oldest of the highest severity first and announcements before what stands in any thread of theirs, and
 * the share of each budget with them. All claims of all replicas queue behind one lock: what a budget has left is read and
 * taken by one at a time. Pages have no budget and wait for nobody. Only what is taken is locked: in a storm hundreds of
 * rows are ready that no budget lets go. `again` is true where an earlier attempt may have taken effect: its owner never
 * came back to say.
 */
export async function claim(db: Db, { lane, limit, owner, leaseMs, kinds }: Claiming): Promise<Claimed[]> {
  const queueing = lane === 'page' ? undefined : db.query('select pg_advisory_xact_lock($1)', [claims]);
  const claiming = db.query(
    `with ready as (${ready}
     ), ranked as (
       select *, row_number() over (partition by budget order by lane desc, ${announces} desc, severity, id) as nth
         from ready
     ), affordable as (${affordable}
     ), taken as (
       select o.id, a.budget, o.every_ms
         from outbox o
         join affordable a on a.id = o.id
        where o.state = 'waiting'
          and (o.lease_until is null or o.lease_until < clock_timestamp())
          for update of o skip locked
     ), spent as (
       insert into budgets as b (name, spent_until)
       select budget, clock_timestamp() + count(*) * max(every_ms) * interval '1 ms'
         from taken
        where budget is not null
        group by budget
       on conflict (name) do update
          set spent_until = greatest(b.spent_until, clock_timestamp()) + (excluded.spent_until - clock_timestamp())
     )
     update outbox o
        set attempts = attempts + 1,
            again = again or owner is not null,
            owner = $3,
            lease_until = clock_timestamp() + $4::double precision * interval '1 ms'
       from taken t
      where o.id = t.id
     returning o.id, o.incident, o.effect, o.attempts as attempt, o.again, t.budget,
               o.coalesce is not null as "givesWay",
               floor(extract(epoch from o.enqueued_at) * 1000)::double precision as "queuedAt",
               (extract(epoch from clock_timestamp() - o.enqueued_at) * 1000)::double precision as "waitedMs",
               (o.burst - 1) * o.every_ms as "fullMs"`,
    [lane, limit, owner, leaseMs, before[lane], kinds],
  );
  const [{ rows }] = await Promise.all([claiming, queueing]);
  return z.array(Claimed).parse(rows);
}

/** Milliseconds until the next row of a lane may go; nothing when none waits, or none that time alone will free. */
export async function untilNextSend(db: Queries, lane: Lane, kinds?: readonly string[]): Promise<number | undefined> {
  const { rows } = await db.query(
    `select ceil(extract(epoch from min(greatest(
              o.not_before,
              o.lease_until,
              b.spent_until - (o.burst - 1) * o.every_ms * interval '1 ms')) - clock_timestamp()) * 1000)::double precision as ms
       from outbox o
       join incidents i on i.id = o.incident
       left join budgets b on b.name = ${budgetNow}
      where o.state = 'waiting'
        and o.lane = $1
        and (o.needs = 'nothing' or i.home_known)
        and ${known('o', '$2')}
        and not exists (
              select from outbox earlier
               where earlier.destination = o.destination
                 and earlier.state = 'waiting'
                 and earlier.id < o.id
                 and ${known('earlier', '$2')})`,
    [lane, kinds],
  );
  return untilOf(rows);
}
