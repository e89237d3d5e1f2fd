/** Two real Postgres servers: the bot's own, whose clock a story steps, and the company's, which breaks on demand. */
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../local-postgres/start.ts';

export interface Databases {
  own: { url: string; pool: pg.Pool; server: string };
  patient: { url: string; pool: pg.Pool };
  stop(): Promise<void>;
}

/** `fresh`: a folder that exists and may be filled; both servers are gone with `stop`. */
export async function startDatabases(fresh: string, log: (line: string) => void): Promise<Databases> {
  const [own, patient] = await Promise.all(
    ['own', 'patient'].map((name) => startPostgres({ dataDir: join(fresh, name), durable: false, log })),
  );
  if (!own || !patient) throw new Error('two servers were asked for');
  const pools = { own: makePool(own.url), patient: makePool(patient.url) };
  await preparePatient(pools.patient);
  return {
    own: { url: own.url, pool: pools.own, server: own.server },
    patient: { url: patient.url, pool: pools.patient },
    async stop() {
      await Promise.all([pools.own.end(), pools.patient.end()]);
      await Promise.all([own.stop(), patient.stop()]);
    },
  };
}

function makePool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 3 });
  // a server that stops closes idle connections; without a listener that would end the process
  pool.on('error', () => {});
  return pool;
}

export async function preparePatient(patient: pg.Pool): Promise<void> {
  await patient.query(
    `create table executions (
       id text primary key,
       workflow text not null,
       status text not null,
       started_at timestamptz not null,
       finished_at timestamptz
     )`,
  );
}

/** Executions that never end, `count` in one workflow and a few in others, and healthy ones beside them. */
export async function stickExecutions(patient: pg.Pool, count: number): Promise<void> {
  await patient.query(
    `insert into executions (id, workflow, status, started_at)
     select 'exec-' || n,
            case when n % 5 = 0 then 'report-mailer' else 'invoice-export' end,
            'running',
            now() - interval '1 hour' - n * interval '7 minutes'
       from generate_series(1, $1::int) n`,
    [count],
  );
  await patient.query(
    `insert into executions (id, workflow, status, started_at, finished_at)
     select 'done-' || n, 'invoice-export', 'succeeded', now() - n * interval '1 hour', now() - n * interval '50 minutes'
       from generate_series(1, 50) n
     union all
     select 'young-' || n, 'invoice-export', 'running', now() - n * interval '10 minutes', null
       from generate_series(1, 4) n`,
  );
}

export async function finishExecutions(patient: pg.Pool): Promise<number> {
  const { rowCount } = await patient.query(
    `update executions
        set status = 'cancelled',
            finished_at = now()
      where status = 'running'
        and started_at < now() - interval '1 hour'`,
  );
  return rowCount ?? 0;
}
