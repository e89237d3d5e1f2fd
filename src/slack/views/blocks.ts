/** The only place that knows Slack's limits and escaping: every word that leaves goes through here. */
import type {
  ActionsBlock,
  Button,
  ContextBlock,
  KnownBlock,
  PlainTextElement,
  RichTextBlock,
  SectionBlock,
} from '@slack/types';
import type { Message } from './message.ts';
import { type Action, encode, type Pressed } from './press.ts';

const limits = {
  section: 3_000,
  context: 2_000,
  button: 75,
  value: 2_000,
  fallback: 2_900,
  blocks: 50,
  total: 12_000,
  evidence: 2_500,
};
export const firstLineLength = 100;

/** Colour codes, control characters, text that runs backwards, letters without width: none of it is words. */
const unseen =
  // oxlint-disable-next-line no-control-regex -- control characters are what it is there to remove
  /\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

export const clean = (text: string): string => text.toWellFormed().replaceAll(unseen, '');

/** At most `most` code points; what is cut is shown by an ellipsis. */
export function cut(text: string, most: number): string {
  const points = Array.from(text);
  return points.length <= most ? text : `${points.slice(0, most - 1).join('')}…`;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

export const escape = (text: string): string =>
  clean(text).replaceAll(/[&<>]/g, (letter) => entities[letter] ?? letter);

/** Foreign words on one line, shortened before they are escaped, so that no entity is cut in half. */
export const foreign = (text: string, most = 200): string =>
  escape(cut(clean(text).replaceAll(/\s+/g, ' ').trim(), most)).replaceAll(/[*_~`]/g, (mark) => `\u2060${mark}\u2060`);

/** Text with our own marks and mentions in it; foreign parts have gone through `foreign`. Cut without breaking an entity or a mention. */
function fitted(text: string, most: number): string {
  const points = Array.from(text);
  if (points.length <= most) return text;
  const kept = points.slice(0, most - 1).join('');
  const open = Math.max(
    kept.lastIndexOf('<') > kept.lastIndexOf('>') ? kept.lastIndexOf('<') : -1,
    danglingEntity(kept),
  );
  return `${open >= 0 ? kept.slice(0, open) : kept}…`;
}

function danglingEntity(text: string): number {
  const at = text.lastIndexOf('&');
  return at >= 0 && !text.slice(at).includes(';') ? at : -1;
}

const mrkdwn = (text: string, most: number) => ({
  type: 'mrkdwn' as const,
  text: fitted(text, most) || ' ',
  verbatim: true,
});
const plain = (text: string, most: number): PlainTextElement => ({
  type: 'plain_text',
  text: cut(clean(text), most) || ' ',
  emoji: true,
});

export const section = (text: string): SectionBlock => ({ type: 'section', text: mrkdwn(text, limits.section) });
export const context = (text: string): ContextBlock => ({ type: 'context', elements: [mrkdwn(text, limits.context)] });

/** Foreign lines as they are: nothing in preformatted rich text is ever read as a mention, link or mark. */
export function preformatted(lines: string[]): RichTextBlock {
  const text = cut(clean(lines.join('\n')), limits.evidence) || ' ';
  return { type: 'rich_text', elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text }] }] };
}

export interface ButtonParts {
  action: Action;
  label: string;
  pressed: Pressed;
  style?: 'primary' | 'danger';
  confirm?: string;
}

/** Slack refuses a whole message for one button that carries too much: better without that one. */
const isCarried = ({ pressed }: ButtonParts): boolean => encode(pressed).length <= limits.value;

export function actions(buttons: ButtonParts[]): ActionsBlock[] {
  const elements = buttons.filter(isCarried).slice(0, 25).map(button);
  return elements.length === 0 ? [] : [{ type: 'actions', elements }];
}

const button = ({ action, label, pressed, style, confirm }: ButtonParts, n: number): Button => ({
  type: 'button',
  action_id: `${action}:${n}`,
  text: plain(label, limits.button),
  value: encode(pressed),
  ...(style ? { style } : {}),
  ...(confirm === undefined
    ? {}
    : {
        confirm: {
          title: plain('Are you sure?', 100),
          text: plain(confirm, 300),
          confirm: plain('Yes', 30),
          deny: plain('No', 30),
        },
      }),
});

export const when = <T>(condition: boolean, make: () => T[]): T[] => (condition ? make() : []);

const lengthOf = (block: KnownBlock): number => JSON.stringify(block).length;

/** `first` is the notification: severity, fact, who acts. Blocks beyond what Slack takes are left out, and that is said. */
export function message(first: string, blocks: KnownBlock[]): Message {
  const kept: KnownBlock[] = [];
  let total = 0;
  for (const block of blocks) {
    total += lengthOf(block);
    if (kept.length >= limits.blocks - 1 || total > limits.total) {
      kept.push(context('Shortened: there is more than Slack takes in one message.'));
      break;
    }
    kept.push(block);
  }
  return { text: fitted(first, firstLineLength), blocks: kept };
}

/** The first line as the first block too, so that notification and message say the same. */
export const saying = (first: string, ...rest: KnownBlock[]): Message =>
  message(first, [section(fitted(first, firstLineLength)), ...rest]);

/** Whoever is addressed is never cut off: where the first line has no room, the mentions stand below it. */
export function addressing(first: string, pings: string, ...rest: KnownBlock[]): Message {
  const line = pings === '' ? first : `${first} — ${pings}`;
  if (Array.from(line).length <= firstLineLength) return saying(line, ...rest);
  return message(first, [section(`${fitted(first, firstLineLength)}\n${pings}`), ...rest]);
}

/** An answer to one person: the notification is short, the sentence is whole. */
export const sentence = (words: string, ...rest: KnownBlock[]): Message => message(words, [section(words), ...rest]);
