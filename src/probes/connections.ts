/** Postgres's connections: how many are used of how many, and by whom. */
import { z } from 'zod';
import type { Probe, Surroundings } from '../diagnosis/diagnosis.ts';
import { CannotSee } from '../errors.ts';
import { askOne } from './database.ts';
import { neither } from './door.ts';
import { databaseTargets, execRight, psqlInPod, type TextRow } from './in-pod.ts';
import { maySeeSessions, unseen, who } from './sessions.ts';

const Owner = z.object({
  application: z.string(),
  user: z.string(),
  /** null on a socket of the machine */
  address: z.string().nullable(),
  connections: z.number(),
  idle: z.number(),
  inTransaction: z.number(),
});
export type Owner = z.infer<typeof Owner>;

const Counted = z.object({
  used: z.number(),
  /** without those kept for superusers and for roles with the right to reserved ones */
  usable: z.number(),
  idle: z.number().optional(),
  inTransaction: z.number().optional(),
  /** at most ten, the largest first */
  owners: z.array(Owner).optional(),
});

export type Connections = z.infer<typeof Counted> & {
  /** the pod that was asked, where our own connection did not lead there */
  pod?: string;
};

/** The setting came with Postgres 16. */
const usable = `current_setting('max_connections')::int
       - current_setting('superuser_reserved_connections')::int
       - coalesce(nullif(current_setting('reserved_connections', true), ''), '0')::int`;

/** Not all of pg_stat_activity: that counts the server's own processes, which take no slot. */
const counted = `
  with clients as materialized (
    select * from pg_stat_activity where backend_type = 'client backend'
  )
  select (select count(*)::int from clients) as used,
         ${usable} as usable,
         (select count(*)::int from clients where state = 'idle') as idle,
         (select count(*)::int from clients where state like 'idle in transaction%') as "inTransaction",
         (select coalesce(json_agg(o), '[]')
            from (select ${who} as application,
                         coalesce(usename::text, '?') as "user",
                         host(client_addr) as address,
                         count(*)::int as connections,
                         (count(*) filter (where state = 'idle'))::int as idle,
                         (count(*) filter (where state like 'idle in transaction%'))::int as "inTransaction"
                    from clients
                   group by 1, 2, 3
                   order by 4 desc, 1, 2, 3
                   limit 10) o) as owners`;

/** What everybody may see. */
const countedBlind = `select (select sum(numbackends)::int from pg_stat_database) as used, ${usable} as usable`;

export const connectionsStatement = `select count(*) filter (where backend_type = 'client backend') as used, ${usable} as usable, pg_is_in_recovery() as replica from pg_stat_activity`;

export const connections: Probe<Connections> = {
  name: 'postgres connections',
  timeoutMs: 6_000,
  targets: databaseTargets,
  rights: [execRight],
  async look(surroundings) {
    try {
      const sql = (await maySeeSessions(surroundings)) ? counted : countedBlind;
      return await askOne(surroundings, { row: Counted, sql });
    } catch (error) {
      return inPod(surroundings, error);
    }
  },
  repeat: ({ look }) => look[1] ?? connectionsStatement,
  gaps: ({ owners, pod }) =>
    owners ? [] : [pod === undefined ? `whose connections they are: ${unseen}` : notAsked(pod)],
};

const notAsked = (pod: string): string => `whose connections they are is not asked in ${pod}`;

async function inPod(surroundings: Surroundings, direct: unknown): Promise<Connections> {
  try {
    const [row] = await psqlInPod(surroundings, 'database', connectionsStatement);
    return { ...numbersIn(row), pod: surroundings.issueType.targets['database'] ?? '' };
  } catch (error) {
    throw neither(direct, error);
  }
}

function numbersIn(row: TextRow | undefined): { used: number; usable: number } {
  const read = z.object({ used: z.coerce.number().int(), usable: z.coerce.number().int() }).safeParse(row);
  if (!read.success) throw new CannotSee('unreadable', 'psql answered with something else than was asked for');
  return read.data;
}
