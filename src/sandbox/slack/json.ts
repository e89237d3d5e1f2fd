/** JSON as it comes over a wire: nothing is known about it until somebody looked. */

export type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

export const objectsOf = (value: unknown): Json[] => listOf(value).filter(isObject);

/** Slack counts characters as people do, not in halves of surrogate pairs. */
export const points = (value: string): number => Array.from(value).length;

/** Undefined where it is no JSON at all. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
