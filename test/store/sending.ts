/** An outbox with one incident, and the small steps that its tests take: put in, claim, settle, let time run out. */
import type { IncidentId } from '../../src/incident/incident.ts';
import { type Claimed, claim } from '../../src/store/claim.ts';
import { type Db, inTransaction } from '../../src/store/db.ts';
import { enqueue, type Fence, type NewOutboxRow } from '../../src/store/outbox.ts';
import { type TestDatabase, testDatabase } from '../tools/database.ts';
import { insert } from './rows.ts';

/** A row to a destination of its own, unless told otherwise. */
export const row = (key: string, changes: Partial<NewOutboxRow> = {}): NewOutboxRow => ({
  effect: { kind: 'topic' },
  lane: 'bulk',
  destination: `to:${key}`,
  dedupKey: key,
  needs: 'nothing',
  ...changes,
});

export function only([first]: Claimed[]): Claimed {
  if (!first) throw new Error('nothing was claimed');
  return first;
}

export const fenceOf = ({ id, attempt }: Claimed, owner = 'one'): Fence => ({ id, owner, attempt });

type Changes = Partial<Parameters<typeof claim>[1]>;

export interface Sending {
  database: TestDatabase;
  id: IncidentId;
  put(rows: NewOutboxRow[], of?: IncidentId): Promise<void>;
  take(owner?: string, changes?: Changes): Promise<Claimed[]>;
  /** the keys of what was claimed, in the order they were put in */
  taken(owner?: string, changes?: Changes): Promise<string[]>;
  settle<T>(work: (db: Db) => Promise<T>): Promise<T>;
  states(): Promise<Record<string, string>>;
  leasesRunOut(): Promise<unknown>;
}

export async function makeSending(): Promise<Sending> {
  const database = await testDatabase();
  const { pool } = database;
  const { id } = await insert(pool);
  const take: Sending['take'] = (owner = 'one', changes = {}) =>
    inTransaction(pool, (db) => claim(db, { owner, lane: 'bulk', limit: 10, leaseMs: 60_000, ...changes }));
  return {
    database,
    id,
    take,
    put: (rows, of = id) => inTransaction(pool, (db) => enqueue(db, of, rows)),
    settle: (work) => inTransaction(pool, work),
    leasesRunOut: () => pool.query(`update outbox set lease_until = clock_timestamp() - interval '1 ms'`),
    async taken(owner, changes) {
      const ids = (await take(owner, changes)).map((one) => one.id);
      const { rows } = await pool.query<{ key: string }>(
        'select dedup_key as key from outbox where id = any($1::bigint[]) order by id',
        [ids],
      );
      return rows.map(({ key }) => key);
    },
    async states() {
      const { rows } = await pool.query<{ key: string; state: string }>('select dedup_key as key, state from outbox');
      return Object.fromEntries(rows.map(({ key, state }) => [key, state]));
    },
  };
}
