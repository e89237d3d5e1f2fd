/** Ways of damaging the records of a good night, and what the checker then says. */
import { createHash } from 'node:crypto';
import { checkHistory } from '../../../src/sandbox/history/check.ts';
import type { Records } from '../../../src/sandbox/history/records.ts';
import { chain, goodNight, id } from './night.ts';

/** What is wrong, how it comes about, and the sentence by which it is found. */
export type Broken = [string, (night: Records) => void, RegExp];

/** The sentences of one invariant; a damage may well break another one too. */
export function found(invariant: string, damage: (night: Records) => void): string[] {
  const night = goodNight();
  damage(night);
  return checkHistory(night).filter((one) => one.startsWith(`${invariant}: `));
}

const idOf = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 20);

/** The entries are changed, and the chain is whole again: whoever did it did it well. */
export const retold = (night: Records, change: (timeline: Records['database']['timeline']) => unknown): void => {
  change(night.database.timeline);
  chain(night);
};

export const incident = (night: Records) => {
  const [one] = night.database.incidents;
  if (!one) throw new Error('the night has an incident');
  return one;
};

export const first = <T>(all: T[], is: (one: T) => boolean): T => {
  const found = all.find(is);
  if (found === undefined) throw new Error('the night has no such thing');
  return found;
};

export const without = <T>(all: T[], is: (one: T) => boolean): void => void all.splice(all.findIndex(is), 1);

/** The same night, declared while the database was away: its id comes of the key. Answers the id. */
export function outOfTheJournal(night: Records): string {
  const key = 'command:1.a';
  Object.assign(night, JSON.parse(JSON.stringify(night).replaceAll(id, idOf(key))));
  chain(night);
  night.journal.push({ kind: 'declared', key }, { kind: 'merged', key });
  const metadata = { event_type: 'responder', event_payload: { outbox: `journal:${idOf(key)}` } };
  Object.assign(
    first(night.slack.messages, ({ ts }) => ts === '1.1'),
    { metadata },
  );
  return idOf(key);
}
