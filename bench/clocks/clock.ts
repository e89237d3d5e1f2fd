/** Whatever fires what is due: our timers, a bare table, two job queues. Each keeps its rows in a database of its own. */
import type pg from 'pg';

export interface Clock {
  name: string;
  /** rows that are owed in a month, until there are so many */
  fill(pending: number): Promise<void>;
  /** owed at these instants (milliseconds); `pages` of them, spread evenly, are the ones that matter most */
  owe(instants: number[], pages?: number): Promise<void>;
  /** fires what is due from now on */
  start(): Promise<{ stop(): Promise<void> }>;
  /** how late each was, in the order they were due, and forgets them; nothing while some are still owed */
  fired(count: number): Promise<Fired[] | undefined>;
  end(): Promise<void>;
}

export interface Fired {
  dueAt: number;
  /** when the row was written that firing is for: an insert, by the database's clock */
  at: number;
  page: boolean;
}

/** The same one insert for everybody but us; ours is a whole decision. */
export const firedTable = `
  create table fired (
    due_at timestamptz not null,
    page   boolean not null,
    at     timestamptz not null default clock_timestamp()
  )`;

export const insertFired = 'insert into fired (due_at, page) values (to_timestamp($1::double precision / 1000), $2)';

export async function readFired(pool: pg.Pool, count: number): Promise<Fired[] | undefined> {
  const { rows } = await pool.query<{ n: number }>('select count(*)::int as n from fired');
  if ((rows[0]?.n ?? 0) < count) return undefined;
  const all = await pool.query<Fired>(
    `with gone as (delete from fired returning *)
     select extract(epoch from due_at)::double precision * 1000 as "dueAt",
            extract(epoch from at)::double precision * 1000 as at, page
       from gone
      order by due_at`,
  );
  return all.rows;
}

/** Every so manieth is a page. */
export const isPage = (nth: number, count: number, pages: number): boolean => pages > 0 && nth % (count / pages) === 0;
