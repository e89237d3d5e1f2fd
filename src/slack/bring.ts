/** A command brought to the door, and its answer in words for whoever gave it. */
import type { Answer, Input, WithoutDatabase } from '../engine/engine.ts';
import type { Actor, Command, Incident, Refusal } from '../incident/incident.ts';
import { type Asker, type Desk, namesMs, nowAt, sceneOf } from './desk.ts';
import type { Outcome } from './listener.ts';
import { declaredMessage } from './views/answers.ts';
import { context, message, saying } from './views/blocks.ts';
import { directMessage } from './views/direct.ts';
import { entryMessage } from './views/entry.ts';
import type { Message, Scene } from './views/message.ts';
import { fields } from './views/modals.ts';
import { refusalMessage, repeatedWords } from './views/refusal.ts';
import { name } from './views/words.ts';

export interface Errand {
  command: Command;
  incident?: Incident | undefined;
  /** something the asker should know besides */
  note?: string | undefined;
}

export async function bring(desk: Desk, asker: Asker, errand: Errand): Promise<Outcome> {
  const { command, incident } = errand;
  const input: Input & { key: string } = {
    key: asker.key,
    actor: { slack: asker.user },
    command,
    ...(incident === undefined ? {} : { incident: incident.id }),
    ...(asker.drawnFor === undefined ? {} : { drawnFor: asker.drawnFor }),
  };
  const answer = await (asker.how === 'press' ? handlePress(desk, input, asker.trigger) : desk.door.handle(input));
  if ('direct' in answer) return withoutDatabase(desk, answer);
  return answer.ok ? taken(desk, asker, { ...errand, answer }) : refused(desk, asker, answer);
}

/** A later press of the same button is meant anew: "look again" after the fix, "acknowledge" after an unack. */
const sameMeaningMs = 60_000;
/** A look is asked for anew as soon as the one before has ended; sooner than this it is a double click. */
const sameLookMs = 2_000;
const mostMeanings = 100;

/**
 * Two people at once share a key, whoever's transaction is first; after a while the next key in the row is theirs.
 * The same press delivered again, to whichever process and however late, is no later press.
 */
async function handlePress(
  { door }: Desk,
  input: Input & { key: string },
  trigger: string,
): Promise<Answer | WithoutDatabase> {
  const { command } = input;
  const sameMs = command.kind === 'diagnose' ? sameLookMs : sameMeaningMs;
  let answer = await door.handle({ ...input, delivery: `press:${trigger}` });
  for (let n = 2; n <= mostMeanings; n += 1) {
    if ('direct' in answer || !answer.repeated || answer.redelivered) break;
    if ((await nowAt(door)) - answer.repeated.at < sameMs) break;
    answer = await door.handle({ ...input, key: `${input.key}:${n}` });
  }
  return answer;
}

async function withoutDatabase({ directory, policy }: Desk, { direct }: WithoutDatabase): Promise<Outcome> {
  return { message: directMessage(direct, { policy, people: await directory.people(namesMs) }) };
}

type Took = Errand & { answer: Extract<Answer, { ok: true }> };

async function taken(desk: Desk, asker: Asker, { answer, command, note }: Took): Promise<Outcome> {
  const first = byAnother(answer, asker);
  const isShown = answer.entries.length > 0 && answer.incident.home.kind !== 'none';
  if (asker.how !== 'typed' && !first && isShown && command.kind !== 'declare') return undefined;
  const scene = await sceneOf(desk, answer.incident);
  const notes = [note, first && repeatedWords(first, scene)].filter((words) => words !== undefined);
  if (command.kind === 'declare') return { message: declaredMessage(scene, notes) };
  return { message: noted(saying(factOf(answer, scene)), notes) };
}

/** The entry's own first line; what leaves no entry is an invitation. */
function factOf({ entries: [entry], incident }: Took['answer'], scene: Scene): string {
  if (entry) return entryMessage(entry, scene, { pings: '' }).text;
  const where = incident.home.kind === 'channel' ? `<#${incident.home.channel}>` : 'its channel';
  return `${name(incident)}: you are invited to ${where}`;
}

/** The same input delivered twice is nobody else's. */
function byAnother({ repeated }: Answer, { user }: Asker): { by: Actor; at: number } | undefined {
  const isOwn = repeated && repeated.by !== 'responder' && 'slack' in repeated.by && repeated.by.slack === user;
  return isOwn ? undefined : repeated;
}

const noted = ({ text, blocks }: Message, notes: string[]): Message =>
  notes.length > 0 ? message(text, [...blocks, context(notes.join(' '))]) : { text, blocks };

async function refused(desk: Desk, asker: Asker, answer: Extract<Answer, { ok: false }>): Promise<Outcome> {
  const faults = faultsOf(answer.refusal);
  const [now, people] = await Promise.all([nowAt(desk.door), desk.directory.people(namesMs)]);
  const at = { people, now, key: asker.key };
  const text = refusalMessage(answer.refusal, at);
  const first = byAnother(answer, asker);
  return { message: noted(text, first ? [repeatedWords(first, at)] : []), ...(faults ? { faults } : {}) };
}

/** What a form can show beside the field itself. */
function faultsOf(refusal: Refusal): Record<string, string> | undefined {
  switch (refusal.code) {
    case 'empty':
      return { [refusal.field === 'title' ? fields.title : fields.text]: 'A few words are needed here.' };
    case 'unknown-issue-type':
      return { [fields.issueType]: 'The runbook no longer has this type: choose another.' };
    default:
      return undefined;
  }
}
