/** Each effect as one remote call. What comes back is a command for the one door, or nothing to tell. */
import { SendFailed } from '../errors.ts';
import { ladderRuns } from '../incident/clocks.ts';
import type { Effect, EffectKind } from '../incident/effect.ts';
import type { Command, Incident, Page } from '../incident/incident.ts';
import { heldChannels } from '../store/incidents.ts';
import { beginSharing, type Kept, keepPlace, readReport } from '../store/reports.ts';
import type { Engine } from './engine.ts';
import { evidenceFile } from './evidence-file.ts';
import { investigate } from './investigate.ts';
import { acknowledgedBy, channelNote, pageText } from './page-text.ts';
import type { Chat, Pager, Sending, Webhook } from './ports.ts';

/** Everything outside that effects are carried out with. No pager: pages take the second route, and say so. */
export interface World {
  engine: Engine;
  chat: Chat;
  pager: Pager | undefined;
  webhook: Webhook | undefined;
}

type Of<K extends EffectKind> = Extract<Effect, { kind: K }>;
type News = Promise<Command | undefined>;
type Performers = { [K in EffectKind]: (world: World, effect: Of<K>, sending: Sending) => News };

const pageOf = ({ incident }: Sending, key: string): Page | undefined =>
  incident.pages.find((page) => page.key === key);

const isOver = ({ state }: Page): boolean => state === 'acknowledged' || state === 'closed';

/** A step of the ladder that could not be said in time: who is awaited no more is not called. */
export const isPast = (effect: Effect, incident: Incident): boolean =>
  effect.kind === 'post' && effect.entry.kind === 'ladder' && !ladderRuns(incident);

const performers: Performers = {
  'open-channel': async ({ chat, engine }, _, sending) => {
    const opened = await chat.openChannel(sending, await heldChannels(engine.pool));
    return { kind: 'channel-opened', ...opened };
  },
  topic: async ({ chat }, _, sending) => {
    if (sending.incident.home.kind === 'channel') await chat.topic(sending);
    return undefined;
  },
  invite: async ({ chat }, effect, sending) => {
    if (sending.incident.home.kind === 'channel') await chat.invite(sending, effect);
    return undefined;
  },
  // what was announced while the database was away is not announced again
  announce: async ({ chat }, _, sending) =>
    sending.incident.announcement ? undefined : { kind: 'announced', ...(await chat.announce(sending)) },
  card: async ({ chat }, _, sending) => ({ kind: 'card-posted', ...(await chat.card(sending)) }),
  pin: async ({ chat }, _, sending) => {
    const { home } = sending.incident;
    if (home.kind === 'channel' && home.card !== undefined) await chat.pin(sending);
    return undefined;
  },
  redraw: async ({ chat }, { what }, sending) => {
    const { home, announcement } = sending.incident;
    const stands = what === 'card' ? home.kind !== 'none' && home.card !== undefined : announcement !== undefined;
    if (stands) await chat.redraw(sending, what);
    return undefined;
  },
  post: async ({ chat, engine }, effect, sending) => {
    if (effect.entry.kind !== 'report') return void (await chat.post(sending, effect));
    // as it is known by now, which may be more than when it was asked for
    const kept = await readReport(engine.pool, effect.entry.report);
    const place = await chat.post(sending, effect, kept?.report);
    if (kept) await keepPlace(engine.pool, kept.id, place);
    return undefined;
  },
  'redraw-report': async ({ chat, engine }, { report, note }, sending) => {
    const { place, ...kept } = await posted(engine, report);
    await chat.redrawReport(sending, { place, report: kept.report, note });
    return undefined;
  },
  attach: async ({ chat, engine }, { report }, sending) => {
    const kept = await posted(engine, report);
    const file = await chat.upload(evidenceFile(sending.incident, kept.report));
    if (!(await beginSharing(engine.pool, report))) return { kind: 'not-attached', report, why: perhapsShared };
    await chat.share(sending, file);
    return undefined;
  },
  tell: async ({ chat }, { entry, person }, sending) => {
    await chat.tell(sending, entry, person);
    return undefined;
  },
  webhook: async ({ webhook }, { entry }, { incident, keepLease }) => {
    if (!webhook) throw new SendFailed('no-webhook', 'No webhook is configured.', { retry: 'never' });
    await keepLease();
    await webhook.send({ incident, entry });
    return undefined;
  },
  page: async (world, { page: key }, sending) => {
    const page = pageOf(sending, key);
    if (!page || isOver(page)) return undefined;
    const request = pageText(page, sending.incident, world.engine.policy);
    if (request.targets.length === 0)
      throw new SendFailed('nobody', `Nobody is configured to be paged as ${page.levels.join(' and ')}.`, {
        retry: 'never',
      });
    await sending.keepLease();
    return { kind: 'page-accepted', page: key, ...(await pagerOf(world).page(request)) };
  },
  'confirm-page': async (world, { page: key, request }, sending) => {
    const page = pageOf(sending, key);
    if (!page || isOver(page)) return undefined;
    const status = await pagerOf(world).requestStatus(request);
    if (status.state !== 'pending' && status.state !== 'refused') return { kind: 'page-confirmed', page: key };
    if (sending.waitedMs >= world.engine.policy.confirmWithin) return { kind: 'page-dropped', page: key };
    if (status.state === 'refused') throw new SendFailed('refused', status.why, { retry: 'later' });
    throw new SendFailed('pending', 'The pager has not confirmed the page yet.', { retry: 'later' });
  },
  'note-page': async ({ pager }, { page }, { incident, keepLease }) => {
    await keepLease();
    if (pager?.capabilities.note) await pager.note(page, channelNote(incident));
    return undefined;
  },
  'acknowledge-page': async ({ pager }, { page, by }, { keepLease }) => {
    await keepLease();
    await pager?.acknowledge(page, acknowledgedBy(by));
    return undefined;
  },
  'close-page': async ({ pager }, { page }, { keepLease }) => {
    await keepLease();
    await pager?.resolve(page, 'Responder');
    return undefined;
  },
  investigate: async ({ engine }, { issueType }, { incident, id }) =>
    investigate(engine, { incident: incident.id, look: id, issueType }),
  triage: async ({ engine }, _, { incident, id }) => investigate(engine, { incident: incident.id, look: id }),
};

const perhapsShared = 'Slack did not say whether it took the file; it is not sent twice';

/** What is drawn into a message, or stands beside it, comes after it. */
async function posted(engine: Engine, report: string): Promise<Required<Kept>> {
  const kept = await readReport(engine.pool, report);
  if (!kept?.place) throw new SendFailed('pending', 'The report is not posted yet.', { retry: 'later' });
  return { ...kept, place: kept.place };
}

function pagerOf({ pager }: World): Pager {
  if (pager) return pager;
  throw new SendFailed('no-pager', 'No pager is configured: nobody was paged.', { retry: 'never' });
}

// a table of functions by kind loses, for the compiler, that key and argument belong together
function performerOf<K extends EffectKind>(kind: K, world: World, of: { effect: Of<K>; sending: Sending }): News {
  return performers[kind](world, of.effect, of.sending);
}

export const perform = (world: World, effect: Effect, sending: Sending): News =>
  performerOf<EffectKind>(effect.kind, world, { effect, sending });
