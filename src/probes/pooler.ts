/** What every look at PgBouncer shares: its console's rows by the names of their columns, whatever version prints them. */
import { z } from 'zod';
import type { Console, Surroundings } from '../diagnosis/diagnosis.ts';
import { CannotSee } from '../errors.ts';

/** Columns come and go with versions, as numbers or as text; one that is not there is unknown, never nought. */
export const number = z
  .union([
    z.number(),
    z
      .string()
      .trim()
      .regex(/^-?\d+(\.\d+)?$/)
      .transform(Number),
  ])
  .nullish()
  .transform((value) => value ?? undefined);

export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);

/** 1.18 prints 0 and 1, older ones yes and no. */
export const flag = z
  .union([z.number(), z.string(), z.boolean()])
  .nullish()
  .transform((value) => (value === undefined || value === null ? undefined : /^(1|t|true|y|yes)$/i.test(`${value}`)));

type What = Parameters<Console['show']>[0];

/** Straight from the console; rejects with its error where it did not answer. */
export async function show<Row>({ clients }: Surroundings, what: What, row: z.ZodType<Row>): Promise<Row[]> {
  if (!clients.pooler)
    throw new CannotSee('absent', 'no console of PgBouncer to look at is configured (PGBOUNCER_URL)');
  return parsed(await clients.pooler.show(what), row);
}

export function parsed<Row>(rows: unknown, row: z.ZodType<Row>): Row[] {
  const read = z.array(row).safeParse(rows);
  if (!read.success) throw new CannotSee('unreadable', 'what answered is no console of PgBouncer that we can read');
  return read.data;
}

/** Its console's own pool serves nobody. */
export const isOwn = (database: string | undefined): boolean => database === 'pgbouncer';
