/** What processes cost, as Linux counts it. */
import { readdirSync, readFileSync } from 'node:fs';
import type pg from 'pg';

const ticksPerSecond = 100;
const pageBytes = 4_096;

/** Fields of /proc/<pid>/stat behind the name, by their numbers there less three. */
interface Stat {
  parent: number;
  ticks: number;
  ticksOfEnded: number;
  pages: number;
}

function statOf(pid: number | string): Stat | undefined {
  try {
    const fields = (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] ?? '').split(' ').map(Number);
    const [, parent = 0] = fields;
    const [user = 0, system = 0, userOfEnded = 0, systemOfEnded = 0] = fields.slice(11, 15);
    return { parent, ticks: user + system, ticksOfEnded: userOfEnded + systemOfEnded, pages: fields[21] ?? 0 };
  } catch {
    // it ended meanwhile
    return undefined;
  }
}

/** The Postgres process whose children do all the work. */
export async function serverOf(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid');
  return statOf(rows[0]?.pid ?? 0)?.parent ?? 0;
}

export const megabytes = (pid: number): number => ((statOf(pid)?.pages ?? 0) * pageBytes) / 2 ** 20;

/** Of a process and its children, those that have ended too. */
export function processorSeconds(pid: number): number {
  const own = statOf(pid);
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(name) ?? [])
    .filter(({ parent }) => parent === pid);
  const ticks = children.reduce((sum, child) => sum + child.ticks, (own?.ticks ?? 0) + (own?.ticksOfEnded ?? 0));
  return ticks / ticksPerSecond;
}
