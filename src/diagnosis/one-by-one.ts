/** Rules over a large cluster are pieces of work: each is pure and done in one go, and others have their turn in between. */
import { inTurns } from '../turn.ts';

export const oneByOne = async <Said>(rules: (() => Said[])[]): Promise<Said[]> =>
  (await inTurns(rules, (rule) => rule())).flat();
