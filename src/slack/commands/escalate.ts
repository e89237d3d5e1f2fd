/** Pages the next level now. */
import { order, type Verb } from './verb.ts';

export const escalate: Verb = {
  name: 'escalate',
  usage: 'escalate',
  help: 'page the next level now',
  right: 'respond',
  on: 'incident',
  run: () => order({ kind: 'escalate' }),
};
