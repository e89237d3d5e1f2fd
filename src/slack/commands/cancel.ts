/** A false alarm: every page and clock ends. */
import { plain } from '../parse.ts';
import { order, type Verb } from './verb.ts';

export const cancel: Verb = {
  name: 'cancel',
  usage: 'cancel [reason]',
  help: 'a false alarm: every page and clock ends',
  right: 'close',
  on: 'incident',
  run: ({ words }) => order({ kind: 'cancel', ...(words === '' ? {} : { reason: plain(words) }) }),
};
