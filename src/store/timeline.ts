/** What happened, in order, only ever appended; each row carries the hash of the one before it. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Entry } from '../incident/entry.ts';
import type { Actor, IncidentId, Instant } from '../incident/incident.ts';
import type { Db, Queries } from './db.ts';
import { clean, toJson } from './json.ts';

const Row = z.object({
  seq: z.number(),
  at: z.coerce.number(),
  actor: z.custom<Actor>(),
  kind: z.string(),
  body: z.custom<Entry>(),
  previous: z.string(),
  hash: z.string(),
});
export type TimelineRow = z.infer<typeof Row>;

/** Object keys sorted, so that the JSON column gives back what was hashed. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value === 'string') return clean(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, canonical(part)]),
  );
}

function hashOf(row: TimelineRow): string {
  const { hash: _, ...hashed } = row;
  return createHash('sha256')
    .update(JSON.stringify(canonical(hashed)))
    .digest('hex');
}

/** Where an incident's chain ends. */
export interface Head {
  hash: string;
  length: number;
}

export const noEntries: Head = { hash: '', length: 0 };

/** Under the incident's lock it cannot move. */
export async function readHead(db: Db, id: IncidentId): Promise<Head> {
  const { rows } = await db.query<Head>(
    'select timeline_head as hash, timeline_length as length from incidents where id = $1',
    [id],
  );
  return rows[0] ?? noEntries;
}

export interface Appending {
  at: Instant;
  /** as it was read under the incident's lock */
  after: Head;
  /** whose entry each is */
  entries: { actor: Actor; entry: Entry }[];
}

/** The caller holds the incident's lock since before it read the head. */
export async function appendTimeline(db: Db, id: IncidentId, { at, after, entries }: Appending): Promise<void> {
  if (entries.length === 0) return;
  const chain: TimelineRow[] = [];
  for (const { actor, entry } of entries) {
    const row = {
      seq: after.length + chain.length + 1,
      at,
      actor,
      kind: entry.kind,
      body: entry,
      previous: chain.at(-1)?.hash ?? after.hash,
    };
    chain.push({ ...row, hash: hashOf({ ...row, hash: '' }) });
  }
  await db.query(
    `with appended as (
       insert into timeline (incident, seq, at, actor, kind, body, previous, hash)
       select $1, seq, to_timestamp(at / 1000), actor, kind, body, previous, hash
         from jsonb_to_recordset($2::jsonb)
           as t (seq int, at double precision, actor jsonb, kind text, body jsonb, previous text, hash text)
     )
     update incidents set timeline_head = $3, timeline_length = $4 where id = $1`,
    [id, toJson(chain), chain.at(-1)?.hash ?? after.hash, after.length + chain.length],
  );
}

export async function readTimeline(db: Queries, id: IncidentId): Promise<TimelineRow[]> {
  const { rows } = await db.query(
    `select seq, round(extract(epoch from at) * 1000)::bigint as at, actor, kind, body, previous, hash
       from timeline
      where incident = $1
      order by seq`,
    [id],
  );
  return z.array(Row).parse(rows);
}

export type Verified = { ok: true } | { ok: false; seq: number; why: string };

/** Finds a row that was changed, moved or removed, the last one too: head and length stand on the incident. */
export async function verifyTimeline(db: Queries, id: IncidentId): Promise<Verified> {
  const chain = await readTimeline(db, id);
  let previous = '';
  for (const [index, row] of chain.entries()) {
    if (row.seq !== index + 1) return { ok: false, seq: index + 1, why: 'a row is missing' };
    if (row.previous !== previous || row.hash !== hashOf(row))
      return { ok: false, seq: row.seq, why: 'a row was changed' };
    previous = row.hash;
  }
  const { rows } = await db.query<{ head: string; length: number }>(
    'select timeline_head as head, timeline_length as length from incidents where id = $1',
    [id],
  );
  const whole = rows[0]?.length === chain.length && rows[0].head === previous;
  return whole ? { ok: true } : { ok: false, seq: chain.length + 1, why: 'rows at the end are missing or too many' };
}
