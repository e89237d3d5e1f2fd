/** The floor: one table, one statement that takes what is due and writes one row for each, sleep until the next. */
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { poolOf } from '../database.ts';
import { type Clock, firedTable, isPage, readFired } from './clock.ts';

const fire = `
  with due as (
    delete from owed
     where id in (select id from owed where due_at <= clock_now() order by page desc, due_at limit 100 for update skip locked)
    returning due_at, page
  )
  insert into fired (due_at, page) select due_at, page from due`;

const untilNext = `select extract(epoch from min(due_at) - clock_timestamp())::double precision * 1000 as ms from owed`;
const longestMs = 1_000;

export async function bareClock(url: string): Promise<Clock> {
  const pool = poolOf(url, 4);
  await pool.query(`
    create function clock_now() returns timestamptz language sql stable as $$ select clock_timestamp() $$;
    create table owed (id bigint generated always as identity primary key, due_at timestamptz not null, page boolean not null);
    create index owed_due on owed (due_at);
    ${firedTable}`);
  return {
    name: 'bare table',
    fill: async (pending) => {
      await pool.query(
        `insert into owed (due_at, page)
         select now() + interval '30 days' + n * interval '1 s', false
           from generate_series((select count(*) from owed) + 1, $1::int) n`,
        [pending],
      );
      await pool.query('analyze');
    },
    owe: async (instants, pages = 0) => {
      const rows = instants.map((at, nth) => ({ at, page: isPage(nth, instants.length, pages) }));
      await pool.query(
        `insert into owed (due_at, page)
         select to_timestamp(at / 1000), page from jsonb_to_recordset($1::jsonb) as t (at double precision, page boolean)`,
        [JSON.stringify(rows)],
      );
    },
    start: async () => {
      const state = { stopped: false };
      const running = firing(pool, state);
      return {
        stop: () => {
          state.stopped = true;
          return running;
        },
      };
    },
    fired: (count) => readFired(pool, count),
    end: () => pool.end(),
  };
}

async function firing(pool: pg.Pool, state: { stopped: boolean }): Promise<void> {
  while (!state.stopped) {
    const { rowCount } = await pool.query(fire);
    if (rowCount) continue;
    const { rows } = await pool.query<{ ms: number | null }>(untilNext);
    await pause(Math.min(Math.max(rows[0]?.ms ?? longestMs, 0), longestMs));
  }
}
