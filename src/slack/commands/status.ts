/** How it stands, for the asker alone. */
import { statusMessage } from '../views/answers.ts';
import { say, type Verb } from './verb.ts';

export const status: Verb = {
  name: 'status',
  usage: 'status',
  help: 'how it stands and what comes next',
  on: 'incident',
  async run({ incident, scene }) {
    return say(statusMessage(await scene(incident)));
  },
};
