import { expect, it } from '@jest/globals';
import { oneByOne } from '../../src/diagnosis/one-by-one.ts';
import { countRounds } from '../tools/rounds.ts';

const longMs = 15;

it('begins no rule behind one that took long before others had their turn', async () => {
  const round = countRounds();
  const long = (): number[] => {
    const began = round.now();
    const until = performance.now() + longMs;
    while (performance.now() < until);
    return [began];
  };

  const rounds = await oneByOne([long, long, long]);
  round.stop();

  expect(new Set(rounds).size).toBe(3);
});

it('says all that each of them says, in their order', async () => {
  expect(await oneByOne([() => ['a', 'b'], () => [], () => ['c']])).toEqual(['a', 'b', 'c']);
});
