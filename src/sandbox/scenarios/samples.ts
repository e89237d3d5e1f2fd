/** A scenario's past as the bot would have written it down, a look a minute, the last one now. */
import type pg from 'pg';
import { podsOf } from '../cluster/objects/names.ts';
import { uidOf } from '../cluster/objects/place.ts';
import { mebi } from './control-group.ts';
import type { Scenario } from './scenario.ts';
import { namespace } from './well.ts';

type Past = NonNullable<Scenario['samples']>[number];

interface Row {
  ago: number;
  uid: string;
  pod: string;
  container: string;
  restarts: number;
  memory: number | null;
}

export async function keepSamples(own: pg.Pool, { samples = [], scene = {} }: Scenario): Promise<void> {
  const rows = samples.flatMap((past) => rowsOf(past, scene));
  await own.query(
    `insert into samples (at, namespace, uid, container, pod, restarts, memory_bytes, limit_bytes)
     select statement_timestamp() - ago * interval '1 minute', $1, uid, container, pod, restarts, memory, $2
       from json_to_recordset($3) as t (ago int, uid text, container text, pod text, restarts int, memory bigint)`,
    [namespace, 512 * mebi, JSON.stringify(rows)],
  );
}

function rowsOf(
  { workload, pod, memory = [], restarts = [] }: Past,
  { workloads = [] }: NonNullable<Scenario['scene']>,
): Row[] {
  const told = workloads.find(({ name }) => name === workload);
  const looks = Math.max(memory.length, restarts.length);
  return (told ? podsOf(told) : [])
    .filter((_, n) => pod === undefined || pod === n)
    .flatMap(({ name }) =>
      Array.from({ length: looks }, (_, n) => ({
        ago: looks - 1 - n,
        uid: uidOf(namespace, 'Pod', name),
        pod: name,
        container: told?.containers?.[0]?.name ?? '',
        restarts: restarts[n] ?? 0,
        memory: memory[n] === undefined ? null : memory[n] * mebi,
      })),
    );
}
