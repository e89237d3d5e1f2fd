/** I12: what was declared while the database was away is merged; and which incidents came that way. */
import { createHash } from 'node:crypto';
import { type Check, fault } from './fault.ts';
import type { Records } from './records.ts';

const keysOf = ({ journal }: Records, kind: string): Set<string> =>
  new Set(journal.filter((line) => line.kind === kind).map(({ key }) => key));

/** The same input gives the same id, whichever way it comes in. */
const idOf = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 20);

export const journalIsMerged: Check = (records) => {
  const merged = keysOf(records, 'merged');
  const { inputs, incidents } = records.database;
  const declared = [...keysOf(records, 'declared')];
  // one that was answered in the database before anybody was paged for it may have been refused there
  const attended = [...new Set([...keysOf(records, 'paged'), ...keysOf(records, 'announced')])];
  return [
    ...declared.filter((key) => !merged.has(key)).map((key) => fault(`I12: "${key}" stands in the journal unmerged`)),
    ...declared
      .filter((key) => merged.has(key) && !inputs.some((input) => input.key === key))
      .map((key) => fault(`I12: the journal says that "${key}" is merged, the database does not know it`)),
    ...attended
      .filter((key) => inputs.some((input) => input.key === key) && !incidents.some(({ id }) => id === idOf(key)))
      .map((key) => fault(`I12: "${key}" was merged under another id than the one it was paged with`)),
  ];
};

/** The ids of incidents that were paged and announced without the database. */
export const journalled = (records: Records): Set<string> =>
  new Set([...keysOf(records, 'declared')].map((key) => idOf(key)));
