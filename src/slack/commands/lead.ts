/** Takes the lead, or hands it to somebody. */
import { mentionOf, takeWord } from '../parse.ts';
import { saying } from '../views/blocks.ts';
import { order, say, type Verb } from './verb.ts';

export const lead: Verb = {
  name: 'lead',
  usage: 'lead [@person]',
  help: 'take the lead, or hand it to somebody',
  right: 'respond',
  on: 'incident',
  run({ words }) {
    if (words === '') return order({ kind: 'lead' });
    const to = mentionOf(takeWord(words).word);
    if (to) return order({ kind: 'lead', to });
    return say(saying('The lead was not changed: name a person by mention, `/incident lead @person`.'));
  },
};
