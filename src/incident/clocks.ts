/** Every timing rule: what an incident owes now, and when. Reads no clock; all instants stand in the state. */
import type { Duty } from './decision.ts';
import type { Audience } from './entry.ts';
import type { Incident, Instant, Progress } from './incident.ts';
import {
  type Ladder,
  type LadderStep,
  type Level,
  levels,
  type Milliseconds,
  type Policy,
  type ReminderKind,
  reminderKinds,
  type Schedule,
} from './policy.ts';

/** Where a reminder counts from, which run of it this is, and who hears it. */
interface Anchor {
  run: string;
  from: Instant;
  who: Audience[];
  /** who hears the last occurrence besides */
  atTheEnd?: Audience[];
  /** occurrences before this instant belong to another severity and are not said any more */
  since?: Instant;
}

export const isLive = (i: Incident): boolean => i.phase === 'open' || i.phase === 'mitigated';

export function levelAfter(reached: Level | undefined): Level {
  return levels[levels.findIndex((level) => level === reached) + 1] ?? 'team-lead';
}

/** Whoever should act next: the lead, else who acknowledged, else the on-call; and the on-call where Slack may not know the person. */
function inCharge(i: Incident): Audience[] {
  const person = i.lead ?? i.acknowledged?.by;
  const onCall: Audience = { level: 'on-call' };
  if (!person) return [onCall];
  return 'slack' in person ? [{ person }] : [{ person }, onCall];
}

/** One branch per duty that reminds: its anchor while it is owed, nothing while it is not. */
const anchors: Record<ReminderKind, (i: Incident) => Anchor | undefined> = {
  lead: (i) =>
    isLive(i) && i.acknowledged && !i.lead
      ? {
          run: `${i.acknowledgements}`,
          from: i.acknowledged.at,
          who: [{ person: i.acknowledged.by }, { level: 'on-call' }],
        }
      : undefined,
  update: (i) =>
    isLive(i)
      ? {
          run: `${i.update.count + 1 + i.resolved.run}`,
          from: Math.max(i.update.at, i.reopenedAt ?? 0),
          who: inCharge(i),
        }
      : undefined,
  resolution: (i) =>
    isLive(i)
      ? {
          run: i.severity,
          from: i.declaredAt,
          who: inCharge(i),
          atTheEnd: [{ level: levelAfter(i.ladder.reached ?? 'on-call') }],
          since: i.severitySetAt,
        }
      : undefined,
  ticket: (i) =>
    isLive(i) || i.phase === 'resolved' ? { run: '1', from: i.severitySetAt, who: inCharge(i) } : undefined,
  'status-page': aftermath,
  'affected-users': aftermath,
  report: aftermath,
  'post-mortem': aftermath,
};

function aftermath(i: Incident): Anchor | undefined {
  if (i.phase !== 'resolved' || i.resolved.at === undefined) return undefined;
  return { run: `${i.resolved.run}`, from: i.resolved.at, who: inCharge(i) };
}

/** When occurrence `n` (from 0) is due after the anchor; nothing where the schedule has ended. */
export function occurrence({ at, every }: Schedule, n: number): Milliseconds | undefined {
  if (n < at.length || every === undefined) return at[n];
  return (at.at(-1) ?? 0) + (n - at.length + 1) * every;
}

/** A reminder that is owed: its next occurrence and how to count on from it. */
export interface Owed {
  kind: ReminderKind;
  run: string;
  n: number;
  /** how many there are, where the schedule ends */
  of?: number;
  dueAt: Instant;
  /** who hears occurrence `n`: somebody more where it is the last */
  who(n: number): Audience[];
  schedule: Schedule;
  from: Instant;
}

export function owedReminder(i: Incident, kind: ReminderKind, policy: Policy): Owed | undefined {
  const anchor = anchors[kind](i);
  const schedule = policy.reminders[kind][i.severity];
  if (!anchor || !schedule || i.done[kind]) return undefined;
  const progress = progressOf(i.progress[kind], anchor, schedule);
  const after = occurrence(schedule, progress.fired);
  if (after === undefined) return undefined;
  const ends = schedule.every === undefined;
  const last = ends ? schedule.at.length - 1 : undefined;
  return {
    kind,
    run: anchor.run,
    n: progress.fired,
    ...(ends ? { of: schedule.at.length } : {}),
    dueAt: progress.snoozedUntil ?? anchor.from + after,
    who: (n) => (n === last ? [...anchor.who, ...(anchor.atTheEnd ?? [])] : anchor.who),
    schedule,
    from: anchor.from,
  };
}

function progressOf(known: Progress | undefined, anchor: Anchor, schedule: Schedule): Progress {
  if (known?.run === anchor.run) return known;
  const { since = anchor.from } = anchor;
  const over = schedule.at.filter((after) => anchor.from + after < since).length;
  const reached = known?.earlier?.[anchor.run] ?? 0;
  return { run: anchor.run, fired: Math.max(reached, Math.min(over, Math.max(schedule.at.length - 1, 0))) };
}

/** How far a reminder has come by now. The resolution's runs are severities and may come back: what each had reached is kept. */
export function progressed(i: Incident, kind: ReminderKind, now: Omit<Progress, 'earlier'>): Incident['progress'] {
  const known = i.progress[kind];
  const left = known && known.run !== now.run && kind === 'resolution' ? { [known.run]: known.fired } : {};
  const earlier = { ...known?.earlier, ...left };
  return { ...i.progress, [kind]: { ...now, ...(Object.keys(earlier).length > 0 ? { earlier } : {}) } };
}

/** Step `index` of a ladder; beyond its last step the repetition, for ever. */
export function ladderStep({ steps, repeat }: Ladder, index: number): LadderStep {
  const step = steps[index];
  if (step) return step;
  const at = (steps.at(-1)?.at ?? 0) + (index - steps.length + 1) * repeat.every;
  return { at, page: repeat.page, mention: repeat.mention, breach: false };
}

export const ladderRuns = (i: Incident): boolean => isLive(i) && !i.acknowledged;

function ladderDuties(i: Incident, policy: Policy): Duty[] {
  if (!ladderRuns(i)) return [];
  const ladder = policy.ladder[i.severity];
  const last = Math.max(i.ladder.next, ladder.steps.length);
  return Array.from({ length: last - i.ladder.next + 1 }, (_, ahead) => {
    const index = i.ladder.next + ahead;
    const { at, page, mention } = ladderStep(ladder, index);
    const who = mention.map((level) => ({ level }));
    return { kind: 'page', key: `page:${i.ladder.run}.${index}`, dueAt: i.ladder.startedAt + at, page, who };
  });
}

function confirmDuties(i: Incident, { confirmWithin }: Policy): Duty[] {
  return i.pages
    .filter((page) => (page.state === 'requested' || page.state === 'accepted') && !page.rerouted)
    .map(({ key, at }) => ({
      kind: 'confirm',
      key: `confirm:${key}`,
      dueAt: at + confirmWithin,
      page: [],
      who: [{ fallback: true }],
    }));
}

function channelDuty(i: Incident, { channelWithin }: Policy): Duty[] {
  if (!isLive(i) || i.home.kind !== 'none' || i.channelLate) return [];
  const { times, at } = i.channelLost ?? { times: 0, at: i.recordedAt ?? i.declaredAt };
  return [{ kind: 'channel', key: `channel:${times + 1}`, dueAt: at + channelWithin, page: [], who: [] }];
}

function reminderDuty(i: Incident, kind: ReminderKind, policy: Policy): Duty[] {
  const owed = owedReminder(i, kind, policy);
  if (!owed) return [];
  return [{ kind, key: `${kind}:${owed.run}.${owed.n}`, dueAt: owed.dueAt, page: [], who: owed.who(owed.n) }];
}

/** What is owed now, soonest first; of a repeating duty only the next occurrence. Keys never come twice. */
export function dutiesFor(i: Incident, policy: Policy): Duty[] {
  return [
    ...ladderDuties(i, policy),
    ...confirmDuties(i, policy),
    ...channelDuty(i, policy),
    ...reminderKinds.flatMap((kind) => reminderDuty(i, kind, policy)),
  ].toSorted((a, b) => a.dueAt - b.dueAt);
}
