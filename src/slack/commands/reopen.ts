/** It was not over after all. A reason is asked for. */
import { plain } from '../parse.ts';
import { open, order, type Verb } from './verb.ts';

export const reopen: Verb = {
  name: 'reopen',
  usage: 'reopen [reason]',
  help: 'it is not over: clocks go on',
  right: 'respond',
  on: 'incident',
  run({ words, incident }) {
    if (words === '') return open({ name: 'reopen', incident });
    return order({ kind: 'reopen', reason: plain(words) });
  },
};
