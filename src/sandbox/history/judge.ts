/** A run is judged where it ended: as soon as it has come to rest, or after a while as things then stand. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { House } from '../house.ts';
import { type Allowance, checkHistory } from './check.ts';
import { collectRecords, writeRecords } from './records.ts';

const lookEveryMs = 200;
const most = 10;
const longestLine = 500;

export interface Judging {
  allowances?: Allowance[];
  /** how long what is under way may take to arrive */
  withinMs?: number;
}

/** What does not hold, what is still open then, and where the records stay to be read again. */
export async function judge(house: House, { allowances = [], withinMs = 10_000 }: Judging = {}): Promise<string[]> {
  const giveUpAt = performance.now() + withinMs;
  for (;;) {
    const records = await collectRecords(house);
    const faults = checkHistory(records, allowances);
    if (faults.length === 0) return [];
    if (performance.now() > giveUpAt) {
      const file = join(mkdtempSync(join(tmpdir(), 'responder-history-')), 'records.json');
      writeRecords(file, records);
      return [...faults, ...(await open(house)), `The records are in ${file}.`];
    }
    await new Promise((resolve) => {
      setTimeout(resolve, lookEveryMs);
    });
  }
}

const Open = z.object({
  number: z.number(),
  kind: z.string(),
  state: z.string(),
  attempts: z.number(),
  error: z.string().nullable(),
});

/** Whoever reads this has no machine to look at: what was not sent, and what the bot said last. */
async function open({ databases, bot }: House): Promise<string[]> {
  const { rows } = await databases.own.pool.query(
    `select i.number, o.effect ->> 'kind' as kind, o.state, o.attempts, o.last_error as error
       from outbox o join incidents i on i.id = o.incident
      where o.state in ('waiting', 'quarantined')
      order by o.id limit ${most}`,
  );
  const unsent = Open.array().parse(rows);
  return [
    ...unsent.map(
      (row) => `open: ${row.kind} of #${row.number} is ${row.state}, tried ${row.attempts} times: ${row.error}`,
    ),
    ...bot
      .lastLines()
      .slice(-most)
      .map((line) => `the bot: ${line.slice(0, longestLine)}`),
  ];
}
