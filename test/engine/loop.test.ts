/** A worker: it goes on after an error, wakes when it is poked, and says how it goes. */
import { expect, it } from '@jest/globals';
import { failing, stuck } from '../../src/engine/health.ts';
import { type Loop, type Pulse, startLoop } from '../../src/engine/loop.ts';
import { makeLog } from '../../src/log.ts';

const log = makeLog('silent');

/** Each round waits for the test to end it. */
function rounds(): { loop: Loop; next: () => Promise<(error?: Error) => void> } {
  let began = Promise.withResolvers<(error?: Error) => void>();
  const work = (): Promise<undefined> => {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    began.resolve((error) => (error ? reject(error) : resolve(undefined)));
    return promise;
  };
  return {
    loop: startLoop({ name: 'timers', work, idleMs: 60_000, log }),
    async next() {
      const end = await began.promise;
      began = Promise.withResolvers();
      return end;
    },
  };
}

it('knows how long the round under way takes, and that none is', async () => {
  const { loop, next } = rounds();
  const end = await next();
  const [during] = loop.pulse();
  end();
  await new Promise(setImmediate);
  const [after] = loop.pulse();
  const stopped = loop.stop();

  expect(during?.busyMs).toBeGreaterThan(0);
  expect(after).toEqual({ name: 'timers', busyMs: 0, failingMs: 0 });
  await stopped;
});

it('knows since when it fails, until a round succeeds', async () => {
  const { loop, next } = rounds();
  (await next())(new Error('the database is away'));
  await new Promise(setImmediate);
  const [failed] = loop.pulse();
  loop.poke();
  const end = await next();
  const [trying] = loop.pulse();
  end();
  await new Promise(setImmediate);
  const [well] = loop.pulse();
  await loop.stop();

  expect(failed?.failingMs).toBeGreaterThan(0);
  expect(trying?.failingMs).toBeGreaterThan(failed?.failingMs ?? 0);
  expect(well?.failingMs).toBe(0);
});

const withPulse = (pulse: Partial<Pulse>): Loop => ({
  poke: () => {},
  stop: async () => {},
  pulse: () => [{ name: 'deliver page', busyMs: 0, failingMs: 0, ...pulse }],
});

it('is stuck after a minute in one round, and failing after ten seconds of errors', () => {
  expect(stuck([withPulse({ busyMs: 60_000, failingMs: 99_000 })]).size).toBe(0);
  expect([...stuck([withPulse({ busyMs: 125_000 })])]).toEqual([
    ['deliver page', 'The worker "deliver page" has been at one round for 2 min.'],
  ]);
  expect(failing([withPulse({ failingMs: 10_000, busyMs: 99_000 })])).toEqual([]);
  expect(failing([withPulse({ failingMs: 10_001 }), withPulse({ name: 'timers', failingMs: 20_000 })])).toEqual([
    "The bot's database has been of no use for 20 s to: deliver page, timers.",
  ]);
});
