/** What the console shows: rows of a scene, with the columns of PgBouncer 1.18 where it leaves any out. */
import type { Columns } from './wire.ts';

export type Row = Record<string, string | number | null>;

/** Rows as they differ from those of a pooler at rest; its own database is always among them. */
export interface PoolerScene {
  version?: string;
  pools?: Row[];
  databases?: Row[];
  config?: Record<string, string>;
}

export const views = ['pools', 'databases', 'version', 'lists', 'config', 'stats'] as const;
export type View = (typeof views)[number];

const text = (...names: string[]): Columns => Object.fromEntries(names.map((name) => [name, 'text']));
const int4 = (...names: string[]): Columns => Object.fromEntries(names.map((name) => [name, 'int4']));

const columns: Record<View, Columns> = {
  version: text('version'),
  lists: { ...text('list'), ...int4('items') },
  config: text('key', 'value', 'default', 'changeable'),
  stats: text('database', 'total_xact_count', 'total_query_count', 'total_wait_time', 'avg_wait_time'),
  pools: {
    ...text('database', 'user'),
    ...int4('cl_active', 'cl_waiting', 'cl_active_cancel_req', 'cl_waiting_cancel_req', 'sv_active'),
    ...int4('sv_active_cancel', 'sv_being_canceled', 'sv_idle', 'sv_used', 'sv_tested', 'sv_login'),
    ...int4('maxwait', 'maxwait_us'),
    ...text('pool_mode'),
  },
  databases: {
    ...text('name', 'host'),
    ...int4('port'),
    ...text('database', 'force_user'),
    ...int4('pool_size', 'min_pool_size', 'reserve_pool'),
    ...text('pool_mode'),
    ...int4('max_connections', 'current_connections', 'paused', 'disabled'),
  },
};

const ownPool = { database: 'pgbouncer', user: 'pgbouncer', cl_active: 1, pool_mode: 'statement' };
const ownDatabase = {
  name: 'pgbouncer',
  port: 6432,
  database: 'pgbouncer',
  force_user: 'pgbouncer',
  pool_mode: 'statement',
};
const settings = {
  max_client_conn: '100',
  default_pool_size: '20',
  query_wait_timeout: '120',
  server_login_retry: '15',
};

export function shown(view: View, scene: PoolerScene): { columns: Columns; rows: Row[] } {
  return { columns: columns[view], rows: rowsIn(view, scene) };
}

function rowsIn(view: View, { version = '1.18.0', pools = [], databases = [], config = {} }: PoolerScene): Row[] {
  switch (view) {
    case 'version':
      return [{ version: `PgBouncer ${version}` }];
    case 'pools':
      return [ownPool, ...pools].map((pool) => whole('pools', { pool_mode: 'transaction', ...pool }));
    case 'databases':
      return [ownDatabase, ...databases].map((one) => whole('databases', { host: null, pool_size: 20, ...one }));
    case 'config':
      return Object.entries({ ...settings, ...config }).map(([key, value]) => ({
        key,
        value,
        default: settingOf(key),
        changeable: 'yes',
      }));
    case 'lists':
      return [
        { list: 'databases', items: databases.length + 1 },
        { list: 'pools', items: pools.length + 1 },
      ];
    case 'stats':
      return [
        { database: 'pgbouncer', total_xact_count: 1, total_query_count: 1, total_wait_time: 0, avg_wait_time: 0 },
      ];
  }
}

const settingOf = (key: string): string | null => Object.entries(settings).find(([name]) => name === key)?.[1] ?? null;

/** Numbers that were not told are nought. */
function whole(view: View, row: Row): Row {
  return Object.fromEntries(
    Object.entries(columns[view]).map(([name, type]) => [name, row[name] ?? (type === 'int4' ? 0 : null)]),
  );
}
