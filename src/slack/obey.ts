/** Words after `/incident` become a verb, its incident and what it wants done. Any words get an answer. */
import type { Incident } from '../incident/incident.ts';
import { nearest } from '../runbook/nearest.ts';
import { bring } from './bring.ts';
import { verbs } from './commands/index.ts';
import type { Call, IncidentVerb, Step, Verb } from './commands/verb.ts';
import { type Asker, type Desk, sceneOf } from './desk.ts';
import type { Door } from './door.ts';
import { openForm } from './forms.ts';
import type { Outcome } from './listener.ts';
import { looksLikeNumber, numberOf, plain, takeWord } from './parse.ts';
import { listMessage, pickMessage, unknownVerbMessage } from './views/answers.ts';
import { context, foreign, message, saying } from './views/blocks.ts';
import type { Message } from './views/message.ts';

export interface Typed {
  text: string;
  /** chosen from a list */
  incident?: Incident;
}

export async function obey(desk: Desk, asker: Asker, { text, incident }: Typed): Promise<Outcome> {
  const { word, rest } = takeWord(text);
  const verb = verbNamed(word);
  const refusal = await desk.rights.refusal(asker.user, verb?.right);
  if (refusal) return { message: refusal };
  if (!verb)
    return {
      message: unknownVerbMessage(
        plain(word),
        nearest(
          word.toLowerCase(),
          verbs.map(({ name }) => name),
        ),
      ),
    };
  const call = callOf(desk, asker, rest);
  if (verb.on === 'nothing') return carry(desk, asker, { step: await verb.run(call) });
  const target = incident
    ? { incident, words: withoutNumber(rest) }
    : await findTarget(desk.door, asker, { verb, rest, call });
  if ('answer' in target) return { message: target.answer };
  if ('elsewhere' in target) return carry(desk, asker, { step: await target.elsewhere });
  const step = await verb.run({ ...call, ...target });
  return carry(desk, asker, { step, incident: target.incident });
}

/** Nothing typed is a question. */
function verbNamed(word: string): Verb | undefined {
  const typed = word === '' ? 'help' : word.toLowerCase();
  return verbs.find(({ name, aliases }) => name === typed || aliases?.includes(typed));
}

const callOf = (desk: Desk, { user }: Asker, words: string): Call => ({
  words,
  user,
  policy: desk.policy,
  door: desk.door,
  scene: (incident) => sceneOf(desk, incident),
});

export interface Carrying {
  step: Step;
  incident?: Incident;
}

export async function carry(desk: Desk, asker: Asker, { step, incident }: Carrying): Promise<Outcome> {
  switch (step.kind) {
    case 'do':
      return bring(desk, asker, { ...step, incident });
    case 'form':
      return openForm(desk, asker, step.form);
    case 'say':
      return { message: step.message };
  }
}

interface Wanted {
  call: Call;
  verb: IncidentVerb;
  rest: string;
}

type Target = { incident: Incident; words: string } | { answer: Message } | { elsewhere: Step | Promise<Step> };

function withoutNumber(rest: string): string {
  const { word, rest: words } = takeWord(rest);
  return numberOf(word) === undefined ? rest : words;
}

/** A number that was typed is meant, even in another incident's channel; then the channel's own, then the only one. */
async function findTarget(door: Door, { channel }: Asker, { verb, rest, call }: Wanted): Promise<Target> {
  const { word } = takeWord(rest);
  const number = numberOf(word);
  if (number !== undefined) {
    const incident = await door.byNumber(number);
    return incident
      ? { incident, words: withoutNumber(rest) }
      : { answer: saying(`Nothing was done: there is no incident #${number}.`) };
  }
  if (looksLikeNumber(word))
    return { answer: saying(`Nothing was done: "${foreign(plain(word), 20)}" is no incident's number.`) };
  const here = channel === undefined ? undefined : await door.byChannel(channel);
  if (here) return { incident: here, words: rest };
  if (verb.elsewhere) return { elsewhere: verb.elsewhere(call) };
  const open = await door.open();
  const [only] = open;
  return only && open.length === 1 ? { incident: only, words: rest } : { answer: choice(open, `${verb.name} ${rest}`) };
}

/** as many as a button carries */
const mostCarried = 500;

/** Words that no button can carry are not cut: the number, typed first, carries them whole. */
function choice(open: Incident[], words: string): Message {
  if (words.length <= mostCarried || open.length === 0) return pickMessage(open, words.trim());
  const { blocks } = listMessage(open);
  return message('Nothing was done yet: which incident do you mean?', [
    ...blocks,
    context('Type the command again with its number right after the verb, like `/incident update #12 …`.'),
  ]);
}
