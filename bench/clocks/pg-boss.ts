/** pg-boss at its shortest poll, in batches, fetching on at once while batches come back full. */
import type pg from 'pg';
import { type Job, PgBoss } from 'pg-boss';
import { poolOf } from '../database.ts';
import { type Clock, firedTable, insertFired, isPage, readFired } from './clock.ts';

const queue = 'fire';
const chunk = 50_000;
const workers = 2;

interface Owed {
  due: number;
  page: boolean;
}

export async function bossClock(url: string): Promise<Clock> {
  const pool = poolOf(url, 10);
  const boss = new PgBoss({ connectionString: url, max: 10, schedule: false, supervise: false });
  boss.on('error', () => {});
  await boss.start();
  await boss.createQueue(queue, { retentionSeconds: 90 * 86_400 });
  await pool.query(firedTable);
  let filled = 0;
  const put = async (rows: Owed[]) => {
    await boss.insert(
      queue,
      rows.map((data) => ({ data, startAfter: new Date(data.due), priority: data.page ? 1 : 0 })),
    );
  };
  return {
    name: 'pg-boss',
    fill: async (pending) => {
      for (; filled < pending; filled += Math.min(chunk, pending - filled)) {
        const month = Date.now() + 30 * 86_400_000;
        const count = Math.min(chunk, pending - filled);
        await put(Array.from({ length: count }, (_, n) => ({ due: month + (filled + n) * 1_000, page: false })));
      }
      await pool.query('analyze');
    },
    owe: (instants, pages = 0) => put(instants.map((due, nth) => ({ due, page: isPage(nth, instants.length, pages) }))),
    start: async () => {
      const options = {
        batchSize: 1_000,
        pollingIntervalSeconds: 0.5,
        burstWhenBatchFull: true,
        localConcurrency: workers,
      };
      await boss.work<Owed>(queue, options, (jobs) => fire(pool, jobs));
      return { stop: () => boss.offWork(queue) };
    },
    fired: (count) => readFired(pool, count),
    end: async () => {
      await boss.stop({ graceful: false });
      await pool.end();
    },
  };
}

async function fire(pool: pg.Pool, jobs: Job<Owed>[]): Promise<void> {
  await Promise.all(jobs.map(({ data }) => pool.query(insertFired, [data.due, data.page])));
}
