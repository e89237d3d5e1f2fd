import { expect, it } from '@jest/globals';
import { judge } from '../../src/diagnosis/judgement.ts';
import { countRounds } from '../tools/rounds.ts';

it('tells what it is not in a turn of its own', async () => {
  const rounds = countRounds();
  const judged: number[] = [];
  const note = (): never[] => {
    judged.push(rounds.now());
    return [];
  };

  await judge([], { rules: async () => note(), ruledOut: note, byHand: [] });
  rounds.stop();

  expect(new Set(judged).size).toBe(2);
});
