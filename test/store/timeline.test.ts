import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Entry } from '../../src/incident/entry.ts';
import type { IncidentId } from '../../src/incident/incident.ts';
import { inTransaction } from '../../src/store/db.ts';
import { appendTimeline, readHead, readTimeline } from '../../src/store/timeline.ts';
import { ana, ben } from '../incident/story.ts';
import { type TestDatabase, testDatabase } from '../tools/database.ts';
import { insert, start } from './rows.ts';
import { verifyTimeline } from './verify.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.end());

const update = (text: string): Entry => ({ kind: 'update', text });

async function append(id: IncidentId, entries: Entry[], at = start): Promise<void> {
  await inTransaction(database.pool, (db) =>
    readHead(db, id).then((after) =>
      appendTimeline(db, id, { at, after, entries: entries.map((entry) => ({ actor: ana, entry })) }),
    ),
  );
}

/** An incident with a timeline of three rows, in two transactions. */
async function told(): Promise<IncidentId> {
  const { id } = await insert(database.pool);
  await append(id, [update('one'), update('two')]);
  await append(id, [update('three')], start + 1);
  return id;
}

/** As somebody with all rights on the database would. */
async function tamper(statement: string, id: IncidentId): Promise<void> {
  await inTransaction(database.pool, async (db) => {
    await db.query('alter table timeline disable trigger timeline_is_append_only');
    await db.query(statement.replaceAll('$1', `'${id}'`));
    await db.query('alter table timeline enable trigger timeline_is_append_only');
  });
}

it('tells what happened in order, with who and when', async () => {
  const id = await told();

  const rows = await readTimeline(database.pool, id);

  expect(rows.map(({ seq, at, actor, body }) => [seq, at, actor, body])).toEqual([
    [1, start, ana, update('one')],
    [2, start, ana, update('two')],
    [3, start + 1, ana, update('three')],
  ]);
});

it('chains each row to the one before', async () => {
  const rows = await readTimeline(database.pool, await told());

  expect(rows.map(({ previous }) => previous)).toEqual(['', rows[0]?.hash, rows[1]?.hash]);
});

it('writes nothing for a decision without entries', async () => {
  const { id } = await insert(database.pool);

  await append(id, []);

  expect(await readTimeline(database.pool, id)).toEqual([]);
  expect(await verifyTimeline(database.pool, id)).toEqual({ ok: true });
});

it('verifies what it wrote, whatever the words and numbers', async () => {
  const { id } = await insert(database.pool);
  const words = fc.string({ unit: 'binary' });
  const entry = fc.oneof(
    words.map(update),
    words.map((name): Entry => ({ kind: 'lead', to: { pager: name, name }, from: ben })),
    fc
      .tuple(words, fc.double({ noNaN: true, noDefaultInfinity: true }))
      .map(([summary, afterMs]): Entry => ({ kind: 'resolved', summary, afterMs })),
  );

  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 4 }), async (entries) => {
      await append(id, entries);
      expect(await verifyTimeline(database.pool, id)).toEqual({ ok: true });
    }),
    { numRuns: 40 },
  );
});

it.each(['update timeline set seq = seq', 'delete from timeline', 'truncate timeline'])(
  'is only ever appended to: %s',
  async (statement) => {
    await expect(database.pool.query(statement)).rejects.toThrow('the timeline is only ever appended to');
  },
);

describe('somebody with all rights', () => {
  it.each([
    [
      'changes the words',
      `update timeline set body = '{"kind": "update", "text": "else"}' where incident = $1 and seq = 2`,
      'row 2 was changed',
    ],
    [
      'changes the time',
      `update timeline set at = at + interval '1 ms' where incident = $1 and seq = 2`,
      'row 2 was changed',
    ],
    [
      'changes who it was',
      `update timeline set actor = '{"slack": "U0EVIL"}' where incident = $1 and seq = 1`,
      'row 1 was changed',
    ],
    ['removes the first row', 'delete from timeline where incident = $1 and seq = 1', 'row 1 is missing'],
    ['removes a row between', 'delete from timeline where incident = $1 and seq = 2', 'row 2 is missing'],
    ['removes the last row', 'delete from timeline where incident = $1 and seq = 3', 'the last row is missing'],
    ['removes all of it', 'delete from timeline where incident = $1', 'the last 3 rows are missing'],
    [
      'copies a row to the end',
      `insert into timeline select incident, 4, at, actor, kind, body, previous, hash from timeline where incident = $1 and seq = 3`,
      'row 4 was changed',
    ],
    [
      'swaps two rows',
      `update timeline set seq = case seq when 1 then -2 else -1 end where incident = $1 and seq < 3`,
      'rows 1 and 2 are in another order',
    ],
    [
      'swaps two rows, numbers and all',
      `update timeline set seq = case seq when 2 then 103 else 102 end where incident = $1 and seq > 1;
       update timeline set seq = seq - 100 where incident = $1 and seq > 100`,
      'rows 2 and 3 are in another order',
    ],
    [
      'removes a row between and closes the gap',
      `delete from timeline where incident = $1 and seq = 2; update timeline set seq = 2 where incident = $1 and seq = 3`,
      'row 2 was changed',
    ],
  ])('%s, and is found out', async (_, statement, why) => {
    const id = await told();

    await tamper(statement, id);

    expect(await verifyTimeline(database.pool, id)).toMatchObject({ ok: false, why });
  });

  it.each([
    ['the head moved back', 'timeline_head = (select hash from timeline where incident = $1 and seq = 2)'],
    ['the length shortened', 'timeline_length = 2'],
  ])('removes the last row, with %s alone, and is found out', async (_, change) => {
    const id = await told();

    await tamper('delete from timeline where incident = $1 and seq = 3', id);
    await database.pool.query(`update incidents set ${change} where id = $1`, [id]);

    expect(await verifyTimeline(database.pool, id)).toMatchObject({ ok: false, seq: 3 });
  });

  it('changes nothing after all, and nothing is found', async () => {
    const id = await told();

    await tamper('update timeline set body = body where incident = $1', id);

    expect(await verifyTimeline(database.pool, id)).toEqual({ ok: true });
  });
});
