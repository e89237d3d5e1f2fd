/** The issue type that words mean: its id, its title, or the words that suggest it. */
import type { Policy } from '../incident/policy.ts';
import { nearest } from '../runbook/nearest.ts';
import { suggestIssueType } from '../runbook/suggest.ts';
import { plain } from './parse.ts';
import { foreign, saying, section } from './views/blocks.ts';
import type { Message } from './views/message.ts';

export type Meant = { id: string; otherwise?: never } | { id?: never; otherwise: Message };

export function issueTypeOf(words: string, policy: Policy): Meant {
  const said = plain(words).trim().toLowerCase();
  const ids = policy.issueTypes.map(({ id }) => id);
  const exact = policy.issueTypes.find(({ id, title }) => id === said || title.toLowerCase() === said);
  const id = exact?.id ?? suggestIssueType(said, policy)?.id ?? nearest(said, ids);
  if (id !== undefined) return { id };
  const list = section(`Known issue types: ${ids.map((one) => foreign(one, 60)).join(', ')}.`);
  const first =
    said === ''
      ? 'Nothing was looked at: say what kind of trouble it is.'
      : `Nothing was looked at: "${foreign(said, 30)}" is no issue type of the runbook.`;
  return { otherwise: saying(first, list) };
}
