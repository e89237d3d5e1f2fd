/** Closes a resolved incident of which nothing is owed any more. */
import { order, type Verb } from './verb.ts';

export const close: Verb = {
  name: 'close',
  usage: 'close',
  help: 'resolved, and nothing is owed any more',
  right: 'close',
  on: 'incident',
  run: () => order({ kind: 'close' }),
};
