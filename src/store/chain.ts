/** The hash chain of a timeline: how a row is hashed, and what a broken chain says about what was done to it. */
import { createHash } from 'node:crypto';
import { clean } from './json.ts';

/** What a chain is made of; whatever else a row holds is hashed with it. */
export interface Link {
  seq: number;
  previous: string;
  hash: string;
}

/** What the incident's own row remembers of its timeline. */
export interface Head {
  head: string;
  length: number;
}

export interface ChainFault {
  seq: number;
  why: string;
}

/** Object keys sorted, so that the JSON column gives back what was hashed. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value === 'string') return clean(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, canonical(part)]),
  );
}

export function hashOf(row: Link): string {
  const { hash: _, ...hashed } = row;
  return createHash('sha256')
    .update(JSON.stringify(canonical(hashed)))
    .digest('hex');
}

/** Finds a row that was changed, moved or removed, the last one too, and names it. Nothing: the chain is whole. */
export function chainFaults(rows: Link[], { head, length }: Head): ChainFault[] {
  const moved = otherOrder(rows);
  if (moved) return [moved];
  let last = { seq: 0, hash: '' };
  const faults: ChainFault[] = [];
  for (const row of rows) {
    faults.push(...linkFaults(row, last));
    last = row;
  }
  return [...faults, ...endFaults(last, { head, length })];
}

function linkFaults(row: Link, last: Pick<Link, 'seq' | 'hash'>): ChainFault[] {
  const { seq } = row;
  if (row.hash !== hashOf(row)) return [...gap(last.seq + 1, seq - 1), { seq, why: `row ${seq} was changed` }];
  if (seq !== last.seq + 1) return gap(last.seq + 1, seq - 1);
  return row.previous === last.hash ? [] : [{ seq, why: `row ${seq} does not follow the row before it` }];
}

function gap(first: number, last: number): ChainFault[] {
  if (last < first) return [];
  return [{ seq: first, why: first === last ? `row ${first} is missing` : `rows ${first} to ${last} are missing` }];
}

function endFaults({ seq, hash }: Pick<Link, 'seq' | 'hash'>, { head, length }: Head): ChainFault[] {
  if (seq < length)
    return [
      {
        seq: seq + 1,
        why: length === seq + 1 ? 'the last row is missing' : `the last ${length - seq} rows are missing`,
      },
    ];
  if (seq > length) return [{ seq: length + 1, why: `row ${length + 1} stands beyond the end` }];
  return head === hash ? [] : [{ seq: seq + 1, why: 'the end was removed or rewritten' }];
}

/** The links tell the order in which the rows were written; if only their numbers are wrong, they were moved. */
function otherOrder(rows: Link[]): ChainFault | undefined {
  const follower = new Map(rows.map((row) => [row.previous, row]));
  const written: Link[] = [];
  for (let row = follower.get(''); row && written.length < rows.length; row = follower.get(row.hash)) written.push(row);
  const isWhole =
    written.length === rows.length && written.every((row, n) => row.hash === hashOf({ ...row, seq: n + 1 }));
  const moved = written.flatMap((row, n) => (row.seq === n + 1 ? [] : [n + 1]));
  const [first] = moved;
  if (!isWhole || first === undefined) return undefined;
  return { seq: first, why: `rows ${moved.slice(0, -1).join(', ')} and ${moved.at(-1)} are in another order` };
}
