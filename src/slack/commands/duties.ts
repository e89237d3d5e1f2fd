/** What will ping whom, and when. */
import { dutiesMessage } from '../views/answers.ts';
import { say, type Verb } from './verb.ts';

export const duties: Verb = {
  name: 'duties',
  usage: 'duties',
  help: 'what will ping whom, and when',
  on: 'incident',
  async run({ incident, scene }) {
    return say(dutiesMessage(await scene(incident)));
  },
};
