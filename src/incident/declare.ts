/** How an incident begins, and the guard against declaring the same one twice. */

import { changed, refuse, saysNothing } from './changes.ts';
import type { Circumstances, Decision } from './decision.ts';
import type { Effect } from './effect.ts';
import type { Declare, Incident, IncidentId } from './incident.ts';
import type { Person } from './policy.ts';

/** What the guard looks at of an incident that is still open. */
export type Running = Pick<Incident, 'id' | 'number' | 'severity' | 'title' | 'home' | 'declaredAt'>;

export interface Declaration extends Circumstances {
  id: IncidentId;
  number: number;
  by: Person;
  /** incidents that are still open, read under the lock that all declarations share */
  open: Running[];
}

/** Marks are parts of words: without them Hindi and Thai fall into single letters, and any two titles would be alike. */
const wordsOf = (title: string): Set<string> => new Set(title.toLowerCase().match(/[\p{L}\p{M}\p{N}]{2,}/gu));

/** Do two titles speak of the same? They share half of the words of the shorter one, which may have none yet. */
export function alike(a: string, b: string): boolean {
  const [mine, theirs] = [wordsOf(a), wordsOf(b)];
  const fewer = Math.min(mine.size, theirs.size);
  return mine.intersection(theirs).size * 2 >= fewer;
}

function alreadyDeclared(command: Declare, { open, now, policy }: Declaration): Running | undefined {
  return open.find(
    (i) =>
      i.severity === command.severity &&
      now - i.declaredAt <= policy.sameIncidentWithin &&
      alike(i.title, command.title),
  );
}

export function declare(command: Declare, at: Declaration): Decision {
  const { policy } = at;
  if (command.issueType !== undefined && !policy.issueTypes.some(({ id }) => id === command.issueType)) {
    return refuse({
      code: 'unknown-issue-type',
      issueType: command.issueType,
      known: policy.issueTypes.map(({ id }) => id),
    });
  }
  const twin = command.anyway ? undefined : alreadyDeclared(command, at);
  if (twin) {
    const { id, number, severity, title, home } = twin;
    return refuse({
      code: 'looks-declared',
      incident: { id, number, severity, title, home },
      declaredAt: twin.declaredAt,
    });
  }
  const { kind: _, anyway: __, ...words } = command;
  return changed({
    next: begin(command, at),
    entries: [{ kind: 'declared', ...words }],
    effects: opening(command, at.by),
    reason: 'declared',
  });
}

function begin(command: Declare, { id, number, now, by }: Declaration): Incident {
  return {
    id,
    number,
    version: 1,
    decidedUnder: [],
    severity: command.severity,
    severitySetAt: now,
    title: saysNothing(command.title) ? '' : command.title,
    ...(command.issueType === undefined ? {} : { issueType: command.issueType }),
    phase: 'open',
    declaredBy: by,
    declaredAt: now,
    ladder: { run: 1, startedAt: now, next: 0 },
    acknowledgements: 0,
    roles: {},
    update: { count: 0, at: now },
    resolved: { run: 0 },
    escalations: 0,
    pages: [],
    home: { kind: 'none' },
    channelLate: false,
    progress: {},
    done: {},
    touched: {},
  };
}

/** The page is no effect of the declaration itself: it is step 0 of the ladder, which is due at once. */
function opening({ issueType }: Declare, by: Person): Effect[] {
  return [
    { kind: 'announce' },
    { kind: 'open-channel' },
    { kind: 'card' },
    { kind: 'invite', people: [by], onCall: true },
    issueType === undefined ? { kind: 'triage' } : { kind: 'investigate', issueType },
  ];
}
