/** Columns of a table, and what cells are made of. */
import { isObject, listOf } from '../../slack/json.ts';
import type { ApiObject } from '../objects/object.ts';
import { shortly } from './duration.ts';

export interface Column {
  name: string;
  type: 'string' | 'integer' | 'date';
  /** shown by `-o wide` only */
  isWide?: true;
  cell: (object: ApiObject, now: Date) => string | number;
}

export const none = '<none>';

export const at = (object: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, step) => (isObject(value) ? value[step] : undefined), object);

export const text = (object: unknown, path: string, otherwise = none): string => {
  const value = at(object, path);
  return typeof value === 'string' && value !== '' ? value : otherwise;
};

export const count = (object: unknown, path: string): number => Number(at(object, path) ?? 0);

export const name: Column = { name: 'Name', type: 'string', cell: ({ metadata }) => metadata.name };
export const age: Column = {
  name: 'Age',
  type: 'string',
  cell: ({ metadata }, now) => shortly(metadata.creationTimestamp, now),
};
export const column = (title: string, cell: Column['cell']): Column => ({ name: title, type: 'string', cell });
export const number = (title: string, path: string): Column => ({
  name: title,
  type: 'integer',
  cell: (one) => count(one, path),
});
export const wide = (title: string, path: string): Column => ({
  ...column(title, (one) => text(one, path)),
  isWide: true,
});

/** The items below a path, each made a word; three of them, as kubectl does, where there are many. */
export function several(object: ApiObject, path: string, word: (item: unknown) => string | string[]): string {
  const words = listOf(at(object, path)).flatMap(word);
  const more = words.length > 3 ? ` + ${words.length - 3} more...` : '';
  return words.length === 0 ? none : `${words.slice(0, 3).join(',')}${more}`;
}

/** `app=api,tier=web` */
export function labels(object: ApiObject, path: string): string {
  const found = at(object, path);
  return isObject(found)
    ? Object.entries(found)
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(',')
    : none;
}

const containers = 'spec.template.spec.containers';
const all = (field: string) => (one: ApiObject) =>
  listOf(at(one, containers))
    .map((each) => text(each, field))
    .join(',');
const named = (title: string, cell: Column['cell']): Column => ({ ...column(title, cell), isWide: true });

export const containerColumns = [named('Containers', all('name')), named('Images', all('image'))];
export const selectorColumn = named('Selector', (one) => labels(one, 'spec.selector.matchLabels'));
