/** Effects on their way out: written with the decision, claimed under a lease, each settled once. */
import type { Effect } from '../incident/effect.ts';
import type { IncidentId } from '../incident/incident.ts';
import type { Db, Queries } from './db.ts';
import { clean, toJson } from './json.ts';

export interface Budget {
  name: string;
  everyMs: number;
  burst: number;
}

/**
 * `page`: whatever wakes somebody or ends that · `urgent`: whatever somebody waits for · `look`: looks at the systems, which
 * may take 15 s · `bulk`: the rest
 */
export const lanes = ['page', 'urgent', 'look', 'bulk'] as const;
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

/** Of several rows of one group only the last is kept, within the batch and among those that wait. One statement. */
export async function enqueue(db: Db, incident: IncidentId, batch: NewOutboxRow[]): Promise<void> {
  if (batch.length === 0) return;
  const rows = batch.filter(({ coalesce }, n) => coalesce === undefined || lastOf(batch, coalesce) === n);
  const flat = rows.map(({ budget, dedupKey, ...row }, nth) => ({
    ...row,
    nth,
    dedup_key: dedupKey,
    budget: budget?.name,
    every_ms: budget?.everyMs,
    burst: budget?.burst,
  }));
  await db.query(
    `with listed as (
       select *
         from jsonb_to_recordset($2::jsonb)
           as t (nth int, effect jsonb, lane text, destination text, dedup_key text, needs text, budget text,
                 every_ms double precision, burst double precision, coalesce text)
     ), superseded as (
       update outbox
          set state = 'superseded', settled_at = clock_timestamp()
        where incident = $1
          and state = 'waiting'
          and coalesce in (select coalesce from listed)
          and (lease_until is null or lease_until < clock_timestamp())
     ), enqueued as (
       insert into outbox (incident, effect, lane, destination, dedup_key, needs, budget, every_ms, burst, coalesce)
       select $1, effect, lane, destination, dedup_key, needs, budget, every_ms, burst, coalesce
         from listed
        order by nth
       on conflict (dedup_key) do nothing
     )
     select pg_notify('outbox', '')`,
    [incident, toJson(flat)],
  );
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

/** Also once it has run out: whoever took the row meanwhile holds it under a fence of their own. */
export async function renewLease(db: Queries, fence: Fence, ms: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `update outbox
        set lease_until = clock_timestamp() + $4::double precision * interval '1 ms'
      where ${fenced}`,
    [...fenceOf(fence), ms],
  );
  return rowCount === 1;
}

export const markSent = (db: Db, fence: Fence): Promise<boolean> => settleAs('sent', db, fence);

/** What came after it made it untrue: it is not sent. */
export const markPast = (db: Db, fence: Fence): Promise<boolean> => settleAs('superseded', db, fence);

async function settleAs(state: 'sent' | 'superseded', db: Db, fence: Fence): Promise<boolean> {
  const { rowCount } = await db.query(`update outbox set state = $4, settled_at = clock_timestamp() where ${fenced}`, [
    ...fenceOf(fence),
    state,
  ]);
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
        set (state, settled_at) = (
              select case when count(*) > 0 then 'superseded' else 'waiting' end,
                     case when count(*) > 0 then clock_timestamp() end
                from outbox newer
               where newer.incident = outbox.incident
                 and newer.coalesce = outbox.coalesce
                 and newer.state = 'waiting'
                 and newer.id > outbox.id),
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

/** Asked for and not settled yet; no type: a look at all of them. */
export async function isLookWaiting(
  db: Queries,
  incident: IncidentId,
  issueType: string | undefined,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `select from outbox
      where incident = $1 and state = 'waiting' and lane = 'look' and effect ->> 'issueType' is not distinct from $2
      limit 1`,
    [incident, issueType],
  );
  return (rowCount ?? 0) > 0;
}
