/** What every look into the diagnosed database shares: asking it, naming its tables, and saying why it was not seen. */
import { z } from 'zod';
import type { Surroundings } from '../diagnosis/diagnosis.ts';
import { reasonOf } from '../diagnosis/words.ts';
import type { IssueType } from '../incident/policy.ts';

export interface Question<Row> {
  row: z.ZodType<Row>;
  sql: string;
  values?: unknown[];
}

/** Its rows, or an error that says in words why they were not seen. */
export async function ask<Row>(surroundings: Surroundings, { row, sql, values = [] }: Question<Row>): Promise<Row[]> {
  const { database } = surroundings.clients;
  if (!database) throw new Error('no database to look at is configured (TARGET_DATABASE_URL)');
  const { rows } = await database.query(sql, values).catch((error: unknown) => {
    throw new Error(why(error), { cause: error });
  });
  const parsed = z.array(row).safeParse(rows);
  if (!parsed.success) throw new Error('the database answered with something else than was asked for');
  return parsed.data;
}

/** For a question that has one row for an answer. */
export async function askOne<Row>(surroundings: Surroundings, question: Question<Row>): Promise<Row> {
  const [first] = await ask(surroundings, question);
  if (first === undefined) throw new Error('the database answered with nothing');
  return first;
}

const word = '[A-Za-z_][A-Za-z0-9_]{0,62}';
const names = { column: new RegExp(`^${word}$`), table: new RegExp(`^(${word}\\.)?${word}$`) };

/** Names come from the policy and cannot be parameters: what is no plain name is refused, the rest is quoted. */
export function quoted(issueType: IssueType, target: string, kind: keyof typeof names = 'column'): string {
  const name = issueType.targets[target] ?? '';
  if (!names[kind].test(name))
    throw new Error(`the runbook names no usable ${target}: ${JSON.stringify(name.slice(0, 80))}`);
  return name
    .split('.')
    .map((part) => `"${part}"`)
    .join('.');
}

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const sentences: Record<string, string> = {
  '08P01': 'what answers is a pooler, not the database itself, or refuses the connection',
  '22P02': 'the runbook names a value that the column cannot have',
  '28000': 'the login was refused',
  '28P01': 'the login was refused: wrong password',
  '3D000': 'the database does not exist',
  '42501': 'this login may not read it',
  '42703': 'a column does not exist',
  '42P01': 'the table does not exist',
  '53300': 'the database has no connection left for this login',
  '55P03': 'the table is locked by somebody else',
  '57014': 'the database took too long over it',
};

function why(error: unknown): string {
  const code = Error.isError(error) && 'code' in error ? String(error.code) : '';
  return `${sentences[code] ?? 'the database did not answer'} (${reasonOf(error)})`;
}
