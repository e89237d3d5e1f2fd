import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import { type Loop, startLoop } from '../../src/engine/loop.ts';
import { makeLog } from '../../src/log.ts';

let loop: Loop;
afterEach(() => loop.stop());

const roundMs = 20;
const hourMs = 3_600_000;

interface Rounds {
  began: number[];
  /** resolves with the start of the nth round, counted from one */
  nth(n: number): Promise<number>;
}

function loopOf(rest: number): Rounds {
  const began: number[] = [];
  const waiting = new Map<number, (at: number) => void>();
  const work = async (): Promise<number> => {
    const at = performance.now();
    began.push(at);
    waiting.get(began.length)?.(at);
    await pause(roundMs);
    return hourMs;
  };
  loop = startLoop({ name: 'test', work, idleMs: hourMs, rest, log: makeLog('silent') });
  const nth = (n: number): Promise<number> => {
    const at = began[n - 1];
    return at === undefined ? new Promise((resolve) => waiting.set(n, resolve)) : Promise.resolve(at);
  };
  return { began, nth };
}

it('rests several times as long as a round took, however often it is poked, and forgets no poke', async () => {
  const rounds = loopOf(4);
  const first = await rounds.nth(1);
  const poking = setInterval(() => loop.poke(), 1);

  const second = await rounds.nth(2);
  clearInterval(poking);

  expect(second - first).toBeGreaterThanOrEqual(roundMs * 4);
});

it('goes on at once when it is poked, where it need not rest', async () => {
  const rounds = loopOf(0);
  await rounds.nth(1);

  loop.poke();

  await rounds.nth(2);
  expect(rounds.began).toHaveLength(2);
});
