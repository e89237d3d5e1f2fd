/** What happened, in order, only ever appended; each row carries the hash of the one before it. */
import { z } from 'zod';
import type { Entry } from '../incident/entry.ts';
import type { Actor, IncidentId, Instant } from '../incident/incident.ts';
import { type Head, hashOf } from './chain.ts';
import type { Db, Queries } from './db.ts';
import { toJson } from './json.ts';

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

const HeadRow = z.object({ head: z.string(), length: z.number() });

/** Where the chain of an incident without entries ends. */
export const noEntries: Head = { head: '', length: 0 };

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
      previous: chain.at(-1)?.hash ?? after.head,
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
    [id, toJson(chain), chain.at(-1)?.hash ?? after.head, after.length + chain.length],
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

/** What the incident's own row remembers: the last row's hash, and how many there are. It stands still under its lock. */
export async function readHead(db: Queries, id: IncidentId): Promise<Head> {
  const { rows } = await db.query(
    'select timeline_head as head, timeline_length as length from incidents where id = $1',
    [id],
  );
  return rows[0] === undefined ? noEntries : HeadRow.parse(rows[0]);
}
