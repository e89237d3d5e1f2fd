/** A workflow engine with its log, and executions in its database, as the scenarios tell of them. */
import pg from 'pg';
import type { ContainerStatus, Scene, Workload } from '../cluster/scene.ts';
import { stickExecutions } from '../databases.ts';

export type Line = [ago: number, line: string];

/** A line every half minute, the last one so many minutes ago. */
export const chatter = (until = 0.2, lines = 30): Line[] =>
  Array.from({ length: lines }, (_, n) => [
    until + (lines - 1 - n) / 2,
    `INFO step ${n} of run ${700 + n} done in ${20 + n} ms`,
  ]);
export const complaint = (text: (n: number) => string, times = 12): Line[] =>
  Array.from({ length: times }, (_, n) => [0.5 + (times - 1 - n), `ERROR ${text(n)}`]);
export const together = (...lines: Line[][]): Line[] => lines.flat().toSorted(([a], [b]) => b - a);

const engine = (...pods: ContainerStatus[]): Workload => ({
  kind: 'deployment',
  name: 'workflow-engine',
  containers: [{ name: 'engine', memoryLimit: '1Gi', memoryRequest: '512Mi', cpuRequest: '500m', cpuLimit: '1' }],
  pods: pods.map((status, n) => ({
    name: `workflow-engine-${n}`,
    containers: { engine: { memory: '300Mi', cpu: '200m', ...status } },
  })),
});

export const scene = (pods: ContainerStatus[], others: Partial<Scene> = {}): Scene => ({
  metrics: 'there',
  nodes: [{ name: 'node-1' }],
  ...others,
  workloads: [engine(...pods), ...(others.workloads ?? [])],
});

/** Executions under way, each so many hours old. */
export const running =
  (rows: [workflow: string, hours: number][]) =>
  async (patient: pg.Pool): Promise<() => Promise<void>> => {
    await patient.query(
      `insert into executions (id, workflow, status, started_at)
       select 'run-' || n, workflow, 'running', now() - hours * interval '1 hour'
         from rows from (json_to_recordset($1) as (workflow text, hours double precision)) with ordinality as t (workflow, hours, n)`,
      [JSON.stringify(rows.map(([workflow, hours]) => ({ workflow, hours })))],
    );
    return async () => {
      await patient.query(`delete from executions where id like 'run-%'`);
    };
  };

/** So many that never end, and healthy ones beside them. */
export const hanging =
  (count: number) =>
  async (patient: pg.Pool): Promise<() => Promise<void>> => {
    await stickExecutions(patient, count);
    return async () => {
      await patient.query(`delete from executions where id ~ '^(exec|done|young)-'`);
    };
  };

export const threeStuck = running([
  ['invoice-export', 2],
  ['report-mailer', 2.5],
  ['invoice-export', 1.5],
]);

/** Somebody keeps the rows, and the engine's update waits behind. */
export async function rowsLocked(patient: pg.Pool, url: string): Promise<() => Promise<void>> {
  const end = await threeStuck(patient);
  const [holder, waiter] = await Promise.all(['billing-worker', 'workflow-engine'].map((name) => session(url, name)));
  if (!holder || !waiter) throw new Error('two sessions were asked for');
  await holder.query('begin; select from executions for update');
  const waiting = waiter.query(`update executions set status = 'running' where id = 'run-1'`);
  const isSo = `select from pg_locks join pg_stat_activity using (pid)
                 where application_name = 'workflow-engine' and not granted and waitstart < clock_timestamp() - interval '1 s'`;
  while ((await patient.query(isSo)).rowCount === 0) await patient.query('select pg_sleep(0.05)');
  return async () => {
    await holder.query('rollback');
    await waiting;
    await Promise.all([holder.end(), waiter.end()]);
    await end();
  };
}

async function session(url: string, name: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: name });
  client.on('error', () => {});
  await client.connect();
  return client;
}

export const refusedBy = (url: string) =>
  together(
    chatter(),
    complaint((n) => `run ${n}: request to ${url} failed, reason: connect ECONNREFUSED 10.96.3.7:8080`),
  );
