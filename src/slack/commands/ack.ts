/** "I have it": ends the ladder. */
import { order, type Verb } from './verb.ts';

export const ack: Verb = {
  name: 'ack',
  aliases: ['acknowledge'],
  usage: 'ack',
  help: 'you have seen it: paging stops',
  right: 'respond',
  on: 'incident',
  run: () => order({ kind: 'acknowledge' }),
};
