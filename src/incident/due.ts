/** What has fallen due is done: pages and mentions of the ladder, reminders, pages without confirmation, no channel. */
import { newPage, redraw, say, secondRoute } from './changes.ts';
import { dutiesFor, ladderRuns, ladderStep, type Owed, occurrence, owedReminder, progressed } from './clocks.ts';
import type { Circumstances, Duty, Paid } from './decision.ts';
import { pageKey } from './direct.ts';
import type { Effect } from './effect.ts';
import type { Entry } from './entry.ts';
import type { Incident, Page } from './incident.ts';
import { type Ladder, type LadderStep, type Level, levels, reminderKinds } from './policy.ts';
import { homeIsThread } from './world.ts';

/** A part of a decision, still without its reason. */
export interface Part {
  next: Incident;
  entries: Entry[];
  effects: Effect[];
  paid: Paid[];
}

/** Everything due by `now`, in one go: what was missed of one kind is said once, with how late. */
export function fallDue(incident: Incident, at: Circumstances): Part {
  const steps = [fallLadder, fallReminders, fallUnconfirmed, fallWithoutChannel];
  return steps.reduce<Part>(
    (part, fall) => {
      const more = fall(part.next, at);
      return {
        next: more.next,
        entries: [...part.entries, ...more.entries],
        effects: [...part.effects, ...more.effects],
        paid: [...part.paid, ...more.paid],
      };
    },
    { next: incident, entries: [], effects: [], paid: [] },
  );
}

const nothing = (next: Incident): Part => ({ next, entries: [], effects: [], paid: [] });

const dueNow = (i: Incident, { now, policy }: Circumstances): Duty[] =>
  dutiesFor(i, policy).filter(({ dueAt }) => dueAt <= now);

const pay = (duties: Duty[], now: number, outcome: string): Paid[] =>
  duties.map(({ key, dueAt }) => ({ key, outcome, lateMs: now - dueAt }));

const inOrder = (some: Iterable<Level>): Level[] => {
  const set = new Set(some);
  return levels.filter((level) => set.has(level));
};

/** All steps due become one: each level paged once, a page absorbs the mention, missed repetitions are skipped. */
function fallLadder(i: Incident, at: Circumstances): Part {
  const due = dueNow(i, at).filter(({ kind }) => kind === 'page');
  if (!ladderRuns(i) || due.length === 0) return nothing(i);
  const ladder = at.policy.ladder[i.severity];
  const reached = stepsUntil(ladder, at.now - i.ladder.startedAt);
  const steps = Array.from({ length: reached - i.ladder.next }, (_, n) => ladderStep(ladder, i.ladder.next + n));
  const page = inOrder(steps.flatMap((step) => step.page));
  const mention = inOrder(steps.flatMap((step) => step.mention).filter((level) => !page.includes(level)));
  const entry = ladderEntry(i, { steps, page, mention, at });
  const key = pageKey(i.id, i.ladder.run, reached - 1);
  // while the database was away it may have been paged ahead of its time, under the same key
  const isNew = !i.pages.some((one) => one.key === key);
  const pages: Page[] = page.length > 0 && isNew ? [newPage(key, page, at.now)] : [];
  const highest = inOrder([...page, ...(i.ladder.reached ? [i.ladder.reached] : [])]).at(-1);
  const next: Incident = {
    ...i,
    ladder: { ...i.ladder, next: reached, ...(highest ? { reached: highest } : {}) },
    pages: [...i.pages, ...pages],
  };
  const pings = [...page, ...mention].map((level) => ({ level }));
  return {
    next,
    entries: [entry],
    effects: [...(page.length > 0 ? [{ kind: 'page', page: key } satisfies Effect] : []), say(entry, pings), ...redraw],
    paid: pay(due, at.now, outcomeOf(page, mention)),
  };
}

/** How many steps of the ladder lie within the time that has passed. */
function stepsUntil(ladder: Ladder, passed: number): number {
  const before = ladder.steps.filter(({ at }) => at <= passed).length;
  if (before < ladder.steps.length) return before;
  const last = ladder.steps.at(-1)?.at ?? 0;
  return before + Math.floor((passed - last) / ladder.repeat.every);
}

function outcomeOf(page: Level[], mention: Level[]): string {
  const paged = page.length > 0 ? [`paged ${page.join(', ')}`] : [];
  const mentioned = mention.length > 0 ? [`mentioned ${mention.join(', ')}`] : [];
  return [...paged, ...mentioned].join('; ');
}

interface Fallen {
  steps: LadderStep[];
  page: Level[];
  mention: Level[];
  at: Circumstances;
}

function ladderEntry(i: Incident, { steps, page, mention, at }: Fallen): Entry {
  const ladder = at.policy.ladder[i.severity];
  const step = i.ladder.next + steps.length - 1;
  const nextPage = nextPageAfter(ladder, step);
  return {
    kind: 'ladder',
    step,
    page,
    mention,
    breach: steps.some(({ breach }) => breach),
    ...(nextPage === undefined ? {} : { nextPageInMs: i.ladder.startedAt + nextPage - at.now }),
    lateMs: at.now - i.ladder.startedAt - (steps[0]?.at ?? 0),
    missed: steps.length - 1,
  };
}

/** When, counted from the start of the ladder, somebody is paged next after this step. */
export function nextPageAfter(ladder: Ladder, step: number): number | undefined {
  const last = Math.max(step + 1, ladder.steps.length);
  for (let index = step + 1; index <= last; index += 1) {
    const { at, page } = ladderStep(ladder, index);
    if (page.length > 0) return at;
  }
  return undefined;
}

function fallReminders(i: Incident, at: Circumstances): Part {
  const owed = reminderKinds
    .map((kind) => owedReminder(i, kind, at.policy))
    .filter((reminder) => reminder !== undefined)
    .filter(({ dueAt }) => dueAt <= at.now);
  return owed.reduce<Part>((part, reminder) => {
    const { entry, fired } = remind(reminder, at.now);
    const progress = progressed(part.next, reminder.kind, { run: reminder.run, fired });
    const paid = {
      key: `${reminder.kind}:${reminder.run}.${reminder.n}`,
      outcome: 'reminded',
      lateMs: at.now - reminder.dueAt,
    };
    return {
      next: { ...part.next, progress },
      entries: [...part.entries, entry],
      effects: [...part.effects, say(entry, reminder.who(fired - 1))],
      paid: [...part.paid, paid],
    };
  }, nothing(i));
}

/** The latest occurrence that is due speaks for those before it; the next one lies in the future. */
function remind(owed: Owed, now: number): { entry: Entry; fired: number } {
  let fired = owed.n + 1;
  for (let after = occurrence(owed.schedule, fired); after !== undefined && owed.from + after <= now; ) {
    fired += 1;
    after = occurrence(owed.schedule, fired);
  }
  const entry: Entry = {
    kind: 'reminder',
    duty: owed.kind,
    occurrence: fired - 1,
    ...(owed.of === undefined ? {} : { of: owed.of }),
    dueAt: owed.dueAt,
    overdue: fired >= owed.schedule.at.length,
    lateMs: now - owed.dueAt,
    missed: fired - 1 - owed.n,
  };
  return { entry, fired };
}

function fallUnconfirmed(i: Incident, at: Circumstances): Part {
  const due = dueNow(i, at).filter(({ kind }) => kind === 'confirm');
  const late = i.pages.filter(({ key }) => due.some((duty) => duty.key === `confirm:${key}`));
  if (late.length === 0) return nothing(i);
  const rerouted = late.map((page) => ({ ...page, rerouted: true }));
  const entries = late.map(({ key, levels }): Entry => ({ kind: 'page-unconfirmed', page: key, levels, why: '' }));
  const routes = entries.flatMap((entry, n) =>
    secondRoute(entry, at.policy.fallback, [...i.pages, ...rerouted.slice(0, n)]),
  );
  return {
    next: { ...i, pages: i.pages.map((page) => (late.includes(page) ? { ...page, rerouted: true } : page)) },
    entries,
    effects: [...routes, ...redraw],
    paid: pay(due, at.now, 'took the second route'),
  };
}

function fallWithoutChannel(i: Incident, at: Circumstances): Part {
  const due = dueNow(i, at).filter(({ kind }) => kind === 'channel');
  if (due.length === 0) return nothing(i);
  const entry: Entry = { kind: 'channel-late', why: '' };
  const { next, effects } = homeIsThread({ ...i, channelLate: true });
  return { next, entries: [entry], effects: [say(entry), ...effects], paid: pay(due, at.now, 'moved to the thread') };
}
