/** The one door: an input becomes a decision, and one transaction saves it with all that follows from it. */
import { createHash } from 'node:crypto';
import { PerhapsDone } from '../errors.ts';
import { dutiesFor } from '../incident/clocks.ts';
import { decide, decideDeclaration } from '../incident/decide.ts';
import type { Decision } from '../incident/decision.ts';
import { byItself, type Entry } from '../incident/entry.ts';
import type { Declare, Incident, IncidentId, Instant } from '../incident/incident.ts';
import type { Head } from '../store/chain.ts';
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
import { enqueue, isLookWaiting, supersedePages } from '../store/outbox.ts';
import { appendTimeline, noEntries, readHead } from '../store/timeline.ts';
import type { Answer, Engine, Input } from './engine.ts';
import { firstAnswer, isRedelivered, keepAnswer } from './inputs.ts';
import { outboxRows } from './route.ts';

/**
 * Everything that may change an incident enters here. A repeat of the same key returns the first answer. Once `given up`,
 * nothing is saved: whoever waited has gone another way.
 */
export async function handle(engine: Engine, input: Input, givenUp?: AbortSignal): Promise<Answer> {
  const attempt = () =>
    inTransaction(engine.pool, async (db) => {
      const given = await handleIn(db, engine, input);
      givenUp?.throwIfAborted();
      return given;
    });
  const answer = await attempt().catch((error: unknown) => {
    const mayAsk = error instanceof PerhapsDone && input.key !== undefined && !givenUp?.aborted;
    // its key knows whether it was done; should that not be heard either, it stays open
    if (mayAsk) return attempt().catch(() => Promise.reject(error));
    throw error;
  });
  engine.saved?.();
  return answer;
}

/** The same inside a transaction that also settles the outbox row which brought the input. */
export async function handleIn(db: Db, engine: Engine, input: Input): Promise<Answer> {
  const now = await appNow(db);
  const redelivered = await isRedelivered(db, input, now);
  const before = await firstAnswer(db, input, now);
  if (before) return redelivered ? { ...before, redelivered } : before;
  const { command } = input;
  return command.kind === 'declare'
    ? declareIn(db, engine, { input, command, now: Math.min(now, input.at ?? now) })
    : changeIn(db, engine, { ...input, command });
}

/** What is due for one incident. Answers false when another replica is at it. */
export async function wakeUp(engine: Engine, id: IncidentId): Promise<boolean> {
  const woken = await inTransaction(engine.pool, async (db) => {
    const [incident, after, now] = await Promise.all([tryLockIncident(db, id), readHead(db, id), appNow(db)]);
    if (!incident) return false;
    const input = { actor: 'responder' as const, command: { kind: 'duties-due' as const } };
    const decision = decide(incident, input, { now, policy: engine.policy });
    await save(db, engine, { decision, now, input, incident, after });
    return true;
  });
  engine.saved?.();
  return woken;
}

interface Declaring {
  input: Input;
  command: Declare;
  now: Instant;
}

/** The lock is held from here to the commit, and all declarations queue for it: two round trips and no more. */
async function declareIn(db: Db, engine: Engine, { input, command, now }: Declaring): Promise<Answer> {
  if (input.actor === 'responder' || input.key === undefined) throw new Error('a declaration needs a person and a key');
  const [, open, number] = await Promise.all([
    lockDeclarations(db),
    declaredSince(db, command.severity, now - engine.policy.sameIncidentWithin),
    nextNumber(db),
  ]);
  const at = {
    id: input.incident ?? incidentIdOf(input.key),
    number,
    by: input.actor,
    open,
    now,
    policy: engine.policy,
  };
  return save(db, engine, { decision: decideDeclaration(command, at), now, input, after: noEntries });
}

/** The same input gives the same id, wherever it is handled. */
export const incidentIdOf = (key: string): IncidentId => createHash('sha256').update(key).digest('hex').slice(0, 20);

type Changing = Input & { command: Exclude<Input['command'], Declare> };

/** The clock is read under the lock: whoever waited for it comes after whoever held it. */
async function changeIn(db: Db, engine: Engine, input: Changing): Promise<Answer> {
  const { incident: id = '' } = input;
  const [incident, after, now] = await Promise.all([lockIncident(db, id), readHead(db, id), appNow(db)]);
  if (!incident) return save(db, engine, { decision: noSuchIncident, now, input, after });
  const isLooking = await isAskedTwice(db, incident, input);
  const decision = isLooking ? lookUnderWay : decide(incident, input, { now, policy: engine.policy });
  return save(db, engine, { decision, now, input, incident, after });
}

const noSuchIncident: Decision = { ok: false, refusal: { code: 'no-such-incident' } };
const lookUnderWay: Decision = { ok: false, refusal: { code: 'look-under-way' } };

/** A second look at what is slow already makes both slower. */
const isAskedTwice = async (db: Db, { id, issueType }: Incident, { command }: Changing): Promise<boolean> =>
  command.kind === 'diagnose' && isLookWaiting(db, id, command.issueType ?? issueType);

interface Saving {
  decision: Decision;
  now: Instant;
  input: Input;
  incident?: Incident | undefined;
  after: Head;
}

/** Everything goes out at once and is carried out in this order: the incident before its duties and outbox rows. */
async function save(db: Db, { policy }: Engine, { decision, now, input, incident, after }: Saving): Promise<Answer> {
  if (!decision.ok) {
    const refused: Answer = { ok: false, refusal: decision.refusal, ...(incident ? { incident } : {}) };
    await keepAnswer(db, input, refused);
    return refused;
  }
  const { next, entries, effects, paid, reason } = decision;
  const answer: Answer = { ok: true, incident: next, entries };
  const by = (entry: Entry) => ({ actor: byItself.has(entry.kind) ? ('responder' as const) : input.actor, entry });
  const ended = next.pages.filter(({ state }) => state === 'acknowledged' || state === 'closed');
  await Promise.all([
    next.version === 1 ? insertIncident(db, next) : saveIncident(db, next),
    appendTimeline(db, next.id, { at: now, after, entries: entries.map(by) }),
    saveDuties(db, next.id, { duties: dutiesFor(next, policy), paid, reason, now }),
    enqueue(db, next.id, outboxRows(next, effects, now)),
    supersedePages(
      db,
      next.id,
      ended.map(({ key }) => key),
    ),
    keepAnswer(db, input, answer),
  ]);
  return answer;
}
