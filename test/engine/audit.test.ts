/** An incident's records against each other: what is done by hand, with all rights on the database, is found. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Audited, auditIncident } from '../../src/engine/audit.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { wakeUp } from '../../src/engine/handle.ts';
import { rederiveDuties } from '../../src/engine/rederive.ts';
import type { IncidentId } from '../../src/incident/incident.ts';
import { inTransaction } from '../../src/store/db.ts';
import { dutiesOf } from '../../src/store/duties.ts';
import { appendTimeline, readHead } from '../../src/store/timeline.ts';
import { type Happening, life } from '../incident/random-life.ts';
import type { Order } from '../incident/story.ts';
import { ana, type Bench, ben, makeBench, minutes, start } from './bench.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await makeBench();
  await bench.engine.pool.query('alter table timeline disable trigger user');
});
afterAll(() => bench.end());

async function audit(id: IncidentId, engine: Engine = bench.engine): Promise<Audited> {
  const audited = await auditIncident(engine, id);
  if (!audited) throw new Error('there is no such incident');
  return audited;
}

/** The bot is awake until then: each duty is done at its own instant. */
async function awake(id: IncidentId, until: number): Promise<void> {
  for (;;) {
    const next = (await dutiesOf(bench.engine.pool, id)).find(({ state }) => state === 'owed');
    if (!next || next.dueAt > start + until) break;
    await bench.at(next.dueAt - start);
    await wakeUp(bench.engine, id);
  }
  await bench.at(until);
}

/** A P1 of half an hour: acknowledged after three minutes, with one update. */
async function lived(): Promise<IncidentId> {
  await bench.at(0);
  const id = await bench.declare();
  await awake(id, minutes(3));
  await bench.order({ kind: 'acknowledge' }, { incident: id, actor: ben });
  await bench.order({ kind: 'update', text: 'looking' }, { incident: id });
  await awake(id, minutes(31));
  return id;
}

const byHand = (statement: string, id: IncidentId): Promise<unknown> =>
  bench.engine.pool.query(statement.replaceAll('$1', `'${id}'`));

it('finds nothing in a life in which nobody meddled', async () => {
  const { faults, missed, late, unknown, whole, head } = await audit(await lived());

  expect({ faults, missed, late, unknown, whole, rows: head.length }).toEqual({
    faults: [],
    missed: [],
    late: [],
    unknown: undefined,
    whole: true,
    rows: 9,
  });
});

describe('a timeline changed by hand', () => {
  it.each([
    [
      'a row was changed',
      `update timeline set body = jsonb_set(body, '{text}', '"all is well"') where incident = $1 and seq = 7`,
      'row 7 was changed',
    ],
    ['the last row was removed', 'delete from timeline where incident = $1 and seq = 9', 'the last row is missing'],
    ['a row between was removed', 'delete from timeline where incident = $1 and seq = 3', 'row 3 is missing'],
    [
      'two rows were swapped',
      `update timeline set seq = case seq when 3 then 104 else 103 end where incident = $1 and seq in (3, 4);
       update timeline set seq = seq - 100 where incident = $1 and seq > 100`,
      'rows 3 and 4 are in another order',
    ],
  ])('%s', async (_, statement, why) => {
    const id = await lived();

    await byHand(statement, id);

    const { number, faults, unknown } = await audit(id);
    expect(faults).toEqual([`#${number}'s timeline: ${why}.`]);
    expect(unknown).toContain('its duties could not be re-derived');
  });

  it('a row was taken out and the rest chained anew: whoever saw it before knows', async () => {
    const id = await lived();
    const { head, number } = await audit(id);
    await byHand('delete from timeline where incident = $1 and seq = 9', id);
    await byHand(
      `update incidents set timeline_length = 8,
              timeline_head = (select hash from timeline where incident = $1 and seq = 8) where id = $1`,
      id,
    );

    const [alone, knowing] = [await audit(id), await auditIncident(bench.engine, id, head)];

    expect(alone.whole).toBe(true);
    expect(alone.faults).toEqual([
      `#${number}: its state owes other duties than its timeline.`,
      `#${number}: duty resolution:p1.0 is paid by its row, and owed by the timeline.`,
      `#${number}: duty resolution:p1.1 was never owed, and has a row.`,
    ]);
    expect(knowing?.faults).toEqual([`#${number}'s timeline: its first 9 rows were rewritten.`]);
  });
});

describe('duties changed by hand', () => {
  it.each([
    [
      'an owed one is gone',
      `delete from duties where incident = $1 and key = 'update:2.0'`,
      'duty update:2.0 is missing',
    ],
    ['a paid one is gone', `delete from duties where incident = $1 and key = 'page:1.1'`, 'duty page:1.1 is missing'],
    [
      'one was cancelled',
      `update duties set state = 'cancelled' where incident = $1 and key = 'update:2.0'`,
      'duty update:2.0 is cancelled by its row, and owed by the timeline',
    ],
    [
      'one was put off',
      `update duties set due_at = due_at + interval '3 hours' where incident = $1 and key = 'update:2.0'`,
      'duty update:2.0 is due 3 h later by its row than by the timeline',
    ],
    [
      'one was made to look as if it had fired sooner',
      `update duties set fired_at = fired_at - interval '4 minutes' where incident = $1 and key = 'lead:1.0'`,
      'duty lead:1.0 fired 4 min earlier by its row than by the timeline',
    ],
    [
      'one was added',
      `insert into duties (incident, key, kind, due_at) values ($1, 'update:7.0', 'update', app_now() + interval '1 hour')`,
      'duty update:7.0 was never owed, and has a row',
    ],
  ])('%s', async (_, statement, why) => {
    const id = await lived();

    await byHand(statement, id);

    const { number, faults } = await audit(id);
    expect(faults).toEqual([`#${number}: ${why}.`]);
  });
});

it('finds a state that was made to look acknowledged', async () => {
  await bench.at(0);
  const id = await bench.declare();

  await byHand(
    `update incidents set state = state || '{"acknowledged": {"by": {"slack": "U0EVIL"}, "at": 1, "via": "slack"}}' where id = $1`,
    id,
  );

  const { number, faults } = await audit(id);
  expect(faults).toEqual([`#${number}: its state owes other duties than its timeline.`]);
});

it('tells what was due while nobody was awake, and then that it was late', async () => {
  await bench.at(0);
  const id = await bench.declare();
  await bench.at(minutes(6));
  const asleep = await audit(id);
  await wakeUp(bench.engine, id);
  const woken = await audit(id);

  const { number } = asleep;
  expect(asleep.missed).toContain(`#${number}: duty page:1.1 has been due for 4 min, and was not done.`);
  expect(asleep.faults).toEqual([]);
  expect(woken).toMatchObject({ faults: [], missed: [] });
  expect(woken.late).toContain(`#${number}: duty page:1.1 fired 4 min late.`);
});

describe('an incident that was decided under other times', () => {
  const edited = (): Engine => ({
    ...bench.engine,
    policy: { ...bench.engine.policy, confirmWithin: 90_000, fingerprint: 'edited' },
  });

  it('is said not to be re-derived, and is neither right nor wrong', async () => {
    const { number, faults, unknown } = await audit(await lived(), edited());

    expect(faults).toEqual([]);
    expect(unknown).toBe(
      `#${number}: its duties could not be re-derived, because it was decided under other times than the runbook has now.`,
    );
  });

  it('goes by the times of now from the start on, and is still not re-derived when they are changed back', async () => {
    await bench.at(0);
    const id = await bench.declare();

    await rederiveDuties(edited());
    const duties = await dutiesOf(bench.engine.pool, id);
    await rederiveDuties(bench.engine);

    expect(duties.find(({ kind }) => kind === 'confirm')?.dueAt).toBe(start + 90_000);
    expect((await audit(id)).unknown).toContain('other times');
  });

  it('of an older release is not re-derived', async () => {
    const id = await lived();
    await byHand(`update incidents set state = state - 'decidedUnder' where id = $1`, id);

    const before = await audit(id);
    await rederiveDuties(bench.engine);
    const after = await audit(id);

    for (const { faults, unknown } of [before, after]) {
      expect(faults).toEqual([]);
      expect(unknown).toContain('other times');
    }
  });
});

it.each([
  [
    'of a kind that this release does not know',
    '{"kind": "handed-over"}',
    'says "handed-over", which this release does not know',
  ],
  ['that lacks what it needs', '{"kind": "ticked", "duty": "report"}', 'an entry could not be read'],
])('an entry %s makes the rest unknown, and not healthy', async (_, body, why) => {
  await bench.at(0);
  const id = await bench.declare();
  await inTransaction(bench.engine.pool, async (db) =>
    appendTimeline(db, id, {
      at: start,
      after: await readHead(db, id),
      entries: [{ actor: ana, entry: JSON.parse(body) }],
    }),
  );

  const { faults, unknown, whole } = await audit(id);

  expect({ whole, faults }).toEqual({ whole: true, faults: [] });
  expect(unknown).toContain(why);
});

describe('any life', () => {
  async function play(id: IncidentId, happening: Happening, at: number): Promise<number> {
    if (happening.kind === 'wait') {
      await awake(id, at + happening.ms);
      return at + happening.ms;
    }
    const command = ofThis(id, happening.command);
    const actor = happening.kind === 'person' ? happening.by : 'responder';
    await bench.order(command, { incident: id, actor });
    return at;
  }

  /** Lives name one page and one channel; here each incident has its own. */
  function ofThis(id: IncidentId, command: Order): Order {
    if ('page' in command && command.kind !== 'done-directly')
      return { ...command, page: command.page.replace('inc', id) };
    return 'channel' in command && command.channel === 'C0INC' ? { ...command, channel: `C0${id}` } : command;
  }

  it('is found as it was, chain, duties and all', async () => {
    await fc.assert(
      fc.asyncProperty(life, async ([severity, happenings]) => {
        await bench.at(0);
        const id = await bench.declare(severity);
        let at = 0;
        for (const each of happenings.slice(0, 12)) at = await play(id, each, at);

        const { faults, missed, late, unknown } = await audit(id);
        expect({ faults, missed, late, unknown }).toEqual({ faults: [], missed: [], late: [], unknown: undefined });
      }),
      { numRuns: 15 },
    );
  }, 120_000);
});
