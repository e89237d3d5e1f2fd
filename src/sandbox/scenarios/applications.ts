/** Applications of the diagnosed database: what they do to it and to the pooler before it, until it shows. */
import pg from 'pg';

export interface Applications {
  patient: pg.Pool;
  /** a session of an application, through the pooler where there is one and it is wanted */
  session: (application: string, how?: 'pooled' | 'direct', database?: string) => Promise<pg.Client>;
  /** says it and does not wait for the end of it */
  begin: (client: pg.Client, statement: string) => void;
  /** to the pooler's console, as its administrator */
  command: (statement: string) => Promise<void>;
  /** the pooler's pools, by its console, until it is so */
  poolsUntil: (isSo: (pool: Record<string, unknown>) => boolean) => Promise<void>;
  /** the database, until this is true in it */
  until: (condition: string) => Promise<void>;
  /** further things to undo, the last one first */
  undo: (() => Promise<unknown>)[];
}

export const role = { name: 'shop', password: 'sells-things' };

/** Without a pooler its half is left out: then its console shows what the scenario says. */
export type Play = (applications: Applications, pooled: boolean) => Promise<void>;

export function played(play: Play) {
  return async (patient: pg.Pool, url: string, pooled?: string): Promise<() => Promise<void>> => {
    const undo: Applications['undo'] = [];
    const end = async (): Promise<void> => {
      for (const step of undo.toReversed()) await step();
    };
    try {
      await makeRole(patient, undo);
      await play(applicationsOf({ patient, url, pooled, undo }), pooled !== undefined);
      return end;
    } catch (error) {
      await end();
      throw error;
    }
  };
}

interface Places {
  patient: pg.Pool;
  url: string;
  pooled: string | undefined;
  undo: Applications['undo'];
}

function applicationsOf({ patient, url, pooled, undo }: Places): Applications {
  const open = async (to: string, application: string): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: to, application_name: application });
    // they are cut off when the scenario ends, or as part of it
    client.on('error', () => {});
    await client.connect();
    undo.push(() => client.end().catch(() => {}));
    return client;
  };
  let admin: Promise<pg.Client> | undefined;
  const console = (): Promise<pg.Client> => (admin ??= open(consoleOf(pooled ?? ''), 'admin'));
  const pause = (): Promise<unknown> => patient.query('select pg_sleep(0.05)');
  return {
    patient,
    undo,
    session: (application, how = 'pooled', database) =>
      open(asRole(how === 'pooled' ? (pooled ?? url) : url, database), application),
    begin: (client, statement) => void client.query(statement).catch(() => {}),
    command: async (statement) => void (await (await console()).query(statement)),
    async poolsUntil(isSo) {
      const client = await console();
      while (!(await client.query<Record<string, unknown>>('show pools')).rows.some(isSo)) await pause();
    },
    async until(condition) {
      while (!(await patient.query<{ is: boolean }>(`select (${condition}) as is`)).rows[0]?.is) await pause();
    },
  };
}

async function makeRole(patient: pg.Pool, undo: Applications['undo']): Promise<void> {
  await patient.query(`create role ${role.name} login password '${role.password}'`);
  await patient.query(`create table orders (id int primary key, note text)`);
  await patient.query(`insert into orders select n, 'new' from generate_series(1, 20) n`);
  await patient.query(`alter table orders owner to ${role.name}`);
  undo.push(async () => {
    await patient.query(`select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = '${role.name}'`);
    await patient.query(`drop owned by ${role.name}`);
    await patient.query(`drop role ${role.name}`);
  });
}

function asRole(url: string, database?: string): string {
  const other = new URL(url);
  if (database !== undefined) other.pathname = `/${database}`;
  other.username = role.name;
  other.password = role.password;
  return other.href;
}

function consoleOf(pooled: string): string {
  const other = new URL(pooled);
  other.pathname = '/pgbouncer';
  return other.href;
}

/** How long the first in the queue has waited, in seconds. */
export const waited = (pool: Record<string, unknown>): number =>
  Number(pool['maxwait']) + Number(pool['maxwait_us']) / 1_000_000;

/** Connections of five applications alike, until so much of what is usable is used. */
export async function fill({ patient, session, undo }: Applications, share: number): Promise<void> {
  const { rows } = await patient.query<{ wanted: number }>(
    `select ceil($1::float * (current_setting('max_connections')::int
                              - current_setting('superuser_reserved_connections')::int
                              - coalesce(nullif(current_setting('reserved_connections', true), ''), '0')::int))::int
            - (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as wanted`,
    [share],
  );
  const wanted = rows[0]?.wanted ?? 0;
  await Promise.all(Array.from({ length: wanted }, (_, n) => session(`worker-${n % 5}`, 'direct')));
  // their ends are not waited for one by one
  undo.push(() =>
    patient.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role.name}'`),
  );
}
