/** A run is judged where it ended: as soon as it has come to rest, or after a while as things then stand. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { House } from '../house.ts';
import { type Allowance, checkHistory } from './check.ts';
import { collectRecords, writeRecords } from './records.ts';

const lookEveryMs = 200;

export interface Judging {
  allowances?: Allowance[];
  /** how long what is under way may take to arrive */
  withinMs?: number;
}

/** What does not hold, and where the records stay to be read again. */
export async function judge(house: House, { allowances = [], withinMs = 10_000 }: Judging = {}): Promise<string[]> {
  const giveUpAt = performance.now() + withinMs;
  for (;;) {
    const records = await collectRecords(house);
    const faults = checkHistory(records, allowances);
    if (faults.length === 0) return [];
    if (performance.now() > giveUpAt) {
      const file = join(mkdtempSync(join(tmpdir(), 'responder-history-')), 'records.json');
      writeRecords(file, records);
      return [...faults, `The records are in ${file}.`];
    }
    await new Promise((resolve) => {
      setTimeout(resolve, lookEveryMs);
    });
  }
}
