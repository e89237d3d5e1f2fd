/** The issue type that words mean: its id, its title, or the words that suggest it. */
import type { IssueType, Policy } from '../incident/policy.ts';
import { nearest } from '../runbook/nearest.ts';
import { meantBy } from '../runbook/suggest.ts';
import { plain } from './parse.ts';
import { foreign, saying, section } from './views/blocks.ts';
import type { Message } from './views/message.ts';

export type Meant = { id: string; otherwise?: never } | { id?: never; otherwise: Message };

export function issueTypeOf(words: string, policy: Policy): Meant {
  const said = plain(words).trim().toLowerCase();
  const ids = policy.issueTypes.map(({ id }) => id);
  const exact = policy.issueTypes.find(({ id, title }) => id === said || title.toLowerCase() === said);
  const [meant, other] = meantBy(said, policy);
  const id = exact?.id ?? (other === undefined ? (meant?.id ?? nearest(said, ids)) : undefined);
  if (id !== undefined) return { id };
  const list = section(`Known issue types: ${ids.map((one) => foreign(one, 60)).join(', ')}.`);
  return { otherwise: saying(`Nothing was looked at: ${whyNot(said, meant, other)}`, list) };
}

function whyNot(said: string, meant?: IssueType, other?: IssueType): string {
  if (said === '') return 'say what kind of trouble it is.';
  if (!meant || !other) return `"${foreign(said, 30)}" is no issue type of the runbook.`;
  return `"${foreign(said, 30)}" may be ${foreign(meant.id, 60)} or ${foreign(other.id, 60)}: say which.`;
}
