// The import table of the house, who may import which package, and the ratchet on loose types. Sources are parsed, not
// searched: a word in a comment, a string or a query is no import and no assertion.
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseSync } from '@swc/core';
import { z } from 'zod';

/**
 * Who may import whom. `(types)`: by `import type` only. A file by name is an exception for that file's values: in
 * incident/policy.ts these are lists of names (severities, levels, reminderKinds) and default times, data like the types,
 * in incident/times.ts lengths of time by their units;
 * in diagnosis/checks.ts what a check has left unseen, which a message and a file must not see in two ways.
 * A room sees itself, and the longest name that fits a file is its room. What is not listed fails.
 */
const rooms: Record<string, string[] | 'everything but sandbox'> = {
  incident: [],
  runbook: ['incident (types)', 'incident/policy.ts'],
  diagnosis: ['incident (types)', 'incident/times.ts'],
  probes: ['diagnosis', 'incident (types)', 'incident/times.ts'],
  remedies: ['diagnosis', 'incident (types)'],
  playbooks: ['diagnosis', 'probes', 'remedies', 'incident (types)', 'incident/times.ts'],
  store: ['incident (types)', 'incident/policy.ts', 'diagnosis (types)'],
  engine: ['incident', 'runbook (types)', 'diagnosis', 'playbooks', 'remedies', 'store'],
  slack: ['slack/views', 'engine', 'incident', 'diagnosis', 'runbook'],
  'slack/views': [
    'incident (types)',
    'incident/policy.ts',
    'diagnosis (types)',
    'diagnosis/checks.ts',
    'runbook (types)',
  ],
  integrations: ['engine', 'incident', 'diagnosis', 'runbook (types)'],
  clients: ['diagnosis (types)', 'diagnosis/cluster.ts'],
  'local-postgres': [],
  cli: 'everything but sandbox',
  sandbox: ['local-postgres'],
  'main.ts': 'everything but sandbox',
  'compose.ts': 'everything but sandbox',
  'work.ts': 'everything but sandbox',
  'routes.ts': 'everything but sandbox',
  'config.ts': ['settings.ts'],
  'settings.ts': [],
  'log.ts': [],
  'errors.ts': [],
  'turn.ts': [],
};

/** Every room but incident/ may log, throw and wait for its turn. */
const common = new Set(['log.ts', 'errors.ts', 'turn.ts']);

const all = Object.keys(rooms);
const but = (...without: string[]): string[] => all.filter((room) => !without.includes(room));

/** Who may use a package at run time. */
const packages: Record<string, string[]> = {
  'node:': but('incident', 'diagnosis', 'slack/views'),
  zod: all,
  pg: ['store', 'clients', 'local-postgres', 'main.ts', 'compose.ts', 'sandbox'],
  yaml: ['runbook', 'sandbox'],
  pino: ['log.ts'],
  cockatiel: ['integrations'],
  'node-cron': ['work.ts'],
  '@kubernetes/client-node': ['clients'],
  undici: ['clients'],
  ws: ['clients'],
  '@slack/bolt': ['slack'],
  '@slack/web-api': ['slack'],
};

/** Who may name a package's types besides. */
const packageTypes: Record<string, string[]> = {
  pg: but('incident', 'slack', 'slack/views', 'runbook', 'integrations'),
  '@slack/types': ['slack', 'slack/views'],
};

/** The core and the views are told what time it is. */
const withoutClock = new Set(['incident', 'slack/views']);

interface Import {
  from: string;
  typeOnly: boolean;
}

interface Source {
  imports: Import[];
  readsClock: boolean;
  as: number;
  any: number;
  /** that are not blank, as the linter counts */
  lines: number;
}

const Node = z.looseObject({ type: z.string() });
type Node = z.infer<typeof Node>;
const Text = z.looseObject({ value: z.string() });
const Call = z.object({ callee: Node, arguments: z.array(z.object({ expression: z.looseObject({}) })).nullable() });
const Member = z.object({ object: z.looseObject({}), property: z.looseObject({}) });

function nodesOf(tree: unknown): Node[] {
  if (Array.isArray(tree)) return tree.flatMap(nodesOf);
  if (typeof tree !== 'object' || tree === null) return [];
  const node = Node.safeParse(tree);
  return [...(node.success ? [node.data] : []), ...Object.values(tree).flatMap(nodesOf)];
}

/** of a template, what stands before its first hole */
const Template = z.object({ quasis: z.tuple([z.object({ raw: z.string() })], z.unknown()) });

const textOf = (node: unknown): string =>
  Text.safeParse(node).data?.value ?? Template.safeParse(node).data?.quasis[0].raw ?? '';

function importOf(node: Node): Import[] {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
      return node['source'] ? [{ from: textOf(node['source']), typeOnly: node['typeOnly'] === true }] : [];
    case 'TsImportType':
      return [{ from: textOf(node['argument']), typeOnly: true }];
    case 'CallExpression': {
      const { callee, arguments: given } = Call.parse(node);
      const loads = callee.type === 'Import' || textOf(callee) === 'require';
      return loads ? [{ from: textOf(given?.[0]?.expression), typeOnly: false }] : [];
    }
    default:
      return [];
  }
}

const clockWords = new Set(['Date.now', 'performance.now', 'Math.random']);

function isClock(node: Node): boolean {
  if (node.type === 'NewExpression') {
    const { callee, arguments: given } = Call.parse(node);
    return textOf(callee) === 'Date' && (given ?? []).length === 0;
  }
  if (node.type !== 'MemberExpression') return false;
  const { object, property } = Member.parse(node);
  return clockWords.has(`${textOf(object)}.${textOf(property)}`);
}

const assertions = new Set(['TsAsExpression', 'TsTypeAssertion', 'TsNonNullExpression']);

function readSource(code: string): Source {
  const nodes = nodesOf(parseSync(code, { syntax: 'typescript', target: 'es2022' }).body);
  return {
    imports: nodes.flatMap(importOf),
    readsClock: nodes.some(isClock),
    as: nodes.filter(({ type }) => assertions.has(type)).length,
    any: nodes.filter(({ type, kind }) => type === 'TsKeywordType' && kind === 'any').length,
    lines: code.split('\n').filter((line) => line.trim() !== '').length,
  };
}

const roomOf = (path: string): string | undefined =>
  all.filter((room) => path === room || path.startsWith(`${room}/`)).toSorted((a, b) => b.length - a.length)[0];

const packageOf = (from: string): string =>
  from.startsWith('node:') ? 'node:' : from.split('/', from.startsWith('@') ? 2 : 1).join('/');

function mayUse(room: string, { from, typeOnly }: Import): boolean {
  const name = packageOf(from);
  const users = packages[name]?.includes(room) ?? false;
  return users || (typeOnly && (packageTypes[name] ?? packages[name] ?? []).includes(room));
}

function maySee(room: string, target: string, typeOnly: boolean): boolean {
  const other = roomOf(target);
  const seen = rooms[room];
  if (other === undefined || seen === undefined) return false;
  if (other === room || (common.has(other) && room !== 'incident')) return true;
  if (seen === 'everything but sandbox') return other !== 'sandbox';
  return [other, target, ...(typeOnly ? [`${other} (types)`] : [])].some((one) => seen.includes(one));
}

/** What is wrong with one file of src, one sentence each. */
function faultsOf(path: string, { imports, readsClock }: Source): string[] {
  const room = roomOf(path);
  if (room === undefined) return [`${path} is in no room of the table`];
  const isAllowed = (one: Import) =>
    one.from.startsWith('.')
      ? maySee(room, posix.join(posix.dirname(path), one.from), one.typeOnly)
      : mayUse(room, one);
  return [
    ...imports
      .filter((one) => !isAllowed(one))
      .map(({ from, typeOnly }) => `${path} imports ${from}${typeOnly ? ' (types)' : ''}`),
    ...(readsClock && withoutClock.has(room) ? [`${path} reads a clock or throws dice`] : []),
  ];
}

function sourcesIn(folder: string): (Source & { path: string })[] {
  const root = new URL(`../${folder}/`, import.meta.url);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path, ...readSource(readFileSync(new URL(path, root), 'utf8')) }));
}

const sources = sourcesIn('src');
/** may import whatever they measure; nothing imports them */
const benches = sourcesIn('bench');
const measured = [...sources, ...benches];

describe('the import table', () => {
  it('holds for every file of src', () => {
    const faults = sources.flatMap((source) => faultsOf(source.path, source));

    expect(faults).toEqual([]);
  });

  it.each([
    ['a value across the wall', 'incident/decide.ts', `import { x } from '../engine/handle.ts'`],
    ['a value where types are allowed', 'diagnosis/a.ts', `import { severities } from '../incident/policy.ts'`],
    ['one value among types', 'diagnosis/a.ts', `import { type A, b } from '../incident/policy.ts'`],
    ['types that the compiler keeps as an import', 'probes/a.ts', `import { type Pool } from 'pg'`],
    ['over several lines', 'store/a.ts', `import {\n  a,\n  b,\n} from '../slack/app.ts';`],
    ['a re-export', 'runbook/a.ts', `export * from '../store/db.ts'`],
    ['a type written in place', 'incident/a.ts', `type A = import('../slack/app.ts').A;`],
    ['at run time', 'engine/a.ts', `const a = await import('../slack/app.ts');`],
    ['for its effect alone', 'clients/a.ts', `import '../engine/handle.ts'`],
    ['the log in the core', 'incident/a.ts', `import type { Logger } from '../log.ts'`],
    ['Node in the core', 'incident/a.ts', `import type { X } from 'node:fs'`],
    ['Node in a view', 'slack/views/a.ts', `import { format } from 'node:util'`],
    ['Bolt outside slack', 'engine/a.ts', `import type { App } from '@slack/bolt'`],
    ['a client of Slack in a view', 'slack/views/a.ts', `import { post } from '../post.ts'`],
    [
      'another value of the core in a view',
      'slack/views/a.ts',
      `import { titleLength } from '../../incident/incident.ts'`,
    ],
    ['a driver of Postgres in a probe', 'probes/a.ts', `import pg from 'pg'`],
    ['the product in the sandbox', 'sandbox/a.ts', `import { decide } from '../incident/decide.ts'`],
    ['the sandbox in the product', 'main.ts', `import { startHouse } from './sandbox/house.ts'`],
    ['the benches in the product', 'main.ts', `import { quantile } from '../bench/figures.ts'`],
    ['a package that nobody listed', 'engine/a.ts', `import left from 'left-pad'`],
    ['a room that nobody listed', 'helpers/a.ts', ''],
    ['today, in the core', 'incident/a.ts', 'const now = new Date();'],
    ['now, in a view', 'slack/views/a.ts', 'const now = Date.now();'],
  ])('finds %s', (_name, path, code) => {
    const faults = faultsOf(path, readSource(code));

    expect(faults).toHaveLength(1);
  });

  it.each([
    ['types where types are allowed', 'diagnosis/a.ts', `import type { A } from '../incident/policy.ts'`],
    ['names of the policy as values', 'slack/views/a.ts', `import { levels, type A } from '../../incident/policy.ts'`],
    ['types of a client', 'probes/a.ts', `import type { Pool } from 'pg'`],
    ['a given instant as a date', 'slack/views/a.ts', 'const day = new Date(at);'],
    ['words that look like an import', 'incident/a.ts', `// import pg from 'pg'\nconst a = "import pg from 'pg'";`],
  ])('lets pass %s', (_name, path, code) => {
    const faults = faultsOf(path, readSource(code));

    expect(faults).toEqual([]);
  });
});

describe('the measures', () => {
  const mostLines = 250;
  const Ratchet = z.strictObject({ as: z.number(), any: z.number() });

  it(`keep every file within ${mostLines} lines`, () => {
    const long = measured.filter(({ lines }) => lines > mostLines);

    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it('let the number of type assertions and of `any` only fall: lower ratchet.json with it', () => {
    const ratchet = Ratchet.parse(JSON.parse(readFileSync(new URL('ratchet.json', import.meta.url), 'utf8')));

    const counted = measured.reduce((sum, one) => ({ as: sum.as + one.as, any: sum.any + one.any }), { as: 0, any: 0 });

    expect(counted).toEqual(ratchet);
  });

  it('count assertions in the code, not in words', () => {
    const { as, any } = readSource(
      'const a = b as any; const c = d!; const e = [1] as const; // x as any\nconst q = `select a as any`; f satisfies G;',
    );

    expect({ as, any }).toEqual({ as: 2, any: 1 });
  });
});
