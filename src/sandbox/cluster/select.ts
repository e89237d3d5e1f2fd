/** Label and field selectors as the API understands them. */

import { isObject } from '../slack/json.ts';
import type { ApiObject } from './objects/object.ts';
import { Refused } from './refused.ts';
import type { Labels } from './scene.ts';

export type Chosen = (object: ApiObject) => boolean;

export function selectorOf(query: URLSearchParams, kind: string): Chosen {
  const labels = requirements(query.get('labelSelector') ?? '').map(labelTest);
  const fields = terms(query.get('fieldSelector') ?? '').map((term) => fieldTest(term, kind));
  return (object) => labels.every((test) => test(object.metadata.labels ?? {})) && fields.every((test) => test(object));
}

/** Split at the commas that stand in no brackets. */
const requirements = (selector: string): string[] =>
  selector
    .split(/,(?![^(]*\))/)
    .map((one) => one.trim())
    .filter(Boolean);

const terms = requirements;

const inSet = /^(?<key>\S+)\s+(?<not>not)?in\s*\((?<values>[^)]*)\)$/;
const isEqual = /^(?<key>[^=!\s]+)\s*(?<operator>==|=|!=)\s*(?<value>[^=!\s]*)$/;
const isThere = /^(?<not>!)?\s*(?<key>[^=!\s(),]+)$/;

type LabelTest = (labels: Labels) => boolean;

/** A label that is not there is in no set, and different from every value. */
function labelTest(requirement: string): LabelTest {
  const set = inSet.exec(requirement)?.groups;
  if (set) {
    const values = new Set((set['values'] ?? '').split(',').map((value) => value.trim()));
    return (labels) => values.has(labels[set['key'] ?? ''] ?? '\0') !== (set['not'] !== undefined);
  }
  const equal = isEqual.exec(requirement)?.groups;
  if (equal) return (labels) => (labels[equal['key'] ?? ''] === equal['value']) === (equal['operator'] !== '!=');
  const there = isThere.exec(requirement)?.groups;
  if (there) return (labels) => Object.hasOwn(labels, there['key'] ?? '') === (there['not'] === undefined);
  throw new Refused(
    400,
    `unable to parse requirement: found '${requirement.split(/\s+/)[1] ?? ''}', expected: in, notin, =, ==, !=, gt, lt`,
  );
}

const everywhere = ['metadata.name', 'metadata.namespace'];
const about = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];
const fieldsOf: Record<string, string[]> = {
  Pod: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  Event: [...about.map((field) => `involvedObject.${field}`), 'reason', 'reportingComponent', 'source', 'type'],
  Node: ['spec.unschedulable'],
  Namespace: ['status.phase'],
  Service: ['spec.clusterIP', 'spec.type'],
};

/** The API selects by the fields that it was taught for a kind, and refuses every other. */
function fieldTest(term: string, kind: string): Chosen {
  const { key = '', operator, value = '' } = isEqual.exec(term)?.groups ?? {};
  if (operator === undefined) throw new Refused(400, `invalid selector: '${term}'; can't understand '${term}'`);
  if (![...everywhere, ...(fieldsOf[kind] ?? [])].includes(key))
    throw new Refused(400, `field label not supported: ${key}`);
  return (object) => (valueAt(object, key) === value) === (operator !== '!=');
}

function valueAt(object: ApiObject, path: string): string {
  const steps = path === 'source' ? ['source', 'component'] : path.split('.');
  const found = steps.reduce<unknown>((at, step) => (isObject(at) ? at[step] : undefined), object);
  return typeof found === 'string' || typeof found === 'boolean' ? String(found) : '';
}
