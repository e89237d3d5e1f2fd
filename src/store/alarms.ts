/** Alarms that were raised, shared by all replicas: of one cause only one of them tells. */
import { z } from 'zod';
import type { Queries } from './db.ts';

const Row = z.object({ cause: z.string() });

/** Shorter than the minute between two checks: whoever dies before it has told is followed by the next check. */
const claimMs = 50_000;

/** Of these causes, those that nobody has told of for so long, and nobody is about to. Whoever asks tells now. */
export async function claimAlarms(db: Queries, causes: string[], againMs: number): Promise<string[]> {
  const { rows } = await db.query(
    `insert into alarms (cause, told_at)
     select cause, clock_timestamp() - ($2::double precision - $3::double precision) * interval '1 ms'
       from unnest($1::text[]) as t (cause)
     on conflict (cause) do update
        set told_at = excluded.told_at
      where alarms.told_at <= clock_timestamp() - $2::double precision * interval '1 ms'
     returning cause`,
    [causes, againMs, claimMs],
  );
  return z
    .array(Row)
    .parse(rows)
    .map(({ cause }) => cause);
}

export async function markAlarmsTold(db: Queries, causes: string[]): Promise<void> {
  await db.query('update alarms set told_at = clock_timestamp() where cause = any($1::text[])', [causes]);
}

/** The cause is over: the next time is the first again. */
export async function forgetAlarms(db: Queries, causes: string[]): Promise<void> {
  await db.query('delete from alarms where cause = any($1::text[])', [causes]);
}
