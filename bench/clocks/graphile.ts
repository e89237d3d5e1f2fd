/** graphile-worker, set up as its performance page advises for many small jobs that should not be late. */
import { Logger, run, runMigrations } from 'graphile-worker';
import type pg from 'pg';
import { z } from 'zod';
import { poolOf } from '../database.ts';
import { type Clock, firedTable, insertFired, isPage, readFired } from './clock.ts';

const atOnce = 10;
const quiet = new Logger(() => () => undefined);
const Job = z.object({ due: z.number(), page: z.boolean() });
const chunk = 50_000;

const add = `
  select count(*)
    from graphile_worker.add_jobs(array(
      select row('fire', json_build_object('due', at, 'page', page), null, to_timestamp(at / 1000), 25, null,
                 case when page then -1 else 0 end, null)::graphile_worker.job_spec
        from jsonb_to_recordset($1::jsonb) as t (at double precision, page boolean)))`;

export async function graphileClock(url: string): Promise<Clock> {
  const pool = poolOf(url, atOnce + 2);
  await runMigrations({ pgPool: pool, logger: quiet });
  await pool.query(firedTable);
  let filled = 0;
  const put = async (rows: { at: number; page: boolean }[]) => {
    await pool.query(add, [JSON.stringify(rows)]);
  };
  return {
    name: 'graphile-worker',
    fill: async (pending) => {
      for (; filled < pending; filled += Math.min(chunk, pending - filled)) {
        const month = Date.now() + 30 * 86_400_000;
        const rows = Array.from({ length: Math.min(chunk, pending - filled) }, (_, n) => ({
          at: month + (filled + n) * 1_000,
          page: false,
        }));
        await put(rows);
      }
      await pool.query('analyze');
    },
    owe: (instants, pages = 0) => put(instants.map((at, nth) => ({ at, page: isPage(nth, instants.length, pages) }))),
    start: () => work(pool),
    fired: (count) => readFired(pool, count),
    end: () => pool.end(),
  };
}

async function work(pool: pg.Pool): Promise<{ stop(): Promise<void> }> {
  const runner = await run({
    pgPool: pool,
    logger: quiet,
    noHandleSignals: true,
    concurrency: atOnce,
    pollInterval: 50,
    preset: { worker: { localQueue: { size: 100 }, completeJobBatchDelay: 0 } },
    taskList: {
      fire: async (payload) => {
        const { due, page } = Job.parse(payload);
        await pool.query(insertFired, [due, page]);
      },
    },
  });
  return { stop: () => runner.stop() };
}
