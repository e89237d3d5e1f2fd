/** Raises or lowers the severity. */
import { plain, severityOf, takeWord } from '../parse.ts';
import { foreign, saying } from '../views/blocks.ts';
import { order, say, type Verb } from './verb.ts';

export const severity: Verb = {
  name: 'severity',
  aliases: ['sev'],
  usage: 'severity p1|p2|p3',
  help: 'raise or lower the severity; raising asks for a new acknowledgement',
  right: 'respond',
  on: 'incident',
  run({ words }) {
    const { word } = takeWord(words);
    const severity = severityOf(word);
    if (severity) return order({ kind: 'severity', severity });
    return say(saying(`The severity was not changed: "${foreign(plain(word), 20)}" is none of p1, p2, p3.`));
  },
};
