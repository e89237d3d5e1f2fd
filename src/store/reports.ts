/** Diagnoses with their evidence, as they were; each has one message in the chat. */
import { z } from 'zod';
import type { Report } from '../diagnosis/diagnosis.ts';
import type { IncidentId } from '../incident/incident.ts';
import type { Queries } from './db.ts';
import { toJson } from './json.ts';

export interface Kept {
  id: string;
  report: Report;
  /** where it stands in the chat, as far as that is known */
  place?: { channel: string; ts: string };
}

const Row = z.object({
  id: z.string(),
  report: z.custom<Report>(),
  at: z.number(),
  channel: z.string().nullable(),
  ts: z.string().nullable(),
});
const columns = `id, report, floor(extract(epoch from at) * 1000)::double precision as at, channel, ts`;

/** Reports of an older release lack what came later. */
function kept(row: unknown): Kept {
  const { id, report, at, channel, ts } = Row.parse(row);
  const whole: Report = {
    ...report,
    ruledOut: report.ruledOut ?? [],
    pending: report.pending ?? [],
    at: report.at ?? at,
  };
  return { id, report: whole, ...(channel !== null && ts !== null ? { place: { channel, ts } } : {}) };
}

export interface Saving {
  incident: IncidentId;
  /** the outbox row that asked for it: carried out again it has the same report */
  look: string;
  report: Report;
}

/** A report that is whole is not written over: what is read once more may be less. Answers what is kept, and whether it was. */
export async function saveReport(
  db: Queries,
  { incident, look, report }: Saving,
): Promise<Pick<Kept, 'id' | 'report'> & { isKnown: boolean }> {
  const { rows } = await db.query(
    `insert into reports as r (incident, look, report)
     values ($1, $2, $3)
     on conflict (look) do update
        set report = case when r.report -> 'pending' = '[]' then r.report else excluded.report end
     returning ${columns}, xmax <> 0 as known`,
    [incident, look, toJson(report)],
  );
  const { known } = z.object({ known: z.boolean() }).parse(rows[0]);
  return { ...kept(rows[0]), isKnown: known };
}

export async function readReport(db: Queries, id: string): Promise<Kept | undefined> {
  const { rows } = await db.query(`select ${columns} from reports where id = $1`, [id]);
  return rows[0] ? kept(rows[0]) : undefined;
}

/** The last whole one of another look at the same. */
export async function earlierReport(
  db: Queries,
  { incident, look, issueType }: Pick<Saving, 'incident' | 'look'> & { issueType: string },
): Promise<Report | undefined> {
  const { rows } = await db.query(
    `select ${columns}
       from reports
      where incident = $1
        and look is distinct from $2
        and report ->> 'issueType' = $3
        and coalesce(report -> 'pending', '[]') = '[]'
      order by id desc
      limit 1`,
    [incident, look, issueType],
  );
  return rows[0] && kept(rows[0]).report;
}

/** The first place stays: a report has one message. */
export async function keepPlace(
  db: Queries,
  id: string,
  { channel, ts }: { channel: string; ts: string },
): Promise<void> {
  await db.query('update reports set channel = $2, ts = $3 where id = $1 and channel is null', [id, channel, ts]);
  await letGo(db, { report: id });
}

/** What waits for a report's message does not wait once it stands; `row`: that row of the outbox alone. */
export async function letGo(db: Queries, { report, row }: { report: string; row?: string }): Promise<void> {
  await db.query(
    `update outbox o
        set not_before = clock_timestamp()
       from reports r
      where r.id = $1
        and r.channel is not null
        and o.incident = r.incident
        and o.state = 'waiting'
        and o.effect ->> 'report' = r.id::text
        and ($2::bigint is null or o.id = $2)`,
    [report, row],
  );
}

/** True for the first who asks: whoever comes later cannot know whether the file stands there already. */
export async function beginSharing(db: Queries, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    'update reports set shared_at = clock_timestamp() where id = $1 and shared_at is null',
    [id],
  );
  return rowCount === 1;
}
