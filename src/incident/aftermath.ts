/** How an incident ends and what it owes then: resolve, reopen, close, cancel; duties ticked off, waived, put off. */
import { changed, closePages, redraw, refuse, said, say, saysNothing } from './changes.ts';
import { owedReminder, progressed } from './clocks.ts';
import type { Circumstances, Decision } from './decision.ts';
import type { Command, Done, Incident } from './incident.ts';
import { type Person, type ReminderKind, reminderKinds } from './policy.ts';

export type Ending = Extract<
  Command,
  { kind: 'resolve' | 'reopen' | 'close' | 'cancel' | 'done' | 'waive' | 'snooze' }
>;
type Of<K extends Ending['kind']> = Extract<Ending, { kind: K }>;
type At = Circumstances & { by: Person };

/** Duties that are things to do, and so can be ticked off; the others are met by acting on the incident itself. */
export const chores: readonly ReminderKind[] = ['ticket', 'status-page', 'affected-users', 'report', 'post-mortem'];

export function aftermath(i: Incident, command: Ending, at: At): Decision {
  switch (command.kind) {
    case 'resolve':
      return resolve(i, command, at);
    case 'reopen':
      return reopen(i, command, at);
    case 'close':
      return close(i, at);
    case 'cancel':
      return cancel(i, command, at);
    case 'done':
      return done(i, command, at);
    case 'waive':
      return waive(i, command, at);
    case 'snooze':
      return snooze(i, command, at);
  }
}

function resolve(i: Incident, { summary }: Of<'resolve'>, { by, now }: At): Decision {
  const { pages, effects } = closePages(i.pages);
  const words = summary ? { summary } : {};
  const next: Incident = {
    ...i,
    phase: 'resolved',
    pages,
    resolved: { run: i.resolved.run + 1, at: now, by, ...words },
  };
  const entry = { kind: 'resolved' as const, afterMs: now - i.declaredAt, ...words };
  return said(next, entry, { effects: [...effects, { kind: 'topic' }] });
}

/** What was done stays done. An incident that nobody had acknowledged starts its ladder again. */
function reopen(i: Incident, { reason }: Of<'reopen'>, { now }: At): Decision {
  if (saysNothing(reason)) return refuse({ code: 'empty', field: 'reason' });
  const { endedAt: _, ...rest } = i;
  const ladder = i.acknowledged ? i.ladder : { run: i.ladder.run + 1, startedAt: now, next: 0 };
  const next: Incident = { ...rest, phase: 'open', reopenedAt: now, ladder };
  const pings = [...(i.lead ? [{ person: i.lead }] : []), { level: 'on-call' as const }];
  return said(next, { kind: 'reopened', reason }, { pings, effects: [{ kind: 'topic' }] });
}

function close(i: Incident, { now, policy }: At): Decision {
  const duties = reminderKinds.filter((kind) => owedReminder(i, kind, policy));
  if (duties.length > 0) return refuse({ code: 'still-owed', duties });
  return said({ ...i, phase: 'closed', endedAt: now }, { kind: 'closed' }, { effects: [{ kind: 'topic' }] });
}

function cancel(i: Incident, { reason }: Of<'cancel'>, { now }: At): Decision {
  const { pages, effects } = closePages(i.pages);
  const entry = { kind: 'cancelled' as const, ...(reason ? { reason } : {}) };
  return said({ ...i, phase: 'cancelled', endedAt: now, pages }, entry, { effects: [...effects, { kind: 'topic' }] });
}

function done(i: Incident, { duty }: Of<'done'>, at: At): Decision {
  if (!chores.includes(duty)) return refuse({ code: 'not-owed', duty });
  return tick(i, { duty, done: { by: at.by, at: at.now, how: 'done' } }, at);
}

function tick(i: Incident, { duty, done }: { duty: ReminderKind; done: Done }, { policy }: At): Decision {
  const before = i.done[duty];
  if (before) return refuse({ code: 'already', what: before.how, by: before.by, at: before.at });
  if (!owedReminder(i, duty, policy)) return refuse({ code: 'not-owed', duty });
  return said({ ...i, done: { ...i.done, [duty]: done } }, { kind: 'ticked', duty, done });
}

function waive(i: Incident, { duty, reason }: Of<'waive'>, at: At): Decision {
  if (saysNothing(reason)) return refuse({ code: 'empty', field: 'reason' });
  return tick(i, { duty, done: { by: at.by, at: at.now, how: 'waived', reason } }, at);
}

/** Puts the next occurrence off (or brings it nearer); later ones keep their own times. */
function snooze(i: Incident, command: Of<'snooze'>, { now, policy }: At): Decision {
  if (!Number.isFinite(command.for) || command.for <= 0) return refuse({ code: 'bad-duration' });
  const owed = owedReminder(i, command.duty, policy);
  if (!owed) return refuse({ code: 'not-owed', duty: command.duty });
  const snoozedUntil = now + command.for;
  const progress = progressed(i, command.duty, { run: owed.run, fired: owed.n, snoozedUntil });
  const entry = { kind: 'snoozed' as const, duty: command.duty, untilMs: snoozedUntil };
  return changed({ next: { ...i, progress }, entries: [entry], effects: [say(entry), ...redraw], reason: 'snoozed' });
}
