/** Row 23, mixed versions: a newer release runs beside this one, on its schema, with effects and duties of its own. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { allOpen } from '../../src/engine/ask.ts';
import { deliverRound } from '../../src/engine/deliver.ts';
import { dutiesFallDue, startTimers } from '../../src/engine/timers.ts';
import { lanes } from '../../src/store/outbox.ts';
import { type Bench, makeBench, minutes } from '../engine/bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await makeBench();
});
afterEach(() => bench.end());

const query = async (text: string, values: unknown[] = []) => (await bench.engine.pool.query(text, values)).rows;

it('row 23: an effect that only a newer release knows is left to it, and what stands behind it goes on', async () => {
  const id = await bench.declare();
  await bench.deliver();
  await query(
    `insert into outbox (incident, effect, lane, destination, dedup_key, needs)
     select $1, '{"kind":"pigeon"}', lane, 'home:' || $1, 'pigeon:' || lane, 'nothing' from unnest($2::text[]) lane`,
    [id, [...lanes]],
  );

  await bench.order({ kind: 'update', text: 'still looking' }, { incident: id });
  await bench.deliver();

  expect(await query(`select distinct state, attempts, owner from outbox where effect ->> 'kind' = 'pigeon'`)).toEqual([
    { state: 'waiting', attempts: 0, owner: null },
  ]);
  expect(await query(`select state from outbox where effect #>> '{entry,text}' = 'still looking'`)).toEqual([
    { state: 'sent' },
  ]);
});

it('row 23: with nothing but such an effect waiting, a lane sleeps', async () => {
  const id = await bench.declare();
  await bench.deliver();
  await query(`update outbox set state = 'sent' where state = 'waiting'`);
  await query(
    `insert into outbox (incident, effect, lane, destination, dedup_key, needs)
     values ($1, '{"kind":"pigeon"}', 'page', 'loft', 'pigeon', 'nothing')`,
    [id],
  );

  expect(await deliverRound({ engine: bench.engine, world: bench.world, lane: 'page', owner: 'one' })).toBeUndefined();
});

it('row 23: a duty that only a newer release knows is neither met nor cancelled, and wakes nobody', async () => {
  const id = await bench.declare();
  await query(`insert into duties (incident, key, kind, due_at) values ($1, 'moon:1', 'moon', app_now())`, [id]);
  const [{ version }] = await query('select version from incidents where id = $1', [id]);

  const loop = startTimers(bench.engine);
  await bench.order({ kind: 'update', text: 'still looking' }, { incident: id });
  await loop.stop();
  const nextMs = await dutiesFallDue(bench.engine);

  expect(nextMs).toBeGreaterThan(1_000);
  expect(await query(`select state from duties where kind = 'moon'`)).toEqual([{ state: 'owed' }]);
  expect(await query('select version - $2 as saved from incidents where id = $1', [id, version])).toEqual([
    { saved: 1 },
  ]);
});

it('row 23: columns and fields of a newer release keep what it wrote', async () => {
  for (const table of ['incidents', 'timeline', 'duties', 'outbox', 'inputs', 'reports'])
    await query(`alter table ${table} add column mood text not null default 'calm'`);
  const id = await bench.declare();
  await query(`update incidents set mood = 'tense', state = state || '{"mood":{"since":5}}' where id = $1`, [id]);

  await bench.order({ kind: 'update', text: 'still looking' }, { incident: id });
  await bench.deliver();
  await bench.at(minutes(5));
  await bench.due();

  expect(await query(`select mood, state -> 'mood' as field from incidents`)).toEqual([
    { mood: 'tense', field: { since: 5 } },
  ]);
});

it('row 23: an incident in a phase that only a newer release knows hides no other and blocks no declaration', async () => {
  const strange = await bench.declare('p1', 'the moon is late');
  const known = await bench.declare('p1', 'checkout returns 502');
  await query(`update incidents set phase = 'paused', state = state || '{"phase":"paused"}' where id = $1`, [strange]);
  await query(`update incidents set phase = 'open' where id = $1`, [strange]);

  const answer = await bench.order({ kind: 'declare', severity: 'p1', title: 'invoices are empty' });

  expect(answer.ok).toBe(true);
  expect((await allOpen(bench.engine)).map(({ id }) => id)).toContain(known);
});
