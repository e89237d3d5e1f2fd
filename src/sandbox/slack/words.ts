/** What a person reads in a message, as plain lines for a terminal. */
import { isObject, type Json, listOf, objectsOf } from './json.ts';
import { buttonsOf, labelOf } from './presses.ts';
import type { Channel, Message, User } from './workspace.ts';

export interface Names {
  users: Map<string, string>;
  channels: Map<string, string>;
}

export const namesOf = (users: Pick<User, 'id' | 'name'>[], channels: Pick<Channel, 'id' | 'name'>[]): Names => ({
  users: new Map(users.map(({ id, name }) => [id, name])),
  channels: new Map(channels.map(({ id, name }) => [id, name])),
});

const emoji: Record<string, string> = {
  red_circle: '●',
  large_orange_circle: '◐',
  large_yellow_circle: '○',
  warning: '⚠',
  white_check_mark: '✔',
  grey_question: '?',
  mag: '🔎',
  information_source: 'i',
  white_small_square: '▫',
  new: '+',
  arrow_upper_right: '↗',
  arrow_lower_right: '↘',
  hourglass_flowing_sand: '⏳',
};

/** Slack's marks as names, dates as their fallback, entities as letters. */
export function readable(text: string, { users, channels }: Names): string {
  return text
    .replaceAll(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id: string) => `@${users.get(id) ?? id}`)
    .replaceAll(/<#([A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id: string) => `#${channels.get(id) ?? id}`)
    .replaceAll(/<!subteam\^([A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id: string) => `@${id}`)
    .replaceAll(/<!date\^(\d+)\^[^|>]*\|([^>]*)>/g, (_, _seconds: string, fallback: string) => fallback)
    .replaceAll(/<!(\w+)[^>]*>/g, (_, word: string) => `@${word}`)
    .replaceAll(/:([a-z_]+):/g, (whole, name: string) => emoji[name] ?? whole)
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll('\u2060', '');
}

export function linesOf(blocks: Json[], names: Names): string[] {
  return blocks.flatMap((block) => blockLines(block, names)).flatMap((line) => line.split('\n'));
}

/** A conversation: replies stand indented below what they reply to. */
export function conversationOf(messages: Message[], names: Names): string[] {
  const said = (message: Message, indent: string): string[] => {
    const who = `${names.users.get(message.user) ?? message.user}: `;
    const lines = linesOf(message.blocks, names);
    const [first = '', ...rest] = lines.length > 0 ? lines : readable(message.text, names).split('\n');
    return [`${indent}${who}${first}`, ...rest.map((line) => `${indent}  ${line}`)];
  };
  return messages
    .filter(({ thread }) => thread === undefined)
    .flatMap((message) => [
      ...said(message, ''),
      ...messages.filter(({ thread }) => thread === message.ts).flatMap((reply) => said(reply, '    ')),
    ]);
}

const labelled = (element: Json): string => {
  if (buttonsOf([{ elements: [element] }]).length > 0) return `[${labelOf(element)}]`;
  return element['type'] === 'image' ? '' : `[${labelOf(element) || 'choose'} ▾]`;
};

function blockLines(block: Json, names: Names): string[] {
  switch (block['type']) {
    case 'actions':
      return [objectsOf(block['elements']).map(labelled).join(' ')];
    case 'rich_text':
      return objectsOf(block['elements']).flatMap((one) => richLines(one, names));
    case 'table':
    case 'data_table':
      return listOf(block['rows']).map((row) =>
        objectsOf(row)
          .map((cell) => cellWords(cell, names))
          .join(' | '),
      );
    case 'section':
      return [
        ...textsIn({ ...block, accessory: undefined }, names),
        ...objectsOf([block['accessory']]).map(labelled).filter(Boolean),
      ];
    case 'input':
      return [`${textsIn(block['label'], names).join('')}: ____`];
    default:
      return textsIn(block, names);
  }
}

const cellWords = (cell: Json, names: Names): string =>
  cell['type'] === 'rich_text'
    ? objectsOf(cell['elements'])
        .map((one) => pieces(one, names))
        .join(' ')
    : asText(cell['text'] ?? cell['value']);

/** What is preformatted or quoted stands behind a bar, as it does in Slack. */
function richLines(element: Json, names: Names): string[] {
  const elements = objectsOf(element['elements']);
  if (element['type'] === 'rich_text_list')
    return elements.map((one, n) => `${element['style'] === 'ordered' ? `${n + 1}.` : '•'} ${pieces(one, names)}`);
  const words = pieces(element, names);
  return [element['type'] === 'rich_text_section' ? words : words.replaceAll(/^/gm, '│ ')];
}

const pieces = (element: Json, names: Names): string =>
  objectsOf(element['elements'])
    .map((piece) => pieceWords(piece, names))
    .join('');

const asText = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

function pieceWords(piece: Json, { users, channels }: Names): string {
  const { type, text, url, user_id, channel_id, usergroup_id, range, name, fallback } = piece;
  switch (type) {
    case 'link':
      return text === undefined ? asText(url) : `${asText(text)} (${asText(url)})`;
    case 'user':
      return `@${users.get(String(user_id)) ?? String(user_id)}`;
    case 'channel':
      return `#${channels.get(String(channel_id)) ?? String(channel_id)}`;
    case 'usergroup':
    case 'broadcast':
      return `@${String(usergroup_id ?? range)}`;
    case 'emoji':
      return emoji[String(name)] ?? `:${String(name)}:`;
    default:
      return asText(text ?? fallback);
  }
}

/** Texts in the order in which they stand. */
function textsIn(value: unknown, names: Names): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => textsIn(one, names));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    key === 'text' && typeof one === 'string' ? [readable(one, names)] : textsIn(one, names),
  );
}
