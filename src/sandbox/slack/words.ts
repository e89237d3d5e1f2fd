/** What a person reads in a message, as plain lines for a terminal. */
import { buttonsOf, labelOf } from './inbound.ts';
import type { Channel, Json, User } from './workspace.ts';

export interface Names {
  users: Map<string, string>;
  channels: Map<string, string>;
}

export const namesOf = (users: Pick<User, 'id' | 'name'>[], channels: Pick<Channel, 'id' | 'name'>[]): Names => ({
  users: new Map(users.map(({ id, name }) => [id, name])),
  channels: new Map(channels.map(({ id, name }) => [id, name])),
});

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

const emoji: Record<string, string> = {
  red_circle: '●',
  large_orange_circle: '◐',
  large_yellow_circle: '○',
  warning: '⚠',
  white_check_mark: '✔',
  grey_question: '?',
  mag: '🔎',
  information_source: 'i',
};

/** Slack's marks as names, dates as their fallback, entities as letters. */
export function readable(text: string, { users, channels }: Names): string {
  return text
    .replaceAll(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id: string) => `@${users.get(id) ?? id}`)
    .replaceAll(/<#([A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id: string) => `#${channels.get(id) ?? id}`)
    .replaceAll(/<!subteam\^([A-Z0-9]+)>/g, (_, id: string) => `@${id}`)
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

function blockLines(block: Json, names: Names): string[] {
  if (block['type'] === 'actions')
    return [
      buttonsOf([block])
        .map((button) => `[${labelOf(button)}]`)
        .join(' '),
    ];
  if (block['type'] === 'rich_text') return textsIn(block).map((text) => text.replaceAll(/^/gm, '│ '));
  return textsIn(block).map((text) => readable(text, names));
}

/** Texts in the order in which they stand. */
function textsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    key === 'text' && typeof one === 'string' ? [one] : textsIn(one),
  );
}
