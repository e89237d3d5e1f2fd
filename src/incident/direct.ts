/** A declaration made while the bot's own database is away: what is done for it directly, before it is an incident. */
import { changed, closePages, newPage, redraw, say } from './changes.ts';
import { isLive } from './clocks.ts';
import type { Circumstances, Decision } from './decision.ts';
import type { Effect } from './effect.ts';
import type { Entry } from './entry.ts';
import type { Command, Declare, Incident, IncidentId, Instant, Page } from './incident.ts';
import type { Level, Person, Policy, Severity } from './policy.ts';
import { acknowledge, acknowledgedAtPager, homeIsThread } from './world.ts';

export interface Direct {
  /** the id that the incident will have */
  id: IncidentId;
  severity: Severity;
  title: string;
  by: Person;
  at: Instant;
  /** written down, so that it becomes an incident by itself; else nobody will know of it later */
  recorded: boolean;
  /** said to be not recorded, and saved after all, under this number */
  recordedAs?: number;
  /** whom the runbook tells first */
  tell: Level[];
  /** absent: this severity pages nobody */
  page?: Page;
  announcement?: { channel: string; ts: string };
}

export interface Directly {
  id: IncidentId;
  by: Person;
  at: Instant;
  command: Pick<Declare, 'severity' | 'title'>;
}

/** No clock runs without the database, so the first level that is ever paged is paged at once. */
export function beginDirect({ id, by, at, command }: Directly, policy: Policy): Direct {
  const { severity, title } = command;
  const { steps } = policy.ladder[severity];
  const first = steps.findIndex(({ page }) => page.length > 0);
  const levels = steps[first]?.page;
  return {
    id,
    severity,
    title,
    by,
    at,
    recorded: false,
    tell: [...new Set(steps.slice(0, 1).flatMap(({ page, mention }) => [...page, ...mention]))],
    ...(levels ? { page: newPage(pageKey(id, 1, first), levels, at) } : {}),
  };
}

/** The pager's dedup key of a step of the ladder in its nth run: the same, whoever sends it and however often. */
export const pageKey = (id: IncidentId, run: number, step: number): string => `${id}:${run}.${step}`;

type DoneDirectly = Extract<Command, { kind: 'done-directly' }>;

const reason = 'declared without the database';

/** What was done without the database now belongs to the incident: nothing of it is done a second time. */
export function doneDirectly(i: Incident, news: DoneDirectly, at: Circumstances): Decision {
  const announcement = i.announcement ?? news.announcement;
  const known: Incident = {
    ...i,
    recordedAt: at.now,
    pages: withDirectPage(i.pages, news.page),
    ...(announcement ? { announcement } : {}),
  };
  const answer = answered(known, news, at);
  if (!answer.ok) return answer;
  const { next, effects } = homeIsThread(answer.next);
  const entry: Entry = {
    kind: 'done-directly',
    announced: news.announcement !== undefined,
    ...(news.page ? { page: news.page } : {}),
    ...(news.acknowledgedBy ? { acknowledgedBy: news.acknowledgedBy } : {}),
    lateMs: at.now - i.declaredAt,
  };
  return changed({
    next,
    entries: [entry, ...answer.entries],
    effects: [say(entry), ...confirming(news.page), ...answer.effects, ...effects, ...redraw],
    reason,
  });
}

function withDirectPage(pages: Page[], direct: Page | undefined): Page[] {
  if (!direct) return pages;
  const known = pages.find(({ key }) => key === direct.key);
  if (!known) return [...pages, direct];
  return known.state === 'requested' ? pages.map((one) => (one === known ? direct : one)) : pages;
}

const confirming = (page: Page | undefined): Effect[] =>
  page?.state === 'accepted' && page.request !== undefined
    ? [{ kind: 'confirm-page', page: page.key, request: page.request }]
    : [];

/** Whoever answered the page meanwhile has acknowledged; an incident that was answered, or is over, leaves none open. */
function answered(i: Incident, { page, acknowledgedBy: by }: DoneDirectly, at: Circumstances): Decision {
  if (!isLive(i)) {
    const { pages, effects } = closePages(i.pages);
    return changed({ next: { ...i, pages }, effects, reason });
  }
  if (page && by) return acknowledgedAtPager(i, { page: page.key, by }, at);
  return i.acknowledged ? acknowledge(i, { ...i.acknowledged, now: at.now }) : changed({ next: i, reason });
}
