/** The limits that PgBouncer is set to: how many clients it takes, and how long it lets them wait. */
import { z } from 'zod';
import type { Probe } from '../diagnosis/diagnosis.ts';
import { number, show } from './pooler.ts';

const Row = z.object({ key: z.string(), value: z.unknown() });

export interface PoolerLimits {
  clients?: number;
  /** clients are sent away after it; absent: never */
  waitMs?: number;
}

export const poolerLimits: Probe<PoolerLimits> = {
  name: 'pgbouncer limits',
  timeoutMs: 3_000,
  targets: ['poolerPort'],
  async look(surroundings) {
    const rows = await show(surroundings, 'config', Row);
    const clients = settingOf(rows, 'max_client_conn');
    const seconds = settingOf(rows, 'query_wait_timeout');
    return { ...(clients ? { clients } : {}), ...(seconds ? { waitMs: seconds * 1_000 } : {}) };
  },
  repeat: ({ targets }) => `psql -p ${targets['poolerPort'] ?? '6432'} pgbouncer -c "SHOW CONFIG"`,
  gaps: ({ clients }) => (clients === undefined ? ['this pooler does not say how many clients it takes'] : []),
};

function settingOf(rows: z.infer<typeof Row>[], name: string): number | undefined {
  const found = rows.find(({ key }) => key === name);
  return number.safeParse(found?.value).data;
}
