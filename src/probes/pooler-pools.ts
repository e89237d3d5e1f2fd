/** PgBouncer's pools: who works, who waits and for how long, one row per database and user. */
import { z } from 'zod';
import type { Probe, Surroundings } from '../diagnosis/diagnosis.ts';
import { neither } from './door.ts';
import { execRight, poolerTargets, psqlInPod } from './in-pod.ts';
import { isOwn, number, parsed, show, text } from './pooler.ts';

const Row = z.object({
  database: text,
  user: text,
  cl_active: number,
  cl_waiting: number,
  sv_active: number,
  sv_idle: number,
  sv_used: number,
  sv_tested: number,
  sv_login: number,
  maxwait: number,
  maxwait_us: number,
});

export interface Pool {
  database: string;
  user: string;
  /** clients that are connected, at work or not: no sign of load */
  clients: number;
  waiting: number;
  /** server connections: at work, free for the next client, on their way to Postgres */
  active: number;
  idle: number;
  login: number;
  /** how long the first in the queue has waited; absent where this pooler does not say */
  longestWaitMs?: number;
}

export interface Pools {
  pools: Pool[];
  /** the pod that was asked, where the network did not lead to the console */
  pod?: string;
  /** columns that a queue is told by, and that this pooler does not show */
  missing: string[];
}

export const poolsStatement = 'SHOW POOLS';
const needed = ['database', 'cl_waiting', 'sv_active', 'sv_idle', 'maxwait'] as const;

export const poolerPools: Probe<Pools> = {
  name: 'pgbouncer pools',
  timeoutMs: 6_000,
  targets: poolerTargets,
  rights: [execRight],
  async look(surroundings) {
    try {
      return poolsOf(await show(surroundings, 'pools', Row));
    } catch (error) {
      return { ...poolsOf(await inPod(surroundings, error)), pod: surroundings.issueType.targets['pooler'] ?? '' };
    }
  },
  repeat: ({ look: [first] }) => first ?? poolsStatement,
  gaps: ({ missing }) => (missing.length === 0 ? [] : [`this pooler shows no ${missing.join(', ')}`]),
};

/** Both ways failed: the sentence tells of both, the first one first. */
async function inPod(surroundings: Surroundings, direct: unknown): Promise<z.infer<typeof Row>[]> {
  try {
    return parsed(await psqlInPod(surroundings, 'pooler', poolsStatement), Row);
  } catch (error) {
    throw neither(direct, error);
  }
}

function poolsOf(rows: z.infer<typeof Row>[]): Pools {
  const theirs = rows.filter(({ database }) => !isOwn(database));
  return {
    pools: theirs.map(poolOf),
    missing: needed.filter((column) => rows.length === 0 || theirs.some((row) => row[column] === undefined)),
  };
}

function poolOf(row: z.infer<typeof Row>): Pool {
  return {
    database: row.database ?? '?',
    user: row.user ?? '?',
    clients: sum(row.cl_active, row.cl_waiting),
    waiting: sum(row.cl_waiting),
    active: sum(row.sv_active),
    // one that was idle for a while is only checked before the next client gets it
    idle: sum(row.sv_idle, row.sv_used, row.sv_tested),
    login: sum(row.sv_login),
    ...(row.maxwait === undefined ? {} : { longestWaitMs: row.maxwait * 1_000 + sum(row.maxwait_us) / 1_000 }),
  };
}

const sum = (...numbers: (number | undefined)[]): number => numbers.reduce<number>((all, one) => all + (one ?? 0), 0);
