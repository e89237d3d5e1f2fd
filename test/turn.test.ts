import { expect, it } from '@jest/globals';
import { goesFirst, turn } from '../src/turn.ts';

it('gives each who waits a round of the event loop to itself', async () => {
  let count = 0;
  let isOver = false;
  const counting = (): void => {
    count += 1;
    if (!isOver) setImmediate(counting);
  };
  setImmediate(counting);
  const waiting = 10;

  const rounds = await Promise.all(Array.from({ length: waiting }, () => turn().then(() => count)));
  isOver = true;

  expect(new Set(rounds).size).toBe(waiting);
});

it.each([
  ['never comes', new Promise<void>(() => {})],
  ['fails', Promise.reject(new Error('no answer'))],
])('goes on after an answer that %s', async (_, answering) => {
  goesFirst(answering);

  await expect(turn()).resolves.toBeUndefined();
});
