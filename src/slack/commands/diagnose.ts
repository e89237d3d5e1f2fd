/** Looks at the systems: for an incident into its thread, anywhere else for the asker alone. */
import type { Policy } from '../../incident/policy.ts';
import { issueTypeOf, type Meant } from '../issue-type.ts';
import { saying } from '../views/blocks.ts';
import { manualSteps, reportMessage } from '../views/report.ts';
import { order, say, type Verb } from './verb.ts';

export const diagnose: Verb = {
  name: 'diagnose',
  usage: 'diagnose [issue type]',
  help: "look at the systems; in an incident's channel the findings come into the thread, elsewhere to you",
  right: 'respond',
  on: 'incident',
  run({ words, policy }) {
    const { id, otherwise } = typeIn(words, policy);
    if (otherwise) return say(otherwise);
    return order({ kind: 'diagnose', ...(id === undefined ? {} : { issueType: id }) });
  },
  async elsewhere({ words, policy, door }) {
    const { id, otherwise } = typeIn(words, policy);
    if (otherwise) return say(otherwise);
    const report = await door.look(id);
    if (report) return say(reportMessage(report, {}));
    const type = policy.issueTypes.find((one) => one.id === id);
    return say(type ? manualSteps(type, {}) : saying('Nothing was looked at: Responder has no playbook.'));
  },
};

/** No words are no mistake: whoever asks may not know what it is. */
const typeIn = (words: string, policy: Policy): Meant | { id?: never; otherwise?: never } =>
  words === '' ? {} : issueTypeOf(words, policy);
