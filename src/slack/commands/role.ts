/** Takes one of the runbook's roles, or gives it to somebody. */
import { mentionOf, plain, takeWord } from '../parse.ts';
import { foreign, saying } from '../views/blocks.ts';
import { order, say, type Verb } from './verb.ts';

export const role: Verb = {
  name: 'role',
  usage: 'role <role> [@person]',
  help: 'take a role, or give it to somebody',
  right: 'respond',
  on: 'incident',
  run({ words, policy }) {
    const { word, rest } = takeWord(words);
    const known = policy.roles.map(({ id }) => foreign(id, 40)).join(', ');
    if (word === '') return say(saying(`No role was given: say which one (${known}).`));
    const role = plain(word).toLowerCase();
    if (rest === '') return order({ kind: 'role', role });
    const to = mentionOf(takeWord(rest).word);
    if (to) return order({ kind: 'role', role, to });
    return say(saying('The role was not changed: name a person by mention, `/incident role <role> @person`.'));
  },
};
