/** The vendor's own description of its API, as a judge of what we send and of what our local pager answers. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;
const at = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((node, key) => (isNode(node) ? node[key] : undefined), value);

const folder = process.env['VENDOR_SPECS'];
const file = join(folder ?? '', 'opsgenie.swagger.json');
export const hasVendor = folder !== undefined && existsSync(file);

interface Asked {
  method: string;
  path: string;
  body: unknown;
}

export interface Vendor {
  /** every fault of a request: unknown path, missing or unknown field, wrong type */
  faults(asked: Asked): string[];
  /** every fault of a reply */
  replyFaults(asked: Omit<Asked, 'body'>, status: number, body: unknown): string[];
}

export function readVendor(): Vendor {
  const spec = whole(JSON.parse(readFileSync(file, 'utf8')));
  const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema({ $id: 'vendor', ...spec });
  const paths = Object.keys(Object(spec['paths']));
  const find = (path: string): string =>
    paths
      .filter((one) => new RegExp(`^${one.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(path))
      .toSorted((a, b) => a.split('{').length - b.split('{').length)[0] ?? '';
  const wrong = (schema: unknown, value: unknown): string[] => {
    const check = ajv.compile(isNode(schema) ? schema : {});
    check(value);
    return (check.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
  return {
    faults({ method, path, body }) {
      const operation = at(spec, 'paths', find(path), method.toLowerCase());
      if (operation === undefined) return [`${method} ${path} is not in the vendor's description`];
      const parameters = at(operation, 'parameters');
      const wanted: unknown = (Array.isArray(parameters) ? parameters : []).find((one) => at(one, 'in') === 'body');
      return wanted === undefined || body === undefined ? [] : wrong(at(wanted, 'schema'), body);
    },
    replyFaults({ method, path }, status, body) {
      const response = at(spec, 'paths', find(path), method.toLowerCase(), 'responses', String(status));
      const shared = at(response, '$ref');
      const named = typeof shared === 'string' ? at(spec, 'responses', shared.split('/').at(-1) ?? '') : response;
      return wrong(at(named, 'schema'), body);
    },
  };
}

/** The file as one schema. It allows unknown fields and names no lengths: a misspelt field and a 131st letter must fail too. */
function whole(spec: unknown): Node {
  const all: Node = JSON.parse(JSON.stringify(spec).replaceAll('"$ref":"#/', '"$ref":"vendor#/'));
  for (const name of ['CreateAlertPayload', 'AcknowledgeAlertPayload', 'CloseAlertPayload', 'AddNoteToAlertPayload']) {
    const payload = at(all, 'definitions', name);
    if (isNode(payload)) payload['unevaluatedProperties'] = false;
  }
  const message = at(all, 'definitions', 'CreateAlertPayload', 'allOf', '1', 'properties', 'message');
  if (isNode(message)) message['maxLength'] = 130;
  return all;
}
