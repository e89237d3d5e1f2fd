/** One declaration without a database: its page, announcement and second route, each tried until it is done or not needed. */
import { isDeepStrictEqual } from 'node:util';
import { SendFailed } from '../errors.ts';
import { directly } from '../incident/changes.ts';
import type { Direct } from '../incident/direct.ts';
import type { Page } from '../incident/incident.ts';
import type { Policy } from '../incident/policy.ts';
import type { Logger } from '../log.ts';
import { directPageText } from './page-text.ts';
import { type Persisting, persist } from './persist.ts';
import type { DirectChat, Pager, PageStatus, Webhook } from './ports.ts';
import { pauseFor } from './retry.ts';
import { pause, within } from './wait.ts';

/** What is left while the database is away. */
export interface Outside {
  policy: Policy;
  /** as soon as there is one: declarations come in earlier */
  chat: Promise<DirectChat>;
  pager: Pager | undefined;
  webhook: Webhook | undefined;
  log: Logger;
}

export interface Attention {
  direct(): Direct;
  /** the first try to page has ended, well or not */
  tried: Promise<void>;
  /** nothing more is begun; resolves when nothing is under way */
  end(): Promise<void>;
}

export interface Attending {
  direct: Direct;
  /** somebody else may have begun it */
  resumed: boolean;
  /** what is to be known after a restart */
  note: (change: Pick<Direct, 'page' | 'announcement'>) => Promise<void>;
}

interface Case extends Attending {
  outside: Outside;
  tried: PromiseWithResolvers<void>;
  over: AbortController;
  /** how often the pager refused what it had accepted */
  refusals: number;
  /** the ways of the second route that were taken */
  routes: Promise<void>[];
}

/** what became of the page belongs into the announcement, but nobody waits long for it */
const announceWithinMs = 1_000;

export function attend(outside: Outside, attending: Attending): Attention {
  const one: Case = {
    ...attending,
    outside,
    tried: Promise.withResolvers(),
    over: new AbortController(),
    routes: [],
    refusals: 0,
  };
  const running = Promise.all([pageUntilConfirmed(one), announce(one)]).catch((error: unknown) =>
    outside.log.error({ err: error, incident: one.direct.id }, 'a declaration without the database was left alone'),
  );
  return {
    direct: () => one.direct,
    tried: one.tried.promise,
    async end() {
      one.over.abort();
      await running;
      await Promise.all(one.routes);
    },
  };
}

const isOver = ({ over }: Case): boolean => over.signal.aborted;

type Trying<T> = Pick<Persisting<T>, 'what' | 'send'>;

const insist = <T>({ direct, over, outside }: Case, trying: Trying<T>): Promise<T | undefined> =>
  persist({ ...trying, incident: direct.id, over: over.signal, log: outside.log });

async function changePage(one: Case, change: Partial<Page>): Promise<void> {
  const { page: before } = one.direct;
  const page = before && { ...before, ...change };
  if (!page || isDeepStrictEqual(page, before)) return;
  one.direct = { ...one.direct, page };
  await Promise.all([one.note({ page }), drawAgain(one)]);
}

/** A refusal that comes after the acceptance is no reason to stop: it is asked for again, under the same key. */
async function pageUntilConfirmed(one: Case): Promise<void> {
  try {
    while (!isOver(one) && one.direct.page && one.direct.page.state !== 'confirmed') {
      if (one.direct.page.state !== 'accepted') await insist(one, { what: 'page', send: () => page(one) });
      one.tried.resolve();
      await confirm(one);
    }
  } finally {
    one.tried.resolve();
  }
}

async function page(one: Case): Promise<void> {
  const { pager, policy } = one.outside;
  try {
    if (!pager) throw new SendFailed('no-pager', 'No pager is configured: nobody was paged.', { retry: 'never' });
    const request = directPageText(one.direct, policy);
    if (request.targets.length === 0)
      throw new SendFailed('nobody', 'Nobody is configured to be paged first.', { retry: 'never' });
    await changePage(one, { state: 'accepted', ...(await pager.page(request)) });
  } catch (error) {
    await failed(one, error instanceof Error ? error.message : String(error));
    throw error;
  }
}

async function failed(one: Case, why: string): Promise<void> {
  const drawing = changePage(one, { state: 'failed', why });
  one.tried.resolve();
  secondRoute(one, why);
  await drawing;
}

const pending: PageStatus = { state: 'pending' };

async function statusOf({ outside: { pager }, direct: { page } }: Case): Promise<PageStatus> {
  if (!pager?.capabilities.status || page?.request === undefined) return pending;
  return pager.requestStatus(page.request).catch(() => pending);
}

/** Accepted is not delivered: after a while without a word, the second route is taken beside it. */
async function confirm(one: Case): Promise<void> {
  const { confirmWithin } = one.outside.policy;
  const lateAt = performance.now() + confirmWithin;
  for (let look = 1; !isOver(one); look += 1) {
    const status = await statusOf(one);
    if (status.state === 'refused') {
      await failed(one, status.why);
      one.refusals += 1;
      return pause(pauseFor(one.refusals), one.over.signal);
    }
    if (status.state !== 'pending') return changePage(one, { state: 'confirmed' });
    if (performance.now() > lateAt)
      secondRoute(one, `the pager has not confirmed it within ${confirmWithin / 1_000} s`);
    await pause(pauseFor(look), one.over.signal);
  }
}

/** Taken once. Each way is tried by itself: none waits for another, and the pager for none of them. */
function secondRoute(one: Case, why: string): void {
  const { chat, webhook, policy } = one.outside;
  const { page } = one.direct;
  if (!page || page.rerouted || one.routes.length > 0) return;
  const warn = async (person?: { slack: string }) => (await chat).warn(one.direct, person);
  const entry = { kind: 'page-unconfirmed' as const, page: page.key, levels: page.levels, why };
  one.routes = [
    take(one, 'mention of the fallback people', () => warn()),
    ...directly(policy.fallback.slack).map((slack) => take(one, 'word to a fallback person', () => warn({ slack }))),
    ...(webhook ? [take(one, 'webhook', () => webhook.send({ incident: one.direct, entry }))] : []),
  ];
}

/** Only what has reached somebody counts as taken: else the incident takes the second route once more. */
async function take(one: Case, what: string, send: () => Promise<void>): Promise<void> {
  const taken = await insist(one, { what, send: () => send().then(() => true) });
  if (taken) await changePage(one, { rerouted: true });
}

async function announce(one: Case): Promise<void> {
  if (one.direct.announcement) return;
  await within(announceWithinMs, one.tried.promise);
  const { chat } = one.outside;
  let drawn = one.direct;
  const send = async (again: boolean) => {
    drawn = one.direct;
    return (await chat).announce(drawn, again || one.resumed);
  };
  const announcement = await insist(one, { what: 'announcement', send });
  if (!announcement) return;
  one.direct = { ...one.direct, announcement };
  await one.note({ announcement });
  if (one.direct.page !== drawn.page) await drawAgain(one);
}

/** Shows what became of the page; the next change is drawn, should this one fail. */
async function drawAgain(one: Case): Promise<void> {
  if (isOver(one) || !one.direct.announcement) return;
  await one.outside.chat
    .then((chat) => chat.announce(one.direct, false))
    .catch((error: unknown) =>
      one.outside.log.warn({ err: error, incident: one.direct.id }, 'an announcement was not brought up to date'),
    );
}
