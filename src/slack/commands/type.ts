/** Says what kind of trouble it is, which starts the look at it. */
import { issueTypeOf } from '../issue-type.ts';
import { order, say, type Verb } from './verb.ts';

export const type: Verb = {
  name: 'type',
  usage: 'type <issue type>',
  help: 'say what kind of trouble it is; the look at it begins',
  right: 'respond',
  on: 'incident',
  run({ words, policy }) {
    const { id, otherwise } = issueTypeOf(words, policy);
    return id === undefined ? say(otherwise) : order({ kind: 'issue-type', issueType: id });
  },
};
