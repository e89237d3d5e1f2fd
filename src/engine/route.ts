/** Where each effect goes in the outbox: lane, destination (kept in order), dedup key, budget of the remote method. */
import type { Effect, EffectKind } from '../incident/effect.ts';
import type { Entry } from '../incident/entry.ts';
import type { Incident, Instant } from '../incident/incident.ts';
import { announcing } from '../store/claim.ts';
import type { NewOutboxRow } from '../store/outbox.ts';

type Route = Omit<NewOutboxRow, 'effect' | 'dedupKey'> & { dedupKey?: string };
type Of<K extends EffectKind> = Extract<Effect, { kind: K }>;
type Routes = { [K in EffectKind]: (effect: Of<K>, id: string) => Route };

/** Slack's pace: per method and minute, or one post a second and channel. */
const perMinute = (name: string, calls: number) => ({ name, everyMs: 60_000 / calls, burst: calls / 2 });
const posting = (name: string) => ({ name, everyMs: 1_000, burst: 3 });
const postingTo = (place: string) => posting(`post:${place}`);

const pager = (page: string): Route => ({ lane: 'page', destination: `pager:${page}`, needs: 'nothing' });

/** While Slack is away the newest word of a kind stands for those before it; who answered, for the whole ladder. */
function newest(entry: Entry): { coalesce?: string } {
  switch (entry.kind) {
    case 'ladder':
    case 'acknowledged':
      return { coalesce: 'post:ladder' };
    case 'reminder':
      return { coalesce: `post:${entry.duty}` };
    default:
      return {};
  }
}

const routes: Routes = {
  'open-channel': (_, id) => ({
    lane: 'urgent',
    destination: `channel:${id}`,
    needs: 'nothing',
    budget: perMinute('conversations.create', 20),
  }),
  topic: (_, id) => ({
    lane: 'bulk',
    destination: `channel:${id}`,
    needs: 'nothing',
    budget: perMinute('conversations.setTopic', 20),
    coalesce: 'topic',
  }),
  invite: (_, id) => ({
    lane: 'bulk',
    destination: `channel:${id}`,
    needs: 'nothing',
    budget: perMinute('conversations.invite', 50),
  }),
  announce: (_, id) => ({
    lane: 'urgent',
    destination: `announce:${id}`,
    needs: 'nothing',
    budget: posting(announcing),
  }),
  // a channel that opens while the card still waits for its place in the thread gets one card, not two
  card: (_, id) => ({
    lane: 'urgent',
    destination: `home:${id}`,
    needs: 'home',
    budget: postingTo(id),
    coalesce: 'card',
  }),
  pin: (_, id) => ({
    lane: 'bulk',
    destination: `pin:${id}`,
    needs: 'nothing',
    budget: perMinute('pins.add', 20),
    coalesce: 'pin',
  }),
  redraw: ({ what }, id) => ({
    lane: 'bulk',
    destination: what === 'card' ? `card:${id}` : `announce:${id}`,
    needs: what === 'card' ? 'home' : 'nothing',
    budget: perMinute('chat.update', 50),
    coalesce: `redraw:${what}`,
  }),
  post: ({ entry, pings }, id) => ({
    lane: pings.length > 0 ? 'urgent' : 'bulk',
    destination: `home:${id}`,
    needs: 'home',
    budget: postingTo(id),
    ...newest(entry),
    // a report comes in parts, and has one message
    ...(entry.kind === 'report' ? { dedupKey: `report:${entry.report}` } : {}),
  }),
  tell: ({ person }) => ({
    lane: 'urgent',
    destination: `direct:${person.slack}`,
    needs: 'nothing',
    budget: postingTo(person.slack),
  }),
  webhook: () => ({ lane: 'page', destination: 'webhook', needs: 'nothing' }),
  page: ({ page, again }) => ({
    ...pager(page),
    dedupKey: again === undefined ? `page:${page}` : `page:${page}:${again}`,
  }),
  'confirm-page': ({ page }) => ({ ...pager(page), destination: `confirm:${page}` }),
  // a note that cannot be left must not hold up the acknowledgement behind it
  'note-page': ({ page }) => ({ lane: 'bulk', destination: `note:${page}`, needs: 'nothing' }),
  'acknowledge-page': ({ page }) => pager(page),
  'close-page': ({ page }) => pager(page),
  // each a destination of its own: one that hangs keeps no other waiting
  investigate: ({ issueType }, id) => ({ lane: 'look', destination: `look:${id}:${issueType}`, needs: 'nothing' }),
  triage: (_, id) => ({ lane: 'look', destination: `look:${id}`, needs: 'nothing' }),
  'redraw-report': ({ report }) => ({
    lane: 'bulk',
    destination: `report:${report}`,
    needs: 'home',
    budget: perMinute('chat.update', 50),
    coalesce: `redraw:report:${report}`,
  }),
  attach: ({ report }) => ({
    lane: 'bulk',
    destination: `attach:${report}`,
    needs: 'home',
    budget: perMinute('files.completeUploadExternal', 50),
  }),
};

/** What this release knows how to carry out. */
export const effectKinds: readonly string[] = Object.keys(routes);

// a table of functions by kind loses, for the compiler, that key and argument belong together
function routeOf<K extends EffectKind>(kind: K, effect: Of<K>, id: string): Route {
  return routes[kind](effect, id);
}

const dated = (effect: Effect, at: Instant): Effect =>
  effect.kind === 'post' || effect.kind === 'tell' ? { ...effect, at } : effect;

/** The rows for what one decision asks; `next.version` makes the keys those of this decision alone. */
export function outboxRows(next: Incident, effects: Effect[], now: Instant): NewOutboxRow[] {
  return effects.map((effect, n) => ({
    dedupKey: `${next.id}:${next.version}.${n}`,
    ...routeOf<EffectKind>(effect.kind, effect, next.id),
    effect: dated(effect, now),
  }));
}
