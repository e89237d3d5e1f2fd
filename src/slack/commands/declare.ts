/** Begins an incident. A P1 needs no words: seconds count, and the card asks what is broken. */

import type { Policy } from '../../incident/policy.ts';
import { titleLength } from '../../incident/policy.ts';
import { suggestIssueType } from '../../runbook/suggest.ts';
import { looksLikeSeverity, severityOf, takeWord, titleFrom } from '../parse.ts';
import { foreign, saying } from '../views/blocks.ts';
import { open, order, type Step, say, type Verb } from './verb.ts';

export const declare: Verb = {
  name: 'declare',
  aliases: ['new', 'start', 'open'],
  usage: 'declare [p1|p2|p3] [what is broken]',
  help: 'begin an incident: channel, page, clocks; `declare p1` alone is enough',
  right: 'declare',
  on: 'nothing',
  run({ words, policy }) {
    const { word, rest } = takeWord(words);
    const severity = severityOf(word);
    if (looksLikeSeverity(word) && !severity)
      return say(saying(`Nothing was declared: "${foreign(word, 20)}" is none of p1, p2, p3.`));
    if (!severity) return open({ name: 'declare', title: titleFrom(words).title });
    if (severity !== 'p1' && rest === '') return open({ name: 'declare', severity, title: '' });
    return declaration(severity, rest, policy);
  },
};

const cutNote = `The title was cut at ${titleLength} characters; the whole text is kept in the timeline.`;

function declaration(severity: 'p1' | 'p2' | 'p3', words: string, policy: Policy): Step {
  const { title, details } = titleFrom(words);
  const issueType = suggestIssueType(title, policy)?.id;
  return order(
    {
      kind: 'declare',
      severity,
      title,
      ...(issueType === undefined ? {} : { issueType }),
      ...(details === undefined ? {} : { details }),
    },
    details === undefined ? undefined : cutNote,
  );
}
