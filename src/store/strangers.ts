/** What Slack shows and this database does not hold: the traces of incidents that were lost with a restored backup. */
import { z } from 'zod';
import type { Db, Queries } from './db.ts';
import { toJson } from './json.ts';

export interface Shown {
  channel: string;
  name: string;
  number: number;
  /** the incident that the channel itself names, where it does */
  incident?: string | undefined;
}

/** Keeps those that no incident here can have opened; answers how many were not known before. */
export async function rememberStrangers(db: Db, shown: Shown[]): Promise<number> {
  const { rowCount } = await db.query(
    `insert into strangers (channel, name, number)
     select t.channel, t.name, t.number
       from jsonb_to_recordset($1::jsonb) as t (channel text, name text, number integer, incident text)
      where not exists (select from incidents i where i.channel = t.channel or i.id = t.incident)
        and (t.incident is not null or t.number > (select coalesce(max(number), 0) from incidents))
     on conflict (channel) do nothing`,
    [toJson(shown)],
  );
  return rowCount ?? 0;
}

/** What waited when the copy was made may have been sent since: everybody looks before sending it. */
export async function doubtWaiting(db: Db): Promise<void> {
  await db.query(`update outbox set again = true where state = 'waiting'`);
}

const Stranger = z.object({ channel: z.string(), name: z.string(), number: z.number() });
export type Stranger = z.infer<typeof Stranger>;

/** Those that nobody was told of yet, held until the transaction ends: of two processes one tells. */
export async function unsaidStrangers(db: Db): Promise<Stranger[]> {
  const { rows } = await db.query(
    `select channel, name, number from strangers where said_at is null order by number for update skip locked`,
  );
  return z.array(Stranger).parse(rows);
}

export async function strangersSaid(db: Queries, channels: string[]): Promise<void> {
  await db.query('update strangers set said_at = clock_timestamp() where channel = any($1::text[])', [channels]);
}
