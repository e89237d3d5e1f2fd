/** Which issue type the words of a title speak of. */
import type { IssueType, Policy } from '../incident/policy.ts';

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** Every word of the phrase stands in the title, as a whole word, in any order. */
function speaksOf(title: Set<string>, phrase: string): boolean {
  const words = wordsOf(phrase);
  return words.length > 0 && words.every((word) => title.has(word));
}

type Types = Pick<Policy, 'issueTypes'>;

export function meantBy(title: string, { issueTypes }: Types): IssueType[] {
  const words = new Set(wordsOf(title));
  return issueTypes.filter((type) => type.words.some((phrase) => speaksOf(words, phrase)));
}

/** Nothing when no type is meant, or when two are meant alike: then a person chooses. */
export function suggestIssueType(title: string, policy: Types): IssueType | undefined {
  const meant = meantBy(title, policy);
  return meant.length === 1 ? meant[0] : undefined;
}
