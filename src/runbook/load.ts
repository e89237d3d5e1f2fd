/** runbook.yaml → Policy. Every fault at once, each with its place and how to mend it. */
import { createHash } from 'node:crypto';
import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { BadConfiguration } from '../errors.ts';
import { defaultReminders, type Policy, type Reminders, timingRules } from '../incident/policy.ts';
import type { Known } from './known.ts';
import { nearest } from './nearest.ts';
import { type RunbookFile, runbookFile } from './schema.ts';

type Path = PropertyKey[];

/** What the file is held against. */
interface Held {
  schema: ReturnType<typeof runbookFile>;
  document: Document.Parsed;
}

/** `file` is only named in faults. `known`: what may be set for issue types; left out, anything. Throws `BadConfiguration`. */
export function loadPolicy(text: string, file: string, known?: Known): Policy {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) throw new BadConfiguration(broken.map(({ pos, message }) => `${place(pos[0])} ${message}`));
  const schema = runbookFile(known);
  const result = schema.safeParse(contentOf(document, file));
  if (result.success) return toPolicy(result.data);
  const faults = result.error.issues
    .flatMap((issue) => faultsOf(issue, { schema, document }))
    .map(({ offset, sentence }) => `${place(offset)} ${sentence}`);
  // what is wrong twice in one way, no whole number and too small a one, is said once
  throw new BadConfiguration([...new Set(faults)]);
}

/** An alias without its anchor is found only when the content is put together. */
function contentOf(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new BadConfiguration([`${file}: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

interface Fault {
  offset: number;
  sentence: string;
}

function faultsOf(issue: z.core.$ZodIssue, held: Held): Fault[] {
  const { document, schema } = held;
  const name = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = knownIn(issue) ?? keysKnownAt(schema, issue.path);
    return issue.keys.map((key) => unknownKey(document, { path: issue.path, key, known }));
  }
  if (issue.code === 'invalid_key')
    return [{ offset: offsetOf(document, issue.path), sentence: `${name}: this key is not known here.` }];
  return [{ offset: offsetOf(document, issue.path), sentence: `${name || 'the file'}: ${issue.message}.` }];
}

/** Where the schema cannot say which keys there are, the fault does. */
const knownIn = (issue: z.core.$ZodIssue): string[] | undefined =>
  'known' in issue && Array.isArray(issue.known) ? issue.known.map(String) : undefined;

function unknownKey(
  document: Document.Parsed,
  { path, key, known }: { path: Path; key: string; known: string[] },
): Fault {
  const parent: unknown = document.getIn(path, true);
  const pair = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
  const offset = isScalar(pair?.key) ? (pair.key.range?.[0] ?? 0) : offsetOf(document, path);
  const meant = nearest(key, known);
  const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
  return { offset, sentence: `${[...path.map(String), key].join('.')}: this key is not known here.${hint}` };
}

/** The deepest part of the path that the file has: a missing key is pointed at where it should stand. */
function offsetOf(document: Document.Parsed, path: Path): number {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node: unknown = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range))
      return Number(node.range[0]);
  }
  return 0;
}

/** Keys of the schema at a path; records and lists pass through to what they hold. */
function keysKnownAt(whole: unknown, path: Path): string[] {
  let schema = whole;
  for (const step of path) schema = inside(schema, String(step));
  return shapeOf(schema) ?? [];
}

interface Inner {
  def?: { shape?: Record<string, unknown>; element?: unknown; valueType?: unknown; innerType?: unknown; in?: unknown };
}

const defOf = (schema: unknown): NonNullable<Inner['def']> =>
  typeof schema === 'object' &&
  schema !== null &&
  'def' in schema &&
  typeof schema.def === 'object' &&
  schema.def !== null
    ? schema.def
    : {};

function unwrap(schema: unknown): unknown {
  const { innerType, in: input } = defOf(schema);
  return (innerType ?? input) ? unwrap(innerType ?? input) : schema;
}

function inside(schema: unknown, key: string): unknown {
  const { shape, element, valueType } = defOf(unwrap(schema));
  return shape?.[key] ?? element ?? valueType;
}

const shapeOf = (schema: unknown): string[] | undefined => {
  const { shape } = defOf(unwrap(schema));
  return shape && Object.keys(shape);
};

function toPolicy(file: RunbookFile): Policy {
  const {
    reminders,
    'issue-types': issueTypes,
    'confirm-within': confirmWithin,
    'channel-within': channelWithin,
    'same-incident-within': sameIncidentWithin,
    ...same
  } = file;
  const merged: Reminders = { ...defaultReminders, ...reminders };
  const timing = { timingRules, ladder: same.ladder, reminders: merged, confirmWithin, channelWithin };
  return Object.freeze({
    ...same,
    fingerprint: createHash('sha256').update(JSON.stringify(timing)).digest('hex').slice(0, 16),
    reminders: merged,
    issueTypes,
    confirmWithin,
    channelWithin,
    sameIncidentWithin,
  });
}
