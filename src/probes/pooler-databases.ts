/** PgBouncer's databases: how many server connections each may have, and whether somebody paused it. */
import { z } from 'zod';
import type { Probe } from '../diagnosis/diagnosis.ts';
import { flag, isOwn, number, show, text } from './pooler.ts';

const Row = z.object({
  name: text,
  pool_size: number,
  max_connections: number,
  current_connections: number,
  paused: flag,
  disabled: flag,
});

export interface PoolerDatabase {
  name: string;
  poolSize?: number;
  /** of all its pools together; absent: as many as there are pools */
  limit?: number;
  /** absent, as the next two: this pooler does not show it */
  connections?: number;
  isPaused?: boolean;
  isDisabled?: boolean;
}

const columns = { connections: 'current_connections', isPaused: 'paused', isDisabled: 'disabled' } as const;

export const poolerDatabases: Probe<PoolerDatabase[]> = {
  name: 'pgbouncer databases',
  timeoutMs: 3_000,
  targets: ['poolerPort'],
  async look(surroundings) {
    const rows = await show(surroundings, 'databases', Row);
    return rows.filter(({ name }) => !isOwn(name)).map(databaseOf);
  },
  gaps(databases) {
    const missing = Object.entries(columns).filter(([field]) => databases.some((one) => !(field in one)));
    return missing.length === 0 ? [] : [`this pooler shows no ${missing.map(([, column]) => column).join(', ')}`];
  },
  repeat: ({ targets }) => `psql -p ${targets['poolerPort'] ?? '6432'} pgbouncer -c "SHOW DATABASES"`,
};

function databaseOf({ name, pool_size, max_connections, ...row }: z.infer<typeof Row>): PoolerDatabase {
  return {
    name: name ?? '?',
    ...(pool_size === undefined ? {} : { poolSize: pool_size }),
    ...(max_connections === undefined || max_connections === 0 ? {} : { limit: max_connections }),
    ...(row.current_connections === undefined ? {} : { connections: row.current_connections }),
    ...(row.paused === undefined ? {} : { isPaused: row.paused }),
    ...(row.disabled === undefined ? {} : { isDisabled: row.disabled }),
  };
}
