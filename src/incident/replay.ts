/** A timeline played again: each entry stands for a command, decided anew at the entry's own time. Reads no clock. */
import { isPerson } from './changes.ts';
import { dutiesFor } from './clocks.ts';
import { decide, decideDeclaration, type Order } from './decide.ts';
import type { Circumstances, Decision, Paid } from './decision.ts';
import { byItself, type Entry, type EntryKind } from './entry.ts';
import type { Actor, Incident, IncidentId, Instant } from './incident.ts';
import type { Milliseconds, Person, Policy } from './policy.ts';

export interface Happening {
  seq: number;
  at: Instant;
  actor: Actor;
  body: Entry;
}

export interface Life {
  id: IncidentId;
  number: number;
  timeline: Happening[];
}

/** `slept`: how long it had been due, and could have been done; what a command made overdue by itself is not late. */
export interface Met extends Paid {
  at: Instant;
  slept: Milliseconds;
}

/** What the timeline makes of the incident: its state, what was paid and when, and every key that was ever owed. */
export interface Replay {
  incident: Incident;
  paid: Met[];
  owed: Set<string>;
}

/** `unknown`: an entry that this release cannot read · `contrary`: an entry that does not follow from those before it */
export type Replayed = ({ ok: true } & Replay) | { ok: false; is: 'unknown' | 'contrary'; seq: number; why: string };

type Command = Order['command'];
type Of<K extends EntryKind> = Extract<Entry, { kind: K }>;
type Then = Pick<Happening, 'at'> & { incident: Incident };
type Commands = { [K in EntryKind]: (entry: Of<K>, then: Then) => Command | undefined };

const due = (): Command => ({ kind: 'duties-due' });
/** Says or notes something that no clock depends on. */
const changesNoClock = (): undefined => undefined;

/** An acknowledgement covers every page, so that any one that waits for it will do. */
const atPager = (by: Person, { incident: { pages } }: Then): Command => ({
  kind: 'acknowledged-at-pager',
  page: pages.find(({ state }) => state !== 'acknowledged' && state !== 'closed')?.key ?? '',
  by,
});

const commands: Commands = {
  declared: changesNoClock,
  acknowledged: ({ by, via }, then) => (via === 'slack' ? { kind: 'acknowledge' } : atPager(by, then)),
  joined: ({ by }, then) => atPager(by, then),
  unacknowledged: () => ({ kind: 'unack' }),
  lead: ({ to }) => ({ kind: 'lead', to }),
  role: changesNoClock,
  severity: ({ to }) => ({ kind: 'severity', severity: to }),
  'issue-type': changesNoClock,
  title: changesNoClock,
  update: ({ text }) => ({ kind: 'update', text }),
  escalated: () => ({ kind: 'escalate' }),
  mitigated: () => ({ kind: 'mitigate' }),
  resolved: () => ({ kind: 'resolve' }),
  reopened: ({ reason }) => ({ kind: 'reopen', reason }),
  closed: () => ({ kind: 'close' }),
  cancelled: () => ({ kind: 'cancel' }),
  'diagnosis-asked': changesNoClock,
  ticked: ({ duty, done: { how, reason = '' } }) =>
    how === 'done' ? { kind: 'done', duty } : { kind: 'waive', duty, reason },
  snoozed: ({ duty, untilMs }, { at }) => ({ kind: 'snooze', duty, for: untilMs - at }),
  ladder: due,
  reminder: due,
  'page-accepted': ({ page }) => ({ kind: 'page-accepted', page }),
  'page-confirmed': ({ page }) => ({ kind: 'page-confirmed', page }),
  'page-unconfirmed': ({ page, why }) => (why === '' ? due() : { kind: 'page-failed', page, why }),
  announced: changesNoClock,
  'done-directly': ({ page, announced, acknowledgedBy }) => ({
    kind: 'done-directly',
    ...(page ? { page } : {}),
    ...(acknowledgedBy ? { acknowledgedBy } : {}),
    // where it was announced is not written down, and changes no clock
    ...(announced ? { announcement: { channel: '', ts: '' } } : {}),
  }),
  'channel-opened': ({ channel, name }) => ({ kind: 'channel-opened', channel, name }),
  'channel-late': ({ why }) => (why === '' ? due() : { kind: 'channel-impossible', why }),
  'channel-lost': ({ channel, why }) => ({ kind: 'channel-lost', channel, why }),
  report: changesNoClock,
  'manual-steps': changesNoClock,
  undeliverable: changesNoClock,
};

// a table of functions by kind loses, for the compiler, that key and argument belong together
function commandOf<K extends EntryKind>(kind: K, entry: Of<K>, then: Then): Command | undefined {
  return commands[kind](entry, then);
}

type Trouble = Replayed & { ok: false };

interface Playing extends Replay {
  /** when everything that is owed is due: always later than the last decision, which did what was due by then */
  standing: Map<string, Instant>;
  /** entries of the last decision that the timeline has still to show, and when it was decided */
  foreseen: Entry[];
  at: Instant;
}

export function replay(life: Life, policy: Policy): Replayed {
  const [first, ...rest] = life.timeline;
  if (!first) return { ok: false, is: 'contrary', seq: 1, why: 'the timeline is empty' };
  const begun = declareAgain(life, first, policy);
  if (!begun?.ok) return contrary(first, 'is no declaration');
  const { at } = first;
  const playing: Playing = { incident: begun.next, paid: [], owed: new Set(), standing: new Map(), foreseen: [], at };
  keep(playing, begun, { now: at, policy });
  playing.foreseen.shift();
  for (const happening of rest) {
    const trouble = play(playing, happening, policy);
    if (trouble) return trouble;
  }
  const { foreseen, incident, paid, owed } = playing;
  if (foreseen[0])
    return {
      ok: false,
      is: 'contrary',
      seq: life.timeline.length + 1,
      why: `"${foreseen[0].kind}" is missing at the end`,
    };
  return { ok: true, incident, paid, owed };
}

function play(playing: Playing, happening: Happening, policy: Policy): Trouble | undefined {
  const { seq, at, body } = happening;
  if (!Object.hasOwn(commands, body.kind))
    return { ok: false, is: 'unknown', seq, why: `row ${seq} says "${body.kind}", which this release does not know` };
  if (playing.foreseen.length === 0) {
    const decision = decideAgain(playing.incident, happening, policy);
    if (!decision.ok) return contrary(happening, 'cannot have happened after the rows before it');
    keep(playing, decision, { now: at, policy });
  }
  const foreseen = playing.foreseen.shift();
  if (!foreseen || playing.at !== at || !agree(foreseen, body))
    return contrary(
      happening,
      `stands where the rows before it make it ${foreseen ? `"${foreseen.kind}"` : 'nothing'}`,
    );
  return undefined;
}

const contrary = ({ seq, body }: Happening, why: string): Trouble => ({
  ok: false,
  is: 'contrary',
  seq,
  why: `row ${seq} ("${body.kind}") ${why}`,
});

/** The issue type is left out: no clock depends on it, and the runbook may have another list by now. */
function declareAgain({ id, number }: Life, { at, actor, body }: Happening, policy: Policy): Decision | undefined {
  if (body.kind !== 'declared' || !isPerson(actor)) return undefined;
  const { severity, title } = body;
  const command = { kind: 'declare', severity, title, anyway: true } as const;
  return decideDeclaration(command, { id, number, by: actor, open: [], now: at, policy });
}

/** What changed no clock was said first; whatever was due by then followed it. */
function decideAgain(incident: Incident, { at, actor, body }: Happening, policy: Policy): Decision {
  const command = commandOf<EntryKind>(body.kind, body, { at, incident });
  const decision = decide(incident, { actor, command: command ?? due() }, { now: at, policy });
  return command || !decision.ok ? decision : { ...decision, entries: [body, ...decision.entries] };
}

function keep(
  playing: Playing,
  { next, entries, paid }: Decision & { ok: true },
  { now, policy }: Circumstances,
): void {
  playing.incident = next;
  playing.at = now;
  playing.foreseen = [...entries];
  playing.paid.push(...paid.map((one) => ({ ...one, at: now, slept: sleptOver(playing, one, now) })));
  const owed = dutiesFor(next, policy);
  for (const { key } of [...paid, ...owed]) playing.owed.add(key);
  playing.standing = new Map(owed.map(({ key, dueAt }) => [key, dueAt]));
}

const sleptOver = ({ standing }: Playing, { key, lateMs }: Paid, now: Instant): Milliseconds =>
  standing.get(key) === now - lateMs ? lateMs : 0;

/** Of a person's own entry the kind is enough: its words were what the command was made of. */
const agree = (foreseen: Entry, shown: Entry): boolean =>
  foreseen.kind === shown.kind && (!byItself.has(shown.kind) || same(foreseen, shown));

/** JSON loses the order of keys on its way through the database. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  return left.size === right.size && [...left].every(([key, value]) => same(value, right.get(key)));
}
