/** Every call of the Web API, written down; one that comes before the time that a 429 named breaks a rule. */
import type { Workspace } from './workspace.ts';

export interface WebCall {
  /** real milliseconds, as the transcript's `order` */
  order: number;
  method: string;
  channel: string;
}

/** Two clocks read the same second. */
const graceMs = 5;

/** Posts are limited by channel, everything else by method. */
const lineOf = ({ method, channel }: Omit<WebCall, 'order'>): string =>
  method === 'chat.postMessage' ? `${method} ${channel}` : method;

export function noteCall({ calls, closedUntil, violations }: Workspace, call: Omit<WebCall, 'order'>): void {
  const order = performance.now();
  calls.push({ order, ...call });
  const early = (closedUntil.get(lineOf(call)) ?? 0) - order;
  if (early > graceMs) violations.push(`${lineOf(call)}: ${Math.ceil(early)} ms before Retry-After was over`);
}

export const noteLimit = (
  { closedUntil }: Workspace,
  { retryAfter, ...call }: Omit<WebCall, 'order'> & { retryAfter: number },
): void => void closedUntil.set(lineOf(call), performance.now() + retryAfter * 1_000);
