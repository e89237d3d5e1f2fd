/** The bot's own tables as a run left them, read as rows: times in milliseconds, what is JSON as JSON. */
import type pg from 'pg';
import { z } from 'zod';
import { isObject, type Json } from '../slack/json.ts';

const JsonObject = z.custom<Json>(isObject);
const Time = z.coerce.number();
const Maybe = Time.nullable();

const Person = z.union([z.object({ slack: z.string() }), z.object({ pager: z.string(), name: z.string() })]);
export type Person = z.infer<typeof Person>;

/** What the invariants ask of an incident; the rest of its state is not looked at. */
const State = z.looseObject({
  declaredAt: z.number(),
  home: z.looseObject({
    kind: z.enum(['none', 'channel', 'thread']),
    channel: z.string().optional(),
    ts: z.string().optional(),
    card: z.string().optional(),
  }),
  announcement: z.looseObject({ channel: z.string(), ts: z.string() }).optional(),
  acknowledged: z.looseObject({ by: Person }).optional(),
  lead: Person.optional(),
  pages: z.array(z.looseObject({ key: z.string(), state: z.string() })),
});

const IncidentRow = z.object({
  id: z.string(),
  number: z.number(),
  severity: z.string(),
  phase: z.string(),
  channel: z.string().nullable(),
  head: z.string(),
  length: z.number(),
  state: State,
});
export type IncidentRow = z.infer<typeof IncidentRow>;

/** What an entry says, as far as an invariant asks; `page` is a key, the levels that a step pages, or a page itself. */
const Body = z.looseObject({
  step: z.number().optional(),
  page: z.union([z.string(), z.array(z.string()), z.looseObject({ key: z.string() })]).optional(),
  duty: z.string().optional(),
  dueAt: z.number().optional(),
});

const TimelineRow = z.object({
  incident: z.string(),
  seq: z.number(),
  at: Time,
  actor: z.unknown(),
  kind: z.string(),
  body: Body,
  previous: z.string(),
  hash: z.string(),
});
export type TimelineRow = z.infer<typeof TimelineRow>;

const DutyRow = z.object({
  incident: z.string(),
  key: z.string(),
  kind: z.string(),
  dueAt: Time,
  state: z.string(),
  firedAt: Maybe,
  lateMs: Maybe,
  outcome: z.string().nullable(),
});
export type DutyRow = z.infer<typeof DutyRow>;

const OutboxRow = z.object({
  id: z.string(),
  incident: z.string(),
  effect: JsonObject,
  key: z.string(),
  state: z.string(),
});
export type OutboxRow = z.infer<typeof OutboxRow>;

const InputRow = z.object({ key: z.string(), actor: z.unknown(), at: Time, answer: JsonObject.nullable() });
export type InputRow = z.infer<typeof InputRow>;

export const Tables = z.object({
  incidents: z.array(IncidentRow),
  timeline: z.array(TimelineRow),
  duties: z.array(DutyRow),
  outbox: z.array(OutboxRow),
  inputs: z.array(InputRow),
});
export type Tables = z.infer<typeof Tables>;

const ms = (column: string): string => `round(extract(epoch from ${column}) * 1000)::bigint`;

const queries = {
  incidents: `
    select id, number, severity, phase, channel, timeline_head as head, timeline_length as length, state
      from incidents
     order by number`,
  timeline: `
    select incident, seq, ${ms('at')} as at, actor, kind, body, previous, hash
      from timeline
     order by incident, seq`,
  duties: `
    select incident, key, kind, ${ms('due_at')} as "dueAt", state, ${ms('fired_at')} as "firedAt",
           late_ms as "lateMs", outcome
      from duties
     order by due_at, incident, key`,
  outbox: 'select id, incident, effect, dedup_key as key, state from outbox order by id',
  inputs: `select key, actor, ${ms('at')} as at, answer from inputs order by at, key`,
} satisfies Record<keyof Tables, string>;

const Now = z.object({ at: Time });

/** All of one instant, and which instant of the bot's clock it was. */
export async function readTables(pool: pg.Pool): Promise<{ at: number; database: Tables }> {
  const db = await pool.connect();
  try {
    await db.query('begin isolation level repeatable read read only');
    const now = await db.query(`select ${ms('app_now()')} as at`);
    const tables: Record<string, unknown[]> = {};
    for (const [name, text] of Object.entries(queries)) tables[name] = (await db.query(text)).rows;
    await db.query('commit');
    return { ...Now.parse(now.rows[0]), database: Tables.parse(tables) };
  } finally {
    db.release();
  }
}
