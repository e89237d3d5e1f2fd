/** Users no longer suffer, the cause is still there. */
import { order, type Verb } from './verb.ts';

export const mitigate: Verb = {
  name: 'mitigate',
  aliases: ['mitigated'],
  usage: 'mitigate',
  help: 'users no longer suffer; every clock goes on',
  right: 'respond',
  on: 'incident',
  run: () => order({ kind: 'mitigate' }),
};
