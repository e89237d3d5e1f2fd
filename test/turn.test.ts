import { expect, it } from '@jest/globals';
import { goesFirst, turn } from '../src/turn.ts';
import { countRounds } from './tools/rounds.ts';

it('gives each who waits a round of the event loop to itself', async () => {
  const round = countRounds();
  const waiting = 10;

  const rounds = await Promise.all(Array.from({ length: waiting }, () => turn().then(round.now)));
  round.stop();

  expect(new Set(rounds).size).toBe(waiting);
});

it.each([
  ['never comes', new Promise<void>(() => {})],
  ['fails', Promise.reject(new Error('no answer'))],
])('goes on after an answer that %s', async (_, answering) => {
  goesFirst(answering);

  await expect(turn()).resolves.toBeUndefined();
});
