/** Idempotency keys: who brought an input first, and what was answered. */
import { z } from 'zod';
import type { Actor, Instant } from '../incident/incident.ts';
import type { Db, Queries } from './db.ts';
import { toJson } from './json.ts';

const Row = z.object({ actor: z.custom<Actor>(), at: z.coerce.number(), answer: z.unknown() });

export type Claim = { first: true } | { first: false; by: Actor; at: Instant; answer: unknown };

/** A second transaction with the same key waits here until the first has ended, and then reads its answer. */
export async function claimInput(db: Db, key: string, { by, now }: { by: Actor; now: Instant }): Promise<Claim> {
  const { rowCount } = await db.query(
    `insert into inputs (key, actor, at)
     values ($1, $2, to_timestamp($3::double precision / 1000))
     on conflict (key) do nothing`,
    [key, toJson(by), now],
  );
  if (rowCount === 1) return { first: true };
  const { rows } = await db.query(
    'select actor, round(extract(epoch from at) * 1000)::bigint as at, answer from inputs where key = $1',
    [key],
  );
  const { actor, at, answer } = Row.parse(rows[0]);
  return { first: false, by: actor, at, answer };
}

export async function rememberAnswer(db: Db, key: string, answer: unknown): Promise<void> {
  await db.query('update inputs set answer = $2 where key = $1', [key, toJson(answer)]);
}

export async function readAnswer(db: Queries, key: string): Promise<unknown> {
  const { rows } = await db.query<{ answer: unknown }>('select answer from inputs where key = $1', [key]);
  return rows[0]?.answer ?? undefined;
}
