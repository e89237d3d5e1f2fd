/** Effects on their way out: written with the decision, claimed under a lease, each settled once. */
import { z } from 'zod';
import type { Effect } from '../incident/effect.ts';
import type { IncidentId } from '../incident/incident.ts';
import type { Db, Queries } from './db.ts';
import { clean, toJson } from './json.ts';

export interface Budget {
  name: string;
  everyMs: number;
  burst: number;
}

/** `page`: whatever wakes somebody or ends that · `urgent`: whatever somebody waits for · `bulk`: the rest */
export const lanes = ['page', 'urgent', 'bulk'] as const;
export type Lane = (typeof lanes)[number];

export interface NewOutboxRow {
  effect: Effect;
  lane: Lane;
  /** rows of one destination leave one after the other, in the order they were written */
  destination: string;
  dedupKey: string;
  /** `home`: waits until the incident has a place in Slack */
  needs: 'nothing' | 'home';
  budget?: Budget;
  /** a waiting row of the same incident and group is superseded by this one */
  coalesce?: string;
}

/** Of several rows of one group only the last is kept, within the batch and among those that wait. */
export async function enqueue(db: Db, incident: IncidentId, batch: NewOutboxRow[]): Promise<void> {
  if (batch.length === 0) return;
  const rows = batch.filter(({ coalesce }, n) => coalesce === undefined || lastOf(batch, coalesce) === n);
  await db.query(
    `update outbox
        set state = 'superseded', settled_at = clock_timestamp()
      where incident = $1
        and state = 'waiting'
        and coalesce = any($2::text[])
        and (lease_until is null or lease_until < clock_timestamp())`,
    [incident, rows.flatMap(({ coalesce }) => coalesce ?? [])],
  );
  const flat = rows.map(({ budget, dedupKey, ...row }, nth) => ({
    ...row,
    nth,
    dedup_key: dedupKey,
    budget: budget?.name,
    every_ms: budget?.everyMs,
    burst: budget?.burst,
  }));
  await db.query(
    `insert into outbox (incident, effect, lane, destination, dedup_key, needs, budget, every_ms, burst, coalesce)
     select $1, t.effect, t.lane, t.destination, t.dedup_key, t.needs, t.budget, t.every_ms, t.burst, t.coalesce
       from jsonb_to_recordset($2::jsonb)
         as t (nth int, effect jsonb, lane text, destination text, dedup_key text, needs text, budget text,
               every_ms double precision, burst double precision, coalesce text)
      order by t.nth
     on conflict (dedup_key) do nothing`,
    [incident, toJson(flat)],
  );
  await db.query('notify outbox');
}

const lastOf = (batch: NewOutboxRow[], group: string): number =>
  batch.findLastIndex(({ coalesce }) => coalesce === group);

/** Pages that nobody needs any more are not sent. One that is being sent right now finishes first. */
export async function supersedePages(db: Db, incident: IncidentId, pages: string[]): Promise<void> {
  if (pages.length === 0) return;
  await db.query(
    `update outbox
        set state = 'superseded', settled_at = clock_timestamp()
      where incident = $1
        and state = 'waiting'
        and effect ->> 'kind' in ('page', 'confirm-page')
        and effect ->> 'page' = any($2::text[])
        and (lease_until is null or lease_until < clock_timestamp())`,
    [incident, pages],
  );
}

const Claimed = z.object({
  id: z.string(),
  incident: z.string(),
  effect: z.custom<Effect>(),
  attempt: z.number(),
  again: z.boolean(),
  queuedAt: z.number(),
  /** since it was written, by the real clock */
  waitedMs: z.number(),
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
}

const claims = 7_301_103;

/** Heads of their destination that may go now: not leased, not before their time, with a home where they need one. */
const ready = `
  select o.id, o.budget, o.every_ms, o.burst, i.severity
    from outbox o
    join incidents i on i.id = o.incident
   where o.state = 'waiting'
     and o.lane = $1
     and o.not_before <= clock_timestamp()
     and (o.lease_until is null or o.lease_until < clock_timestamp())
     and (o.needs = 'nothing' or i.home_known)
     and not exists (
           select from outbox earlier
            where earlier.destination = o.destination
              and earlier.state = 'waiting'
              and earlier.id < o.id)`;

/**
 * Takes leases, the oldest of the highest severity first, and the share of each budget with them. All claims of all
 * replicas queue behind one lock: what a budget has left is read and taken by one at a time. `again` is true where an
 * earlier attempt may have taken effect: its owner never came back to say.
 */
export async function claim(db: Db, { lane, limit, owner, leaseMs }: Claiming): Promise<Claimed[]> {
  await db.query('select pg_advisory_xact_lock($1)', [claims]);
  const { rows } = await db.query(
    `with ready as (${ready}
       for update of o skip locked
     ), ranked as (
       select *, row_number() over (partition by budget order by severity, id) as nth from ready
     ), affordable as (
       select r.*
         from ranked r
         left join budgets b on b.name = r.budget
        where r.budget is null
           or greatest(coalesce(b.spent_until, clock_timestamp()), clock_timestamp()) + r.nth * r.every_ms * interval '1 ms'
              <= clock_timestamp() + r.burst * r.every_ms * interval '1 ms'
        order by r.severity, r.id
        limit $2
     ), spent as (
       insert into budgets as b (name, spent_until)
       select budget, clock_timestamp() + count(*) * max(every_ms) * interval '1 ms'
         from affordable
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
       from affordable a
      where o.id = a.id
     returning o.id, o.incident, o.effect, o.attempts as attempt, o.again, o.budget,
               floor(extract(epoch from o.enqueued_at) * 1000)::double precision as "queuedAt",
               (extract(epoch from clock_timestamp() - o.enqueued_at) * 1000)::double precision as "waitedMs",
               (o.burst - 1) * o.every_ms as "fullMs"`,
    [lane, limit, owner, leaseMs],
  );
  return z.array(Claimed).parse(rows);
}

/** Who may settle a row: the owner of this very attempt, while its lease holds. */
export interface Fence {
  id: string;
  owner: string;
  attempt: number;
}

const fenced = `id = $1 and owner = $2 and attempts = $3 and state = 'waiting'`;
const fenceOf = ({ id, owner, attempt }: Fence): unknown[] => [id, owner, attempt];

export async function holdsLease(db: Queries, fence: Fence): Promise<boolean> {
  const { rowCount } = await db.query(
    `select from outbox where ${fenced} and lease_until > clock_timestamp()`,
    fenceOf(fence),
  );
  return rowCount === 1;
}

export async function markSent(db: Db, fence: Fence): Promise<boolean> {
  const { rowCount } = await db.query(
    `update outbox set state = 'sent', settled_at = clock_timestamp() where ${fenced}`,
    fenceOf(fence),
  );
  return rowCount === 1;
}

export interface Later {
  afterMs: number;
  error: string;
  mayHaveHappened: boolean;
}

/** A newer row of the same group could not supersede it while it was being sent: now it does. */
export async function retryLater(db: Db, fence: Fence, { afterMs, error, mayHaveHappened }: Later): Promise<boolean> {
  const { rowCount } = await db.query(
    `update outbox
        set state = case when exists (
              select from outbox newer
               where newer.incident = outbox.incident
                 and newer.coalesce = outbox.coalesce
                 and newer.state = 'waiting'
                 and newer.id > outbox.id) then 'superseded' else 'waiting' end,
            not_before = clock_timestamp() + $4::double precision * interval '1 ms',
            last_error = left($5, 500),
            again = again or $6,
            lease_until = null,
            owner = null
      where ${fenced}`,
    [...fenceOf(fence), afterMs, clean(error), mayHaveHappened],
  );
  return rowCount === 1;
}

/** Given up: neighbours go on, the row stays to be looked at. */
export async function quarantine(db: Db, fence: Fence, error: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update outbox
        set state = 'quarantined', last_error = left($4, 500), settled_at = clock_timestamp()
      where ${fenced}`,
    [...fenceOf(fence), clean(error)],
  );
  return rowCount === 1;
}

/** Milliseconds until the next row of a lane may go; nothing when none waits, or none that time alone will free. */
export async function untilNextSend(db: Queries, lane: Lane): Promise<number | undefined> {
  const { rows } = await db.query<{ ms: number | null }>(
    `select ceil(extract(epoch from min(greatest(
              o.not_before,
              o.lease_until,
              b.spent_until - (o.burst - 1) * o.every_ms * interval '1 ms')) - clock_timestamp()) * 1000)::double precision as ms
       from outbox o
       join incidents i on i.id = o.incident
       left join budgets b on b.name = o.budget
      where o.state = 'waiting'
        and o.lane = $1
        and (o.needs = 'nothing' or i.home_known)
        and not exists (
              select from outbox earlier
               where earlier.destination = o.destination
                 and earlier.state = 'waiting'
                 and earlier.id < o.id)`,
    [lane],
  );
  return (
    z
      .number()
      .nullable()
      .parse(rows[0]?.ms ?? null) ?? undefined
  );
}
