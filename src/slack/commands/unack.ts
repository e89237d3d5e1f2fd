/** Takes a mistaken acknowledgement back: paging starts again. */
import { order, type Verb } from './verb.ts';

export const unack: Verb = {
  name: 'unack',
  usage: 'unack',
  help: 'that was a mistake: paging starts again',
  right: 'respond',
  on: 'incident',
  run: () => order({ kind: 'unack' }),
};
