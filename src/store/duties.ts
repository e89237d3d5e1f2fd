/** Duties as rows: what is owed and when, and what became of it. What was paid is never owed again. */
import { z } from 'zod';
import type { Duty, DutyKind, Paid } from '../incident/decision.ts';
import type { IncidentId, Instant } from '../incident/incident.ts';
import { type ReminderKind, reminderKinds } from '../incident/policy.ts';
import type { Db, Queries } from './db.ts';
import { clean, toJson } from './json.ts';
import { untilOf } from './until.ts';

const others = { page: true, confirm: true, channel: true } satisfies Record<Exclude<DutyKind, ReminderKind>, true>;
/** What a newer release owes besides, while it runs beside this one, is its own business: neither met nor cancelled. */
const known = [...reminderKinds, ...Object.keys(others)];

export interface Owing {
  /** all that is owed after the decision; owed rows that are not among them are cancelled */
  duties: Duty[];
  paid: Paid[];
  reason: string;
  now: Instant;
}

/**
 * Pays first: a duty that was met in the transaction that made it owed never stands as owed. What was cancelled may be
 * owed again under its own key: a reopened incident has its resolution target back.
 */
export async function saveDuties(db: Db, id: IncidentId, { duties, paid, reason, now }: Owing): Promise<void> {
  const paying = paid.length > 0 ? pay(db, id, { paid, now }) : undefined;
  const owing = db.query(
    `with listed as (
       select key, kind, to_timestamp(due_at / 1000) as due_at
         from jsonb_to_recordset($2::jsonb) as t (key text, kind text, due_at double precision)
     ), cancelled as (
       update duties d
          set state = 'cancelled', outcome = $3
        where incident = $1
          and state = 'owed'
          and kind = any($4)
          and not exists (select from listed l where l.key = d.key)
       returning 1
     ), owed as (
       insert into duties (incident, key, kind, due_at)
       select $1, key, kind, due_at from listed
       on conflict (incident, key) do update
          set state = 'owed', due_at = excluded.due_at, outcome = null
        where duties.state = 'cancelled'
           or (duties.state = 'owed' and duties.due_at <> excluded.due_at)
       returning 1
     )
     select pg_notify('duties', '')
      where exists (select from owed) or exists (select from cancelled)`,
    [id, toJson(duties.map(({ key, kind, dueAt }) => ({ key, kind, due_at: dueAt }))), clean(reason), known],
  );
  await Promise.all([paying, owing]);
}

async function pay(db: Db, id: IncidentId, { paid, now }: { paid: Paid[]; now: Instant }): Promise<void> {
  const rows = paid.map(({ key, outcome, lateMs }) => ({ key, outcome, late_ms: lateMs, kind: key.split(':')[0] }));
  await db.query(
    `insert into duties as d (incident, key, kind, due_at, state, fired_at, late_ms, outcome)
     select $1, key, kind, to_timestamp(($3::double precision - late_ms) / 1000), 'paid', to_timestamp($3::double precision / 1000), late_ms, outcome
       from jsonb_to_recordset($2::jsonb) as t (key text, kind text, outcome text, late_ms double precision)
     on conflict (incident, key) do update
        set state = 'paid', due_at = excluded.due_at, fired_at = excluded.fired_at, late_ms = excluded.late_ms,
            outcome = excluded.outcome
      where d.state <> 'paid'`,
    [id, toJson(rows), now],
  );
}

/**
 * Incidents with something due: after an outage those that owe a page before those that owe a reminder, then the longest
 * overdue first. Takes no lock: `handle` locks the incident itself.
 */
export async function incidentsDue(db: Queries, limit: number, but: IncidentId[] = []): Promise<IncidentId[]> {
  const { rows } = await db.query<{ incident: IncidentId }>(
    `select incident
       from duties
      where state = 'owed'
        and due_at <= app_now()
        and kind = any($2)
        and incident <> all($3)
      group by incident
      order by bool_or(kind = 'page') desc, min(due_at)
      limit $1`,
    [limit, known, but],
  );
  return rows.map(({ incident }) => incident);
}

/** Milliseconds until the next duty is due, rounded up; nothing when none is owed. */
export async function untilNextDue(db: Queries, but: IncidentId[] = []): Promise<number | undefined> {
  const { rows } = await db.query(
    `select ceil(extract(epoch from min(due_at) - app_now()) * 1000)::double precision as ms
       from duties
      where state = 'owed'
        and kind = any($1)
        and incident <> all($2)`,
    [known, but],
  );
  return untilOf(rows);
}

const Row = z.object({
  key: z.string(),
  kind: z.string(),
  dueAt: z.coerce.number(),
  state: z.enum(['owed', 'paid', 'cancelled']),
  firedAt: z.coerce.number().nullable(),
  lateMs: z.coerce.number().nullable(),
  outcome: z.string().nullable(),
});
export type DutyRow = z.infer<typeof Row>;

/** Every duty the incident ever owed, with what became of it. */
export async function dutiesOf(db: Queries, id: IncidentId): Promise<DutyRow[]> {
  const { rows } = await db.query(
    `select key, kind, round(extract(epoch from due_at) * 1000)::bigint as "dueAt", state,
            round(extract(epoch from fired_at) * 1000)::bigint as "firedAt", late_ms as "lateMs", outcome
       from duties
      where incident = $1
      order by due_at, key`,
    [id],
  );
  return z.array(Row).parse(rows);
}
