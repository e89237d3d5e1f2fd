/** What every Web API method is: the scope it needs, and what it does or refuses. */
import type { Json, Workspace } from './workspace.ts';

export interface Called {
  workspace: Workspace;
  /** arguments by name; structured ones are parsed */
  args: Json;
}

export interface Method {
  /** any of these; absent: none is needed */
  scope?: string;
  run(called: Called): Json;
}

export type Methods = Record<string, Method>;

export const textArg = (args: Json, name: string): string => {
  const value = args[name];
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? value : '';
};

export const listArg = (args: Json, name: string): Json[] => {
  const value = args[name];
  return Array.isArray(value) ? value : [];
};
