/** Looks at the systems again, for the incident's issue type or another one. */
import { issueTypeOf } from '../issue-type.ts';
import { order, say, type Verb } from './verb.ts';

export const diagnose: Verb = {
  name: 'diagnose',
  usage: 'diagnose [issue type]',
  help: 'look at the systems; the findings come into the thread',
  right: 'respond',
  on: 'incident',
  run({ words, incident, policy }) {
    if (words === '' && incident.issueType !== undefined) return order({ kind: 'diagnose' });
    const { id, otherwise } = issueTypeOf(words, policy);
    return id === undefined ? say(otherwise) : order({ kind: 'diagnose', issueType: id });
  },
};
