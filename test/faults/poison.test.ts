/** Row 24, a poison item: given up after a few tries with a notice, and its neighbours do not wait for it. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startDelivery } from '../../src/engine/deliver.ts';
import type { Loop } from '../../src/engine/loop.ts';
import { startTimers } from '../../src/engine/timers.ts';
import { makeLog } from '../../src/log.ts';
import { type Bench, makeBench, minutes } from '../engine/bench.ts';

let bench: Bench;
let loop: Loop | undefined;
beforeEach(async () => {
  bench = await makeBench();
});
afterEach(async () => {
  await loop?.stop();
  loop = undefined;
  await bench.end();
});

const query = async (text: string, values: unknown[] = []) => (await bench.engine.pool.query(text, values)).rows;

async function comes(what: string, look: () => Promise<boolean>, withinMs = 10_000): Promise<number> {
  const began = performance.now();
  while (!(await look())) {
    if (performance.now() - began > withinMs) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return performance.now() - began;
}

const dutiesOwed = async (id: string): Promise<number> =>
  (await query(`select from duties where incident = $1 and state = 'owed' and due_at <= app_now()`, [id])).length;

/** The timers of the bench, and what they say about each try that failed. */
function timersWithTries(): { timers: Loop; tries: object[] } {
  const tries: object[] = [];
  const log = makeLog('silent');
  log.error = (about: unknown) => void tries.push({ ...Object(about), err: undefined });
  loop = startTimers({ ...bench.engine, log });
  return { timers: loop, tries };
}

it('row 24: incidents that cannot be woken delay no other, and are not tried without a pause', async () => {
  // due before it, and more than three rounds of the workers, should each of them end with its first one
  const poisons: string[] = [];
  for (let n = 1; n <= 16; n += 1) poisons.push(await bench.declare('p1', `the moon is late ${n}`));
  await bench.at(1_000);
  const neighbour = await bench.declare('p1', 'checkout returns 502');
  await query(`update incidents set state = '{}' where id = any($1)`, [poisons]);
  await bench.at(minutes(5));

  const began = performance.now();
  const { timers, tries } = timersWithTries();
  const tookMs = await comes('the duties of the neighbour', async () => (await dutiesOwed(neighbour)) === 0);
  await comes('a third try', async () => {
    timers.poke();
    return tries.length >= 3 * poisons.length;
  });
  const thirdMs = performance.now() - began;

  expect(tookMs).toBeLessThan(2_000);
  expect(thirdMs).toBeGreaterThan(2_500);
  const [poison] = poisons;
  expect(tries.filter((one) => 'incident' in one && one.incident === poison)).toEqual([
    { incident: poison, tries: 1, againInMs: 1_000 },
    { incident: poison, tries: 2, againInMs: 2_000 },
    { incident: poison, tries: 3, againInMs: 4_000 },
  ]);
});

it('row 24: an incident that can be woken again is woken again, and its tries are forgotten', async () => {
  const poison = await bench.declare('p1', 'the moon is late');
  const [{ state }] = await query('select state from incidents where id = $1', [poison]);
  await query(`update incidents set state = '{}' where id = $1`, [poison]);
  await bench.at(minutes(5));
  const { timers, tries } = timersWithTries();
  await comes('a second try', async () => tries.length >= 2);

  await query('update incidents set state = $2 where id = $1', [poison, state]);

  await comes('its duties', async () => (await dutiesOwed(poison)) === 0);
  await query(`update incidents set state = '{}' where id = $1`, [poison]);
  await bench.at(minutes(10));
  timers.poke();
  await comes('another failure', async () => tries.length >= 3);
  expect(tries.at(-1)).toEqual({ incident: poison, tries: 1, againInMs: 1_000 });
});

it('row 24: a post that fails for no known reason is given up after five tries, with a notice in the channel', async () => {
  const neighbour = await bench.declare('p1', 'checkout returns 502');
  const id = await bench.declare('p1', 'the moon is late');
  await bench.deliver();
  const fault = new Error('a fault of ours');
  const { chat } = bench.world;
  const poisoned = {
    ...chat,
    post: (...[sending, effect]: Parameters<typeof chat.post>) =>
      effect.entry.kind === 'update' && sending.incident.id === id ? Promise.reject(fault) : chat.post(sending, effect),
  };
  await bench.order({ kind: 'update', text: 'poison' }, { incident: id });
  await bench.order({ kind: 'update', text: 'fine' }, { incident: neighbour });
  await query('update outbox set budget = null');

  loop = startDelivery(bench.engine, { ...bench.world, chat: poisoned });
  const sent = async (text: string, state: string) =>
    (await query(`select from outbox where effect #>> '{entry,text}' = $1 and state = $2`, [text, state])).length > 0;
  const tookMs = await comes("the neighbour's post", () => sent('fine', 'sent'));
  await comes('the end of the poison', async () => {
    await query('update outbox set not_before = clock_timestamp() where lease_until is null');
    return sent('poison', 'quarantined');
  });

  expect(tookMs).toBeLessThan(2_000);
  expect(await query(`select attempts from outbox where effect #>> '{entry,text}' = 'poison'`)).toEqual([
    { attempts: 5 },
  ]);
  await comes('the notice', async () => {
    const notices = bench.asked.filter(({ what, about }) => what === 'post' && about === 'undeliverable');
    return notices.length > 0;
  });
}, 60_000);
