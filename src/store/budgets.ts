/** How often a method of the other side may be called, by all replicas together; `claim` in outbox.ts takes from it. */
import type { Db } from './db.ts';
import type { Claimed } from './outbox.ts';

/** The other side said "too many": nobody of any replica tries this budget before then. */
export async function pauseBudget(
  db: Db,
  { budget, fullMs }: Pick<Claimed, 'budget' | 'fullMs'>,
  ms: number,
): Promise<void> {
  if (budget === null) return;
  await db.query(
    `insert into budgets as b (name, spent_until)
     values ($1, clock_timestamp() + ($2::double precision + $3::double precision) * interval '1 ms')
     on conflict (name) do update set spent_until = greatest(b.spent_until, excluded.spent_until)`,
    [budget, ms, fullMs ?? 0],
  );
}
