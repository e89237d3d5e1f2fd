/** What every look at other sessions shares: the right to see them, and leaving our own looks out. */
import { z } from 'zod';
import type { Surroundings } from '../diagnosis/diagnosis.ts';
import { CannotSee } from '../errors.ts';
import { ask, askOne, type Question } from './database.ts';
import { shapeOf } from './statement.ts';

const Right = z.object({ maySee: z.boolean() });

/** Without it Postgres shows other sessions as empty rows, which would look like peace. */
export async function maySeeSessions(surroundings: Surroundings): Promise<boolean> {
  const { maySee } = await askOne(surroundings, {
    row: Right,
    sql: `select pg_has_role('pg_read_all_stats', 'usage') as "maySee"`,
  });
  return maySee;
}

export const unseen = 'cannot see other sessions: grant this login pg_monitor (or pg_read_all_stats)';

/** Rows about sessions; rejects where this login may not see them. */
export async function askSessions<Row>(surroundings: Surroundings, question: Question<Row>): Promise<Row[]> {
  if (!(await maySeeSessions(surroundings))) throw new CannotSee('forbidden', unseen, { grant: 'pg_monitor' });
  return ask(surroundings, question);
}

/** Of a row of pg_stat_activity: our own looks are no evidence. */
export const isOurs = `(pid = pg_backend_pid()
           or (application_name = current_setting('application_name')
               and application_name <> ''
               and usename = current_user) is true)`;

/** A query of its own, before others: sessions of clients, all but ours. */
export const theirs = `
  theirs as materialized (
    select a.*
      from pg_stat_activity a
     where backend_type = 'client backend'
       and not ${isOurs}
  )`;

export const who = `coalesce(nullif(left(application_name, 80), ''), usename::text, '?')`;

/** The shape of a statement, for people: the values in it stay where they are. */
export const Statement = z
  .string()
  .nullable()
  .transform((statement) => shapeOf(statement ?? ''));
