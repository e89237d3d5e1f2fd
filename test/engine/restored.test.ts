import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { OwnChannel } from '../../src/engine/ports.ts';
import { noticeRestore } from '../../src/engine/restored.ts';
import { inTransaction } from '../../src/store/db.ts';
import { nextNumber } from '../../src/store/incidents.ts';
import { rememberStrangers, unsaidStrangers } from '../../src/store/strangers.ts';
import { type Bench, makeBench } from './bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await makeBench();
});
afterEach(() => bench.end());

/** Slack as it shows these channels; writes down what was said of which. */
function lookout(shown: OwnChannel[], said: string[] = [], say = async () => {}) {
  return {
    said,
    ownChannels: async () => shown,
    sayRestored: async (strangers: { name: string }[]) => {
      await say();
      said.push(strangers.map(({ name }) => name).join(' '));
    },
  };
}

const channel = (number: number, more: Partial<OwnChannel> = {}): OwnChannel => ({
  channel: `C${number}`,
  name: `inc-${number}`,
  number,
  ...more,
});

it('says nothing of channels that incidents hold, are about to hold, or may have left behind', async () => {
  const id = await bench.declare();
  await bench.deliver();
  const left = channel(1, { channel: 'C0LEFT', name: 'inc-1-2' });
  const slack = lookout([channel(1, { channel: 'C01' }), channel(7, { incident: id }), left]);

  await noticeRestore(bench.engine, slack);

  expect(slack.said).toEqual([]);
  expect(await inTransaction(bench.engine.pool, nextNumber)).toBe(2);
});

it('names the channels of incidents that are not known here once, by one of two processes, and counts on after them', async () => {
  await bench.declare();
  const slack = lookout([channel(1, { channel: 'C0OLD', incident: 'forgotten' }), channel(9)]);

  await Promise.all([noticeRestore(bench.engine, slack), noticeRestore(bench.engine, slack)]);
  await noticeRestore(bench.engine, slack);

  expect(slack.said).toEqual(['inc-1 inc-9']);
  expect(await inTransaction(bench.engine.pool, nextNumber)).toBe(10);
});

it('a restored backup: whoever looks while another process says it finds nothing to say', async () => {
  const { pool } = bench.engine;
  await inTransaction(pool, (db) => rememberStrangers(db, [channel(9)]));

  const found = await inTransaction(pool, async (db) => [
    await unsaidStrangers(db),
    await inTransaction(pool, unsaidStrangers),
  ]);

  expect(found.map((strangers) => strangers.map(({ name }) => name))).toEqual([['inc-9'], []]);
});

it('says it later when it could not be said', async () => {
  const failing = lookout([channel(9)], [], () => Promise.reject(new Error('Slack is down')));
  const working = lookout([channel(9)]);

  await expect(noticeRestore(bench.engine, failing)).rejects.toThrow('Slack is down');
  await noticeRestore(bench.engine, working);

  expect(working.said).toEqual(['inc-9']);
});

it('looks before sending what waited in the copy: it may have been sent since', async () => {
  await bench.declare();

  await noticeRestore(bench.engine, lookout([channel(9)]));
  await bench.deliver();

  expect(bench.asked.find(({ what }) => what === 'announce')).toMatchObject({ again: true });
});
