/** Ends the incident and starts what is owed afterwards. */
import { plain } from '../parse.ts';
import { order, type Verb } from './verb.ts';

export const resolve: Verb = {
  name: 'resolve',
  aliases: ['resolved'],
  usage: 'resolve [what it was]',
  help: 'it is over; what is owed afterwards begins',
  right: 'respond',
  on: 'incident',
  run: ({ words }) => order({ kind: 'resolve', ...(words === '' ? {} : { summary: plain(words) }) }),
};
