/** The arguments of a call: a form with JSON in some fields, or JSON as a whole. */
import type { IncomingMessage } from 'node:http';
import { isObject, type Json, parsed } from './json.ts';
import { Refused } from './workspace.ts';

/** In a form these are JSON; what it is called when they are not. */
const structured: Record<string, string> = {
  blocks: 'invalid_blocks_format',
  metadata: 'invalid_metadata_format',
  view: 'invalid_arguments',
  message: 'invalid_arguments',
  attachments: 'invalid_attachments',
};

export function argumentsOf(request: IncomingMessage, body: string): Json {
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
  if (!request.headers['content-type']?.startsWith('application/json'))
    return fields([...query, ...new URLSearchParams(body)]);
  const given = parsed(body);
  if (given === undefined) throw new Refused('invalid_json');
  if (!isObject(given)) throw new Refused('json_not_object');
  return { ...fields([...query]), ...given };
}

const fields = (pairs: [string, string][]): Json =>
  Object.fromEntries(pairs.map(([name, value]) => [name, fieldOf(name, value)]));

function fieldOf(name: string, value: string): unknown {
  const refusal = structured[name];
  if (refusal === undefined) return value;
  const given = parsed(value);
  if (given === undefined) throw new Refused(refusal);
  return given;
}
