/** JSON as Postgres takes it: a null character or half a surrogate pair, in words from anywhere, would refuse the row. */

export const clean = (text: string): string => text.toWellFormed().replaceAll('\u0000', '');

export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? clean(part) : part));
