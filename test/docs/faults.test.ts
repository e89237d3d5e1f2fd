// The page of faults against the tests: every fault that must be survived has a sentence, and tests that name it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const rows = [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 35].map(String);
/** Faults without a number, and how their tests call them. */
const named = { token: 'a revoked token', 'on-call': 'an on-call person', backup: 'a restored backup' };
/** A sweep meets this one at every point, under no name of its own. */
const unnamed = new Set(['1']);

const quoted = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

const lines = new Map(
  [...read('docs/faults.md').matchAll(/^\| ([\w-]+) \| [^|]+ \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(
    ([, row = '', holds = '', tests = '', guards = '']) => [
      row,
      { holds, tests: quoted(tests), guards: quoted(guards) },
    ],
  ),
);

const filesOf = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`);
const tests = new Set(filesOf('test'));
const code = filesOf('src')
  .filter((path) => path.endsWith('.ts'))
  .map(read)
  .join('\n');

it.each([...rows, ...Object.keys(named)])('%s stands on the page, with what holds', (row) => {
  expect(lines.get(row)?.holds).toMatch(/\w.{30,}\.$/);
});

it.each([...lines.entries()].filter(([row]) => row !== 'Row'))('the tests of %s are there and name it', (row, line) => {
  const wanted = new Map(Object.entries(named)).get(row) ?? `row ${row}\\b`;

  expect(line.tests).not.toEqual([]);
  expect(line.tests.filter((path) => !tests.has(path))).toEqual([]);
  const silent = line.tests.filter((path) => !new RegExp(wanted).test(read(path)));
  expect(unnamed.has(row) ? [] : silent).toEqual([]);
});

it.each([...lines.entries()].filter(([row]) => row !== 'Row'))('the guards of %s are in the code', (_, { guards }) => {
  expect(guards).not.toEqual([]);
  expect(guards.filter((name) => !code.includes(name))).toEqual([]);
});
