/** A small world for the pure core: time passes from one due instant to the next, and everything decided is kept. */
import { readFileSync } from 'node:fs';
import { dutiesFor } from '../../src/incident/clocks.ts';
import { decide, decideDeclaration } from '../../src/incident/decide.ts';
import type { Decision, Paid } from '../../src/incident/decision.ts';
import type { Effect } from '../../src/incident/effect.ts';
import type { Audience, Entry } from '../../src/incident/entry.ts';
import type { Actor, Command, Declare, Incident, Refusal } from '../../src/incident/incident.ts';
import type { Person, Policy, Severity } from '../../src/incident/policy.ts';
import type { Kept } from '../../src/incident/proof.ts';
import type { Happening } from '../../src/incident/replay.ts';
import { loadPolicy } from '../../src/runbook/load.ts';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
export const minutes = (n: number): number => n * minute;
export const start = 1_772_420_400_000;

export const policy: Policy = loadPolicy(readFileSync('runbook.yaml', 'utf8'), 'runbook.yaml');
export const ana: Person = { slack: 'U0ANA' };
export const ben: Person = { slack: 'U0BEN' };
export const dana: Person = { pager: 'dana@example.com', name: 'Dana' };

export interface Said<T> {
  /** minutes since the declaration */
  at: number;
  what: T;
}

export interface Story {
  incident: Incident;
  now: number;
  entries: Said<Entry>[];
  effects: Said<Effect>[];
  paid: Said<Paid>[];
  refusals: Refusal[];
  /** the entries as the store keeps them */
  timeline: Happening[];
  /** the duties as the store keeps them, by key */
  duties: Map<string, Kept>;
}

export type Order = Exclude<Command, Declare>;

function keep(story: Story, decision: Decision, actor: Actor): void {
  if (!decision.ok) {
    story.refusals.push(decision.refusal);
    return;
  }
  const at = (story.now - start) / minute;
  story.incident = decision.next;
  story.entries.push(...decision.entries.map((what) => ({ at, what })));
  story.effects.push(...decision.effects.map((what) => ({ at, what })));
  story.paid.push(...decision.paid.map((what) => ({ at, what })));
  for (const body of decision.entries)
    story.timeline.push({ seq: story.timeline.length + 1, at: story.now, actor, body });
  keepDuties(story, decision);
}

function keepDuties({ duties, incident, now }: Story, { paid }: Decision & { ok: true }): void {
  for (const { key, lateMs } of paid) duties.set(key, { key, dueAt: now - lateMs, state: 'paid', firedAt: now });
  const owed = dutiesFor(incident, policy);
  for (const kept of duties.values()) if (kept.state === 'owed') duties.set(kept.key, { ...kept, state: 'cancelled' });
  for (const { key, dueAt } of owed) duties.set(key, { key, dueAt, state: 'owed', firedAt: null });
}

export function declared(severity: Severity, title = 'checkout returns 502', open: Incident[] = []): Decision {
  const command: Declare = { kind: 'declare', severity, title };
  return decideDeclaration(command, { id: 'inc', number: 12, by: ana, open, now: start, policy });
}

export function begin(severity: Severity, title?: string): Story {
  const decision = declared(severity, title);
  if (!decision.ok) throw new Error('the declaration was refused');
  const story: Story = {
    incident: decision.next,
    now: start,
    entries: [],
    effects: [],
    paid: [],
    refusals: [],
    timeline: [],
    duties: new Map(),
  };
  keep(story, decision, ana);
  return story;
}

export function give(
  story: Story,
  command: Order,
  { by = ana, drawnFor }: { by?: Person; drawnFor?: number } = {},
): Decision {
  const order = { command, actor: by, ...(drawnFor === undefined ? {} : { drawnFor }) };
  const decision = decide(story.incident, order, { now: story.now, policy });
  keep(story, decision, by);
  return decision;
}

/** What the world says: no person's command. */
export function hear(story: Story, command: Order): Decision {
  const decision = decide(story.incident, { command, actor: 'responder' }, { now: story.now, policy });
  keep(story, decision, 'responder');
  return decision;
}

/** Time passes, and the bot is awake: every duty is done at its instant. */
export function wait(story: Story, ms: number): void {
  const until = story.now + ms;
  for (let due = nextDue(story); due !== undefined && due <= until; due = nextDue(story)) {
    story.now = Math.max(due, story.now);
    hear(story, { kind: 'duties-due' });
  }
  story.now = until;
}

/** Time passes while the bot is down; then it wakes up once. */
export function sleepThrough(story: Story, ms: number): void {
  story.now += ms;
  hear(story, { kind: 'duties-due' });
}

const nextDue = ({ incident }: Story): number | undefined => dutiesFor(incident, policy)[0]?.dueAt;

const nameOf = (audience: Audience): string => {
  if ('level' in audience) return audience.level;
  if ('fallback' in audience) return 'fallback';
  return 'slack' in audience.person ? audience.person.slack : audience.person.pager;
};

/** Pages of the ladder and by hand: "5 on-call". */
export const pages = ({ incident }: Story): string[] =>
  incident.pages.map(({ at, levels }) => `${(at - start) / minute} ${levels.join('+')}`);

/** Who was addressed by a post about an entry of a kind, and when: "2 on-call". */
export const told = ({ effects }: Story, kind: Entry['kind'], duty?: string): string[] =>
  effects.flatMap(({ at, what }) =>
    what.kind === 'post' &&
    what.entry.kind === kind &&
    (duty === undefined || ('duty' in what.entry && what.entry.duty === duty))
      ? [`${at} ${what.pings.map(nameOf).join('+')}`]
      : [],
  );

/** A post about an entry of a kind in the channel itself, which pings these and nobody else. */
export const saying = (kind: Entry['kind'], ...pings: Audience[]) => ({
  kind: 'post',
  entry: { kind },
  pings,
  thread: false,
});

/** Card and announcement, drawn again. */
export const redrawn = [
  { kind: 'redraw', what: 'card' },
  { kind: 'redraw', what: 'announcement' },
];

export const posts = ({ effects }: Story): Said<Effect>[] =>
  effects.filter(({ what }) => what.kind === 'post' || what.kind === 'card');
