/** A statement of somebody else as it may be shown: its shape, never the values in it. */
import { oneLine } from '../diagnosis/words.ts';

const mostPoints = 120;

/**
 * In this order, from the left, so that a quote in a comment opens nothing: names in quotes stay, the rest goes. Postgres
 * cuts long statements off, so whatever is open may stay so to the end.
 */
const parts = [
  String.raw`(?<name>"(?:[^"]|"")*(?:"|$))`,
  String.raw`(?<comment>--[^\n]*|/\*[\s\S]*?(?:\*/|$))`,
  String.raw`(?<text>\$(?<tag>\w*)\$[\s\S]*?(?:\$\k<tag>\$|$)|[eE]'(?:\\[\s\S]|''|[^'\\])*(?:'|$)|(?:[uU]&|[bBxXnN])?'(?:''|[^'])*(?:'|$))`,
  String.raw`(?<number>(?<![\w$"])[+-]?\.?\d[\w.]*)`,
].join('|');
const values = new RegExp(parts, 'g');

/** Where a reader and the server could disagree on what is text (escapes, comments in comments), no more than its first word. */
const isUnsure = (statement: string): boolean => /\\|\/\*[\s\S]*\/\*/.test(statement);

export function shapeOf(statement: string): string {
  if (isUnsure(statement)) return `${/^\s*\w{1,20}/.exec(statement)?.[0].trim() ?? ''} …`.trim();
  const shape = statement.replace(values, (found, ...rest) => {
    const { name, comment } = groupsOf(rest.at(-1));
    if (name !== undefined) return found;
    return comment === undefined ? '?' : ' ';
  });
  return oneLine(shape, mostPoints);
}

interface Groups {
  name?: string | undefined;
  comment?: string | undefined;
}

function groupsOf(given: unknown): Groups {
  if (typeof given !== 'object' || given === null) return {};
  const name = 'name' in given && typeof given.name === 'string' ? given.name : undefined;
  const comment = 'comment' in given && typeof given.comment === 'string' ? given.comment : undefined;
  return { name, comment };
}
