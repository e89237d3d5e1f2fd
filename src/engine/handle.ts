/** The one door: an input becomes a decision, and one transaction saves it with all that follows from it. */
import { createHash } from 'node:crypto';
import { dutiesFor } from '../incident/clocks.ts';
import { decide, decideDeclaration } from '../incident/decide.ts';
import type { Decision } from '../incident/decision.ts';
import type { EntryKind } from '../incident/entry.ts';
import type { Declare, Incident, IncidentId, Instant } from '../incident/incident.ts';
import { type Db, inTransaction } from '../store/db.ts';
import { saveDuties } from '../store/duties.ts';
import {
  appNow,
  declaredSince,
  insertIncident,
  lockDeclarations,
  lockIncident,
  nextNumber,
  saveIncident,
  tryLockIncident,
} from '../store/incidents.ts';
import { enqueue, supersedePages } from '../store/outbox.ts';
import { appendTimeline } from '../store/timeline.ts';
import type { Answer, Engine, Input } from './engine.ts';
import { firstAnswer, isRedelivered, keepAnswer } from './inputs.ts';
import { outboxRows } from './route.ts';

/** Everything that may change an incident enters here. A repeat of the same key returns the first answer. */
export function handle(engine: Engine, input: Input): Promise<Answer> {
  return inTransaction(engine.pool, (db) => handleIn(db, engine, input));
}

/** The same inside a transaction that also settles the outbox row which brought the input. */
export async function handleIn(db: Db, engine: Engine, input: Input): Promise<Answer> {
  const now = await appNow(db);
  const redelivered = await isRedelivered(db, input, now);
  const before = await firstAnswer(db, input, now);
  if (before) return redelivered ? { ...before, redelivered } : before;
  const { command } = input;
  const answer =
    command.kind === 'declare'
      ? await declareIn(db, engine, { input, command, now })
      : await changeIn(db, engine, { input: { ...input, command }, now });
  await keepAnswer(db, input, answer);
  return answer;
}

/** What is due for one incident. Answers false when another replica is at it. */
export function wakeUp(engine: Engine, id: IncidentId): Promise<boolean> {
  return inTransaction(engine.pool, async (db) => {
    const incident = await tryLockIncident(db, id);
    if (!incident) return false;
    const now = await appNow(db);
    const decision = decide(
      incident,
      { actor: 'responder', command: { kind: 'duties-due' } },
      { now, policy: engine.policy },
    );
    await save(db, engine, { decision, now, actor: 'responder' });
    return true;
  });
}

interface Declaring {
  input: Input;
  command: Declare;
  now: Instant;
}

async function declareIn(db: Db, engine: Engine, { input, command, now }: Declaring): Promise<Answer> {
  if (input.actor === 'responder' || input.key === undefined) throw new Error('a declaration needs a person and a key');
  await lockDeclarations(db);
  const open = await declaredSince(db, command.severity, now - engine.policy.sameIncidentWithin);
  const number = await nextNumber(db);
  const at = { id: incidentIdOf(input.key), number, by: input.actor, open, now, policy: engine.policy };
  return save(db, engine, { decision: decideDeclaration(command, at), now, actor: input.actor });
}

/** The same input gives the same id, wherever it is handled. */
export const incidentIdOf = (key: string): IncidentId => createHash('sha256').update(key).digest('hex').slice(0, 20);

interface Changing {
  input: Input & { command: Exclude<Input['command'], Declare> };
  now: Instant;
}

async function changeIn(db: Db, engine: Engine, { input, now }: Changing): Promise<Answer> {
  const incident = input.incident === undefined ? undefined : await lockIncident(db, input.incident);
  if (!incident) return { ok: false, refusal: { code: 'no-such-incident' } };
  const decision = decide(incident, input, { now, policy: engine.policy });
  return save(db, engine, { decision, now, actor: input.actor, incident });
}

/** Entries that the bot makes of its own accord, whoever's command they came with. */
const byItself = new Set<EntryKind>(['ladder', 'reminder', 'page-unconfirmed', 'channel-late']);

interface Saving {
  decision: Decision;
  now: Instant;
  actor: Input['actor'];
  incident?: Incident;
}

async function save(db: Db, { policy }: Engine, { decision, now, actor, incident }: Saving): Promise<Answer> {
  if (!decision.ok) return { ok: false, refusal: decision.refusal, ...(incident ? { incident } : {}) };
  const { next, entries, effects, paid, reason } = decision;
  await (next.version === 1 ? insertIncident(db, next) : saveIncident(db, next));
  await appendTimeline(db, next.id, {
    at: now,
    entries: entries.map((entry) => ({ actor: byItself.has(entry.kind) ? 'responder' : actor, entry })),
  });
  await saveDuties(db, next.id, { duties: dutiesFor(next, policy), paid, reason, now });
  await enqueue(db, next.id, outboxRows(next, effects, now));
  await supersedePages(
    db,
    next.id,
    next.pages.filter(({ state }) => state === 'acknowledged' || state === 'closed').map(({ key }) => key),
  );
  return { ok: true, incident: next, entries };
}
