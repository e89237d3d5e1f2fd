/** Long answers come in pages; the cursor is opaque to the caller. */
import type { Json } from './json.ts';
import { textArg } from './methods.ts';
import { Refused } from './workspace.ts';

export interface Page<T> {
  items: T[];
  next: string;
}

export function page<T>(all: T[], args: Json, { usual, most }: { usual: number; most: number }): Page<T> {
  const cursor = textArg(args, 'cursor');
  const from =
    cursor === ''
      ? 0
      : Number(
          Buffer.from(cursor, 'base64')
            .toString('utf8')
            .replace(/^next:/, ''),
        );
  if (!Number.isInteger(from)) throw new Refused('invalid_cursor');
  const limit = Number(textArg(args, 'limit') || usual);
  if (!(limit >= 1 && limit <= most)) throw new Refused('invalid_limit');
  const to = from + limit;
  return {
    items: all.slice(from, to),
    next: to < all.length ? Buffer.from(`next:${to}`).toString('base64') : '',
  };
}
