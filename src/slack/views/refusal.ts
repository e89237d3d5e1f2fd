/** Why nothing was done, in one sentence, and the next step where there is one. */
import type { Actor, CommandKind, Refusal } from '../../incident/incident.ts';
import { actions, foreign, sentence } from './blocks.ts';
import type { Message, People } from './message.ts';
import { clock, dutyName, name, span, titleOf } from './words.ts';

export interface Refused {
  people: People;
  now: number;
  /** the key under which the refused input is remembered, for "declare anyway" */
  key?: string;
}

type Of<C extends Refusal['code']> = Extract<Refusal, { code: C }>;
type Texts = { [C in Refusal['code']]: (refusal: Of<C>, at: Refused) => Message };

export const actorName = (actor: Actor, people: People): string =>
  actor === 'responder' ? 'Responder' : people.person(actor);

const verbs: Partial<Record<CommandKind, string>> = {
  lead: 'settled who has the lead',
  'issue-type': 'said what it is about',
  escalate: 'escalated',
  mitigate: 'marked it mitigated',
  resolve: 'resolved it',
  reopen: 'reopened it',
  close: 'closed it',
  cancel: 'cancelled it',
};
const already: Record<Of<'already'>['what'], string> = {
  acknowledged: 'it is acknowledged',
  lead: 'the lead is taken',
  role: 'the role is taken',
  mitigated: 'it is mitigated',
  resolved: 'it is resolved',
  severity: 'it has this severity',
  done: 'it is done',
  waived: 'it is not needed any more',
};

const nothing = 'Nothing was changed';

const texts: Texts = {
  'looks-declared': ({ incident, declaredAt }, { now, key }) =>
    sentence(
      `Not declared yet: this looks like ${name(incident)}, declared ${span(now - declaredAt)} ago`,
      ...actions([
        {
          action: 'join',
          label: `Join #${incident.number}: ${titleOf(incident, 40)}`,
          pressed: { incident: incident.id },
          style: 'primary',
        },
        { action: 'declare-anyway', label: 'Declare anyway', pressed: key === undefined ? {} : { data: key } },
      ]),
    ),
  overtaken: ({ by, at, what }, { people, now }) =>
    sentence(
      `${nothing}: ${actorName(by, people)} ${verbs[what] ?? 'was first'} ${span(now - at)} ago, after this button was drawn.`,
    ),
  already: ({ what, by, at }, { people }) =>
    sentence(
      `${nothing}: ${already[what]} already${by ? `, by ${actorName(by, people)}` : ''}${at === undefined ? '' : ` since ${clock(at)}`}.`,
    ),
  'not-now': ({ phase, command }) => sentence(`${nothing}: an incident that is ${phase} takes no "${command}".`),
  'look-under-way': () =>
    sentence('Nothing was started: such a look is under way already, and its report comes below the card.'),
  'not-acknowledged': () => sentence(`${nothing}: nobody has acknowledged it.`),
  'still-owed': ({ duties }) =>
    sentence(`Not closed: still owed are ${duties.map(dutyName).join(', ')}. Do them or say that they are not needed.`),
  'not-owed': ({ duty }) => sentence(`${nothing}: ${dutyName(duty)} is not owed now.`),
  'unknown-role': ({ role, known }) =>
    sentence(`${nothing}: the runbook has no role "${foreign(role, 40)}". It has: ${foreign(known.join(', '), 300)}.`),
  'unknown-issue-type': ({ issueType, known }) =>
    sentence(
      `${nothing}: the runbook has no issue type "${foreign(issueType, 40)}". It has: ${foreign(known.join(', '), 300)}.`,
    ),
  empty: ({ field }) => sentence(`${nothing}: the ${field} is empty.`),
  'bad-duration': () => sentence(`${nothing}: that is no time span. Write it like 30m, 2h or 1d.`),
  'no-such-incident': () => sentence(`${nothing}: there is no such incident.`),
};

// a table of functions by code loses, for the compiler, that key and argument belong together
function textOf<C extends Refusal['code']>(code: C, refusal: Of<C>, at: Refused): Message {
  return texts[code](refusal, at);
}

export const refusalMessage = (refusal: Refusal, at: Refused): Message =>
  textOf<Refusal['code']>(refusal.code, refusal, at);

/** For the second of two people who pressed the same button, or of two deliveries of the same input. */
export const repeatedWords = ({ by, at }: { by: Actor; at: number }, { people, now }: Refused): string =>
  `${actorName(by, people)} was first, ${span(now - at)} ago.`;
