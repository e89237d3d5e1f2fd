/** Every call of the Web API, written down; one that comes before the time that a 429 named breaks a rule. */
import type { Workspace } from './workspace.ts';

export interface WebCall {
  /** real milliseconds, as the transcript's `order` */
  order: number;
  method: string;
  channel: string;
}

/** What was on its way when the 429 was answered is forgiven: its sender could not know. On a busy machine that is long. */
const onItsWayMs = (asked: number): number => Math.min(1_000, asked / 2);
/** Two clocks read the same second. */
const graceMs = 5;

/** Posts are limited by channel, everything else by method. */
const lineOf = ({ method, channel }: Omit<WebCall, 'order'>): string =>
  method === 'chat.postMessage' ? `${method} ${channel}` : method;

export function noteCall({ calls, closed, violations }: Workspace, call: Omit<WebCall, 'order'>): void {
  const order = performance.now();
  calls.push({ order, ...call });
  const { since, until } = closed.get(lineOf(call)) ?? { since: 0, until: 0 };
  const early = until - order;
  if (early > graceMs && order - since > onItsWayMs(until - since))
    violations.push(`${lineOf(call)}: ${Math.ceil(early)} ms before Retry-After was over`);
}

export function noteLimit(
  { closed }: Workspace,
  { retryAfter, ...call }: Omit<WebCall, 'order'> & { retryAfter: number },
): void {
  const since = performance.now();
  closed.set(lineOf(call), { since, until: since + retryAfter * 1_000 });
}
