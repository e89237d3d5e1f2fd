/** Every incident that is open. */
import { listMessage } from '../views/answers.ts';
import { say, type Verb } from './verb.ts';

export const list: Verb = {
  name: 'list',
  usage: 'list',
  help: 'every incident that is open',
  on: 'nothing',
  run: async ({ door }) => say(listMessage(await door.open())),
};
