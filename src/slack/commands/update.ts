/** Posts an update; without words, the form for it. */
import { plain } from '../parse.ts';
import { open, order, type Verb } from './verb.ts';

export const update: Verb = {
  name: 'update',
  usage: 'update [words]',
  help: 'say how it stands; the next update is owed from then on',
  right: 'respond',
  on: 'incident',
  run({ words, incident }) {
    if (words === '') return open({ name: 'update', incident });
    return order({ kind: 'update', text: plain(words) });
  },
};
