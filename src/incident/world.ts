/** What comes back from the world: where the incident lives now, what became of its pages, what a look has found. */
import { acknowledgePages, changed, redraw, say, sayBelow, secondRoute } from './changes.ts';
import { isLive } from './clocks.ts';
import type { Circumstances, Decision } from './decision.ts';
import type { Effect } from './effect.ts';
import type { Entry } from './entry.ts';
import type { Command, Incident, Page } from './incident.ts';
import type { Person } from './policy.ts';

export type News = Extract<
  Command,
  {
    kind:
      | 'announced'
      | 'channel-opened'
      | 'channel-impossible'
      | 'channel-lost'
      | 'card-posted'
      | 'page-accepted'
      | 'page-confirmed'
      | 'page-failed'
      | 'page-dropped'
      | 'acknowledged-at-pager'
      | 'report-ready'
      | 'not-attached'
      | 'no-playbook'
      | 'undeliverable';
  }
>;
type Of<K extends News['kind']> = Extract<News, { kind: K }>;

export function fromWorld(i: Incident, news: News, at: Circumstances): Decision {
  switch (news.kind) {
    case 'announced':
      return announced(i, news);
    case 'channel-opened':
      return channelOpened(i, news);
    case 'channel-impossible':
      return channelImpossible(i, news);
    case 'channel-lost':
      return channelLost(i, news, at);
    case 'card-posted':
      return cardPosted(i, news);
    case 'page-accepted':
      return pageAccepted(i, news);
    case 'page-confirmed':
      return pageConfirmed(i, news);
    case 'page-failed':
      return pageFailed(i, news, at);
    case 'page-dropped':
      return pageDropped(i, news);
    case 'acknowledged-at-pager':
      return acknowledgedAtPager(i, news, at);
    case 'report-ready':
      return reported(i, news);
    case 'not-attached':
      return notAttached(i, news);
    case 'no-playbook':
      return noted(i, { ...news, kind: 'manual-steps' });
    case 'undeliverable':
      return noted(i, { ...news, kind: 'undeliverable' });
  }
}

function noted(i: Incident, entry: Entry): Decision {
  return changed({ next: i, entries: [entry], effects: [sayBelow(entry)], reason: entry.kind });
}

/**
 * One message, however often the report comes: the outbox takes its post once, and what is known later is drawn into it.
 * Asked for by each part, because the part before may have been lost on its way here.
 */
function reported(
  i: Incident,
  { report, issueType, verdict, isFirst, isKnown, hasEvidence }: Of<'report-ready'>,
): Decision {
  const about = issueType === undefined ? {} : { issueType };
  const entry: Entry = { kind: 'report', report, ...about, verdict, ...(isFirst ? { isFirst } : {}) };
  const effects: Effect[] = [
    sayBelow(entry),
    ...(isKnown ? [{ kind: 'redraw-report', report } satisfies Effect] : []),
    ...(hasEvidence ? [{ kind: 'attach', report } satisfies Effect] : []),
  ];
  return changed({ next: i, entries: [entry], effects, reason: entry.kind });
}

function notAttached(i: Incident, { report, why }: Of<'not-attached'>): Decision {
  return changed({ next: i, effects: [{ kind: 'redraw-report', report, note: why }], reason: why });
}

/** The announcement's thread becomes the home once there is no channel in time and the announcement stands. */
export function homeIsThread(i: Incident): { next: Incident; effects: Effect[] } {
  if (!i.channelLate || !i.announcement || i.home.kind !== 'none') return { next: i, effects: [] };
  return { next: { ...i, home: { kind: 'thread', ...i.announcement } }, effects: redraw };
}

function announced(i: Incident, { channel, ts }: Of<'announced'>): Decision {
  const { next, effects } = homeIsThread({ ...i, announcement: { channel, ts } });
  return changed({ next, entries: [{ kind: 'announced' }], effects: [...effects, ...redraw], reason: 'announced' });
}

function channelOpened(i: Incident, { channel, name }: Of<'channel-opened'>): Decision {
  const moved: Effect[] = i.home.kind === 'thread' ? [{ kind: 'card' }] : [];
  const notes = i.pages
    .filter(({ state }) => state !== 'closed')
    .map(({ key }): Effect => ({ kind: 'note-page', page: key }));
  return changed({
    next: { ...i, home: { kind: 'channel', channel, name } },
    entries: [{ kind: 'channel-opened', channel, name }],
    effects: [...moved, { kind: 'topic' }, { kind: 'redraw', what: 'announcement' }, ...notes],
    reason: 'channel opened',
  });
}

function channelImpossible(i: Incident, { why }: Of<'channel-impossible'>): Decision {
  const entry: Entry = { kind: 'channel-late', why: reason(why) };
  const { next, effects } = homeIsThread({ ...i, channelLate: true, channelImpossible: true });
  return changed({ next, entries: [entry], effects: [say(entry), ...effects], reason: why });
}

/**
 * While it runs an incident gets another channel, and the ladder's thread rule counts from the loss; in its aftermath the
 * announcement's thread will do. What waits in the outbox goes to the new home.
 */
function channelLost(i: Incident, { channel, why }: Of<'channel-lost'>, { now }: Circumstances): Decision {
  const isOver = i.phase === 'closed' || i.phase === 'cancelled';
  if (isOver || i.home.kind !== 'channel' || i.home.channel !== channel)
    return changed({ next: i, reason: 'not its channel any more' });
  const entry: Entry = { kind: 'channel-lost', channel, why };
  const lost: Incident = {
    ...i,
    home: { kind: 'none' },
    channelLate: !isLive(i),
    channelLost: { times: (i.channelLost?.times ?? 0) + 1, at: now },
  };
  const { next } = homeIsThread(lost);
  const reopened: Effect[] = isLive(i)
    ? [{ kind: 'open-channel' }, { kind: 'invite', people: involved(i), onCall: true }]
    : [];
  return changed({
    next,
    entries: [entry],
    effects: [...reopened, { kind: 'card' }, say(entry), { kind: 'redraw', what: 'announcement' }],
    reason: why,
  });
}

const involved = ({ declaredBy, acknowledged, lead, roles }: Incident): Person[] =>
  [declaredBy, acknowledged?.by, lead, ...Object.values(roles)].filter((person) => person !== undefined);

/** A card of an earlier home changes nothing: only the home's own card is kept up to date. */
function cardPosted(i: Incident, { channel, ts }: Of<'card-posted'>): Decision {
  if (i.home.kind === 'none' || i.home.channel !== channel)
    return changed({ next: i, reason: 'card of an earlier home' });
  return changed({
    next: { ...i, home: { ...i.home, card: ts } },
    effects: [
      ...(i.home.kind === 'channel' ? [{ kind: 'pin' } satisfies Effect] : []),
      { kind: 'redraw', what: 'card' },
    ],
    reason: 'card posted',
  });
}

const withPage = (i: Incident, key: string, change: (page: Page) => Page): Incident => ({
  ...i,
  pages: i.pages.map((page) => (page.key === key ? change(page) : page)),
});

const isWaiting = ({ state }: Page): boolean => state === 'requested' || state === 'accepted' || state === 'failed';

/** In the timeline, an entry without a reason is a duty that fell due; one with a reason is news. */
const reason = (why: string): string => why || 'no reason was given';

const page = (i: Incident, key: string): Page | undefined => i.pages.find((one) => one.key === key);

function pageAccepted(i: Incident, { page: key, request }: Of<'page-accepted'>): Decision {
  const next = withPage(i, key, (one) => ({
    ...one,
    ...(isWaiting(one) ? { state: 'accepted' } : {}),
    ...(request === undefined ? {} : { request }),
  }));
  const effects: Effect[] = request === undefined ? [] : [{ kind: 'confirm-page', page: key, request }];
  // a page that is sent on and on would fill the timeline with its own noise
  const entries: Entry[] = page(i, key)?.rerouted ? [] : [{ kind: 'page-accepted', page: key }];
  return changed({ next, entries, effects, reason: 'the pager took the page' });
}

function pageConfirmed(i: Incident, { page: key }: Of<'page-confirmed'>): Decision {
  const next = withPage(i, key, (one) => (isWaiting(one) ? { ...one, state: 'confirmed' } : one));
  const entry: Entry = { kind: 'page-confirmed', page: key, levels: page(i, key)?.levels ?? [] };
  return changed({ next, entries: [entry], effects: redraw, reason: 'the pager confirmed the page' });
}

/** A refused page is tried on; the second route is taken once, at once. */
function pageFailed(i: Incident, { page: key, why }: Of<'page-failed'>, { policy }: Circumstances): Decision {
  const known = page(i, key);
  if (!known || !isWaiting(known)) return changed({ next: i, reason: 'the page is no longer needed' });
  const next = withPage(i, key, (one) => ({ ...one, state: 'failed', why, rerouted: true }));
  if (known.rerouted) return changed({ next, effects: redraw, reason: why });
  const entry: Entry = { kind: 'page-unconfirmed', page: key, levels: known.levels, why: reason(why) };
  return changed({
    next,
    entries: [entry],
    effects: [...secondRoute(entry, policy.fallback, i.pages), ...redraw],
    reason: why,
  });
}

/** Sent again under the same key, which wakes nobody twice, for as long as somebody is to be woken. */
function pageDropped(i: Incident, { page: key }: Of<'page-dropped'>): Decision {
  const known = page(i, key);
  if (!known || !isWaiting(known)) return changed({ next: i, reason: 'the page is no longer needed' });
  return changed({ next: i, effects: [{ kind: 'page', page: key, again: i.version + 1 }], reason: 'paged again' });
}

/** An alert that we acknowledged ourselves comes back as news too; it must not undo a later `unack`. */
export function acknowledgedAtPager(
  i: Incident,
  { page: key, by }: Pick<Of<'acknowledged-at-pager'>, 'page' | 'by'>,
  { now }: Circumstances,
): Decision {
  const known = page(i, key);
  if (!known || known.state === 'acknowledged' || known.state === 'closed')
    return changed({ next: i, reason: 'known already' });
  const here = withPage(i, key, (one) => ({ ...one, state: 'acknowledged' }));
  return acknowledge(here, { by, via: 'pager', now });
}

export interface Acknowledging {
  by: Person;
  via: 'slack' | 'pager';
  now: number;
}

/** The first acknowledgement ends the ladder; a later one, of another alert, is written down and changes no clock. */
export function acknowledge(i: Incident, { by, via, now }: Acknowledging): Decision {
  const { pages, effects } = acknowledgePages(i.pages, by);
  if (i.acknowledged) {
    const entry: Entry = { kind: 'joined', by, via };
    return changed({ next: { ...i, pages }, entries: [entry], effects, reason: 'acknowledged before' });
  }
  const entry: Entry = { kind: 'acknowledged', by, via, afterMs: now - i.ladder.startedAt };
  return changed({
    next: { ...i, pages, acknowledged: { by, at: now, via }, acknowledgements: i.acknowledgements + 1 },
    entries: [entry],
    effects: [...effects, say(entry), ...redraw, { kind: 'topic' }],
    reason: 'acknowledged',
  });
}
