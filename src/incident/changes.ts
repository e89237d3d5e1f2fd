/** The small pieces decisions are made of: changed, refused, pages opened and ended, what the chat is told. */
import type { Decision, Paid } from './decision.ts';
import type { Effect } from './effect.ts';
import type { Audience, Entry } from './entry.ts';
import type { Actor, Incident, Instant, Page, Refusal } from './incident.ts';
import type { FallbackPolicy, Level, Person } from './policy.ts';

/** Nothing that a person could see: letters, digits, marks and pictures are words, spaces and invisible characters none. */
export const saysNothing = (words: string): boolean => !/[\p{L}\p{N}\p{P}\p{S}]/u.test(words);

export const refuse = (refusal: Refusal): Decision => ({ ok: false, refusal });

export interface Change {
  next: Incident;
  entries?: Entry[];
  effects?: Effect[];
  paid?: Paid[];
  reason: string;
}

export function changed({ next, entries = [], effects = [], paid = [], reason }: Change): Decision {
  return { ok: true, next, entries, effects, paid, reason };
}

/** Card and announcement drawn again: both show severity, phase, who acknowledged and who leads. */
export const redraw: Effect[] = [
  { kind: 'redraw', what: 'card' },
  { kind: 'redraw', what: 'announcement' },
];

export const say = (entry: Entry, pings: Audience[] = []): Effect => ({ kind: 'post', entry, pings, thread: false });

export const sayBelow = (entry: Entry): Effect => ({ kind: 'post', entry, pings: [], thread: true });

/** Somebody's own command, written down, said in the channel and shown on the card. */
export function said(
  next: Incident,
  entry: Entry,
  { effects = [], pings = [] }: { effects?: Effect[]; pings?: Audience[] } = {},
): Decision {
  return changed({ next, entries: [entry], effects: [say(entry, pings), ...redraw, ...effects], reason: entry.kind });
}

export const isPerson = (actor: Actor): actor is Person => actor !== 'responder';

export function samePerson(a: Person | undefined, b: Person | undefined): boolean {
  if (!a || !b) return false;
  if ('slack' in a) return 'slack' in b && a.slack === b.slack;
  return 'pager' in b && a.pager === b.pager;
}

export const newPage = (key: string, levels: Level[], at: Instant): Page => ({
  key,
  levels,
  at,
  state: 'requested',
  rerouted: false,
});

const over = (page: Page): boolean => page.state === 'closed';

/** Every alert opened or still in flight, acknowledged: here, and by the effects at the pager. */
export function acknowledgePages(pages: Page[], by: Person): { pages: Page[]; effects: Effect[] } {
  const open = pages.filter((page) => !over(page) && page.state !== 'acknowledged');
  return {
    pages: pages.map((page) => (over(page) ? page : { ...page, state: 'acknowledged' })),
    effects: open.map(({ key }) => ({ kind: 'acknowledge-page', page: key, by })),
  };
}

export function closePages(pages: Page[]): { pages: Page[]; effects: Effect[] } {
  return {
    pages: pages.map((page) => ({ ...page, state: 'closed' })),
    effects: pages.filter((page) => !over(page)).map(({ key }) => ({ kind: 'close-page', page: key })),
  };
}

/** Groups (S…) cannot be written to directly: they hear the mention. */
export const directly = (slack: string[]): string[] => slack.filter((id) => !id.startsWith('S'));

/**
 * The second route: whoever the runbook names as fallback, by direct message, webhook and, for the incident's first
 * such page, by mention in the channel. The card goes on showing what is not confirmed.
 */
export function secondRoute(entry: Entry, fallback: FallbackPolicy, before: Page[]): Effect[] {
  return [
    ...(before.some(({ rerouted }) => rerouted) ? [] : [say(entry, [{ fallback: true }])]),
    ...directly(fallback.slack).map((slack): Effect => ({ kind: 'tell', entry, person: { slack } })),
    ...(fallback.webhook ? [{ kind: 'webhook', entry } satisfies Effect] : []),
  ];
}
