/** The small language in which the rules of Block Kit are written: a check answers every fault, each with where it is. */
import { isObject, type Json, points } from '../json.ts';

export type Surface = 'message' | 'modal' | 'home';

export interface BlockFault {
  /** JSON pointer, as Slack answers it: /blocks/0/text/text */
  pointer: string;
  message: string;
}

export interface At {
  pointer: string;
  surface: Surface;
}

export type Check = (value: unknown, at: At) => BlockFault[];

export const fault = ({ pointer }: At, message: string): BlockFault[] => [{ pointer, message }];
export const below = ({ pointer, surface }: At, key: string | number): At => ({
  pointer: `${pointer}/${key}`,
  surface,
});

export const string =
  ({ most, least = 1 }: { most: number; least?: number }): Check =>
  (value, at) => {
    if (typeof value !== 'string') return fault(at, 'must be a string');
    if (points(value) > most) return fault(at, `must be less than ${most + 1} characters`);
    return points(value) < least ? fault(at, `must be more than ${least - 1} characters`) : [];
  };

export const id = string({ most: 255 });
/** Slack takes an empty one too; only a button without any payload is useless, not wrong. */
export const url: Check = (value, at) => {
  const faults = string({ most: 3_000 })(value, at);
  return faults.length > 0 || /^(https?|mailto|slack):/.test(String(value)) ? faults : fault(at, 'must be a valid url');
};

export const flag: Check = (value, at) => (typeof value === 'boolean' ? [] : fault(at, 'must be a boolean'));

export const number =
  ({ least = -Infinity, most = Infinity }: { least?: number; most?: number } = {}): Check =>
  (value, at) =>
    typeof value === 'number' && value >= least && value <= most ? [] : fault(at, `must be ${least} to ${most}`);

export const oneOf =
  (...words: (string | number)[]): Check =>
  (value, at) =>
    words.some((word) => word === value) ? [] : fault(at, `must be one of ${words.join(', ')}`);

export const list =
  (each: Check, { most, least = 1 }: { most: number; least?: number }): Check =>
  (value, at) => {
    if (!Array.isArray(value)) return fault(at, 'must be an array');
    const faults = value.flatMap((one: unknown, n) => each(one, below(at, n)));
    if (value.length > most) faults.push(...fault(at, `no more than ${most} items allowed`));
    if (value.length < least) faults.push(...fault(at, `must have at least ${least} items`));
    return faults;
  };

export interface Shape {
  needs?: Record<string, Check>;
  may?: Record<string, Check>;
}

/** An object with these fields and no other; its `type` has been looked at by whoever chose the shape. */
export const shape =
  ({ needs = {}, may = {} }: Shape): Check =>
  (value, at) => {
    if (!isObject(value)) return fault(at, 'must be an object');
    const missing = Object.keys(needs).filter((key) => value[key] === undefined);
    return [
      ...missing.flatMap((key) => fault(at, `missing required field: ${key}`)),
      ...Object.entries(value).flatMap(([key, one]) => field({ ...may, ...needs }, { key, one, at })),
    ];
  };

function field(known: Record<string, Check>, { key, one, at }: { key: string; one: unknown; at: At }): BlockFault[] {
  if (one === undefined || key === 'type') return [];
  return known[key]?.(one, below(at, key)) ?? fault(at, `invalid additional property: ${key}`);
}

/** Chooses by `type`; a type that is not in the table is one that Slack refuses. */
export const byType =
  (table: Record<string, Check>): Check =>
  (value, at) => {
    if (!isObject(value)) return fault(at, 'must be an object');
    const check = table[String(value['type'])];
    return check ? check(value, at) : fault(below(at, 'type'), `unsupported type: ${String(value['type'])}`);
  };

export const all =
  (...checks: Check[]): Check =>
  (value, at) =>
    checks.flatMap((check) => check(value, at));

/** A rule about the object as a whole, said in words when it does not hold. */
export const rule =
  (message: string, holds: (value: Json) => boolean): Check =>
  (value, at) =>
    !isObject(value) || holds(value) ? [] : fault(at, message);

export const onlyIn =
  (...surfaces: Surface[]): Check =>
  (_, at) =>
    surfaces.includes(at.surface) ? [] : fault(below(at, 'type'), `not allowed in a ${at.surface}`);

/** No id may stand twice where answers are told apart by it. */
export function repeated(ids: unknown[], what: string, at: At): BlockFault[] {
  const given = ids.filter((one) => one !== undefined);
  return new Set(given).size < given.length ? fault(at, `${what} must be unique`) : [];
}
