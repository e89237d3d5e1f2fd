/** What was said of a declaration that was lost, once it turns out that it was saved: set right, or left as it stands. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { savedAfterAll } from '../../src/engine/after-all.ts';
import { databaseClock } from '../../src/engine/clock.ts';
import { incidentIdOf } from '../../src/engine/handle.ts';
import type { DirectChat } from '../../src/engine/ports.ts';
import { beginDirect, type Direct } from '../../src/incident/direct.ts';
import { readIncident } from '../../src/store/incidents.ts';
import { ana, type Bench, makeBench, start } from './bench.ts';

let bench: Bench;
let edited: Direct[];
beforeEach(async () => {
  bench = await makeBench();
  edited = [];
});
afterEach(() => bench.end());

const key = 'command:1';
const id = incidentIdOf(key);
const command = { kind: 'declare' as const, severity: 'p1' as const, title: 'checkout returns 502' };
const announcement = { channel: 'C0OPS', ts: '7.7' };
const declared = { key, by: ana, command, at: start };

/** Looks after all, for a declaration that was announced as not recorded. */
async function look(): Promise<boolean> {
  const { engine, world } = bench;
  const { policy, pool, log } = engine;
  const direct = { ...beginDirect({ id, ...declared }, policy), announcement };
  const announce: DirectChat['announce'] = async (drawn) => {
    edited.push(drawn);
    return announcement;
  };
  const outside = {
    policy,
    chat: Promise.resolve({ announce, warn: async () => {} }),
    pager: world.pager,
    webhook: undefined,
    log,
  };
  const parts = { engine, outside, clock: databaseClock(pool), journal: undefined, mayMerge: () => true };
  const attention = { direct: () => direct, tried: Promise.resolve(), end: async () => {} };
  return savedAfterAll(parts, { declared, attention, over: new AbortController().signal });
}

it('is taken over by its incident, which draws it anew, when that has not been announced yet', async () => {
  await bench.order({ ...command, anyway: true }, { key });

  expect(await look()).toBe(true);

  expect((await readIncident(bench.engine.pool, id))?.announcement).toEqual(announcement);
  expect(await bench.states()).toMatchObject({ redraw: 'waiting' });
  expect(edited).toEqual([]);
});

it('is set right where it was said, when the incident has been announced elsewhere', async () => {
  await bench.order({ ...command, anyway: true }, { key });
  await bench.order({ kind: 'announced', channel: 'C0OPS', ts: '8.8' }, { incident: id, actor: 'responder' });

  await look();

  expect(edited).toMatchObject([{ id, recordedAs: 1, announcement }]);
});

it('is left as it stands where nothing was saved', async () => {
  expect(await look()).toBe(false);

  expect(edited).toEqual([]);
});
