/** Containers as they were once a minute, kept a day: what one look cannot tell. */
import { z } from 'zod';
import type { Sample } from '../diagnosis/diagnosis.ts';
import type { Milliseconds } from '../incident/policy.ts';
import { inTurns } from '../turn.ts';
import type { Queries } from './db.ts';

export type Sampled = Omit<Sample, 'at' | 'namespace'>;

/** Shorter than a minute: clocks of replicas do not strike together. */
const claimMs: Milliseconds = 50_000;
const keptMs: Milliseconds = 86_400_000;
/** of one look, and of one answer */
const mostContainers = 1_000;
const mostRead = 60_000;

const Claimed = z.object({ namespace: z.string() });

/** Of these namespaces, those that nobody looks at in this minute. Whoever asks looks now; should it die, the next minute follows. */
export async function claimSamplings(db: Queries, namespaces: string[]): Promise<string[]> {
  const { rows } = await db.query(
    `insert into samplings (namespace, at)
     select namespace, clock_timestamp()
       from unnest($1::text[]) as t (namespace)
     on conflict (namespace) do update
        set at = excluded.at
      where samplings.at <= clock_timestamp() - $2::double precision * interval '1 ms'
     returning namespace`,
    [namespaces, claimMs],
  );
  return z
    .array(Claimed)
    .parse(rows)
    .map(({ namespace }) => namespace);
}

/**
 * Those of one look get one instant. Beyond the cap the same ones are always left out, so that the others have a history; and
 * what an API tells twice, or in numbers that nobody has, costs the others nothing.
 */
export async function saveSamples(db: Queries, namespace: string, sampled: Sampled[]): Promise<{ isCut: boolean }> {
  const kept = sampled.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)).slice(0, mostContainers);
  await db.query(
    `insert into samples (at, namespace, uid, container, pod, restarts, memory_bytes, limit_bytes)
     select statement_timestamp(), $1, uid, container, pod, restarts, "memoryBytes", "limitBytes"
       from json_to_recordset($2) as t (
              uid text, container text, pod text, restarts integer, "memoryBytes" double precision, "limitBytes" double precision)
     on conflict do nothing`,
    [namespace, JSON.stringify(kept.filter(isStorable))],
  );
  return { isCut: kept.length < sampled.length };
}

const nameOf = ({ pod, container }: Sampled): string => `${pod} ${container}`;

const mostRestarts = 2 ** 31 - 1;

/** Foreign numbers, as their columns take them. */
const isStorable = ({ restarts, memoryBytes = 0, limitBytes = 0 }: Sampled): boolean =>
  Number.isInteger(restarts) &&
  Math.abs(restarts) <= mostRestarts &&
  Math.max(memoryBytes, limitBytes) <= Number.MAX_SAFE_INTEGER;

export async function forgetSamples(db: Queries): Promise<void> {
  await db.query(`delete from samples where at < clock_timestamp() - $1::double precision * interval '1 ms'`, [keptMs]);
}

const Row = z.object({
  at: z.date(),
  namespace: z.string(),
  pod: z.string(),
  uid: z.string(),
  container: z.string(),
  restarts: z.number(),
  memoryBytes: z.number().nullable(),
  limitBytes: z.number().nullable(),
});

/** Oldest first; where there are more than are read, the newest. */
export async function readSamples(db: Queries, namespace: string, withinMs: Milliseconds): Promise<Sample[]> {
  const { rows } = await db.query(
    `select at, namespace, pod, uid, container, restarts,
            memory_bytes::double precision as "memoryBytes",
            limit_bytes::double precision as "limitBytes"
       from samples
      where namespace = $1
        and at >= clock_timestamp() - $2::double precision * interval '1 ms'
      order by at desc
      limit $3`,
    [namespace, withinMs, mostRead],
  );
  return inTurns(rows.toReversed(), sampleOf);
}

function sampleOf(row: unknown): Sample {
  const { at, memoryBytes, limitBytes, ...sample } = Row.parse(row);
  return {
    ...sample,
    at: at.getTime(),
    ...(memoryBytes === null ? {} : { memoryBytes }),
    ...(limitBytes === null ? {} : { limitBytes }),
  };
}
