/** The memory of the door: what was answered to an input, so that a repeat of it hears the same and changes nothing. */
import { z } from 'zod';
import type { Entry } from '../incident/entry.ts';
import type { Command, Instant, Refusal } from '../incident/incident.ts';
import type { Db, Queries } from '../store/db.ts';
import { readIncident } from '../store/incidents.ts';
import { claimInput, readAnswer, rememberAnswer } from '../store/inputs.ts';
import type { Answer, Input } from './engine.ts';

/** Written by `keepAnswer` alone, so the parts are trusted to be what they were. */
const Kept = z.object({
  command: z.custom<Command>(),
  incident: z.string().optional(),
  entries: z.custom<Entry[]>().optional(),
  refusal: z.custom<Refusal>().optional(),
});

export async function keepAnswer(db: Db, { key, command }: Input, answer: Answer): Promise<void> {
  if (key === undefined) return;
  const incident = answer.incident?.id;
  const rest = answer.ok ? { entries: answer.entries } : { refusal: answer.refusal };
  await rememberAnswer(db, key, { command, incident, ...rest });
}

/** Claims the delivery; true when it came before, by whichever process. */
export async function isRedelivered(db: Db, { delivery, actor }: Input, now: Instant): Promise<boolean> {
  return delivery !== undefined && !(await claimInput(db, delivery, { by: actor, now })).first;
}

/** Claims the input's key; answers what was answered before when it is a repeat. */
export async function firstAnswer(db: Db, input: Input, now: Instant): Promise<Answer | undefined> {
  if (input.key === undefined) return undefined;
  const claim = await claimInput(db, input.key, { by: input.actor, now });
  if (claim.first) return undefined;
  const kept = Kept.parse(claim.answer);
  const repeated = { by: claim.by, at: claim.at };
  const incident = kept.incident === undefined ? undefined : await readIncident(db, kept.incident);
  if (kept.refusal) return { ok: false, refusal: kept.refusal, repeated, ...(incident ? { incident } : {}) };
  if (!incident) throw new Error(`the incident of input ${input.key} is gone`);
  return { ok: true, incident, entries: kept.entries ?? [], repeated };
}

/** The command of an earlier input, for a button that says "do it all the same". */
export async function rememberedCommand(db: Queries, key: string): Promise<Command | undefined> {
  const answer = await readAnswer(db, key);
  return answer === undefined ? undefined : Kept.parse(answer).command;
}
