/** What people type after `/incident`, taken apart. Total: any text gives an answer and none throws. */
import { type Severity, titleLength } from '../incident/policy.ts';

export interface Taken {
  word: string;
  rest: string;
}

/** The first word, and the text after it with its line breaks. */
export function takeWord(text: string): Taken {
  const trimmed = text.trim();
  const word = /^\S+/u.exec(trimmed)?.[0] ?? '';
  return { word, rest: trimmed.slice(word.length).trim() };
}

const severityWords = new Map<string, Severity>([
  ...(['p', 'sev', 's', 'sev-', 'p-'] as const).flatMap((start): [string, Severity][] => [
    [`${start}1`, 'p1'],
    [`${start}2`, 'p2'],
    [`${start}3`, 'p3'],
  ]),
  ['critical', 'p1'],
  ['high', 'p2'],
  ['medium', 'p3'],
]);

export const severityOf = (word: string): Severity | undefined =>
  severityWords.get(word.toLowerCase().replace(/[:,.]$/u, ''));

/** A word that wanted to be a severity and is none, such as p0 or sev9. */
export const looksLikeSeverity = (word: string): boolean => /^(?:p|sev-?)\d+$/iu.test(word);

/** A mark may follow, as it does in a sentence: `#12:`. */
export const numberOf = (word: string): number | undefined => {
  const digits = /^#(\d{1,9})[:,.;]?$/u.exec(word)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

/** A word that wanted to be a number and is none: whoever typed it meant one incident and no other. */
export const looksLikeNumber = (word: string): boolean => /^#\d/u.test(word);

/** `<@U123>` or `<@U123|name>`: what Slack makes of a mention when the command asks it to escape. */
export function mentionOf(word: string): { slack: string } | undefined {
  const slack = /^<@([UW][A-Z0-9]{2,30})(?:\|[^>]*)?>$/u.exec(word)?.[1];
  return slack === undefined ? undefined : { slack };
}

/** Slack's own marks turned back into what the person saw; views escape again whatever they draw. */
export const plain = (text: string): string =>
  text
    .replaceAll(/<[^<>]+>/gu, readable)
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

/** A mention by its label, a link by where it really leads. */
function readable(token: string): string {
  const [target = '', label] = token.slice(1, -1).split('|');
  if (/^[@#]/u.test(target)) return target.charAt(0) + (label ?? target.slice(1)).replace(/^[@#]/u, '');
  if (target.startsWith('!')) return `@${(label ?? target.slice(1)).replace(/^@/u, '')}`;
  return /^[a-z]+:/iu.test(target) ? target : token;
}

export interface Title {
  title: string;
  /** the words as they were typed, where they were longer than a title */
  details?: string;
}

/** Cut by code points, so that no character is halved; the whole text is kept beside. */
export function titleFrom(words: string): Title {
  const whole = plain(words).trim();
  const line = Array.from(whole.replaceAll(/\s+/gu, ' '));
  const title = line.slice(0, titleLength).join('').trim();
  return line.length > titleLength ? { title, details: whole } : { title };
}
