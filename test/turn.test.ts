import { expect, it } from '@jest/globals';
import { turn } from '../src/turn.ts';

it('gives each who waits a round of the event loop to itself', async () => {
  let round = 0;
  let isOver = false;
  const count = (): void => {
    round += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const waiting = 10;

  const rounds = await Promise.all(Array.from({ length: waiting }, () => turn().then(() => round)));
  isOver = true;

  expect(new Set(rounds).size).toBe(waiting);
});
