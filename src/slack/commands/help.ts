/** Every verb, from the list itself. */
import { helpMessage, type VerbHelp } from '../views/answers.ts';
import { say, type Verb } from './verb.ts';

export const help = (verbs: () => VerbHelp[]): Verb => ({
  name: 'help',
  usage: 'help',
  help: 'this list; `#number` after a verb names another incident than the channel’s',
  on: 'nothing',
  run: () => say(helpMessage(verbs())),
});
