/** What each button does: the value it carries is looked up and checked like words that somebody typed. */

import type { Command, Incident } from '../incident/incident.ts';
import { type ReminderKind, type Right, reminderKinds } from '../incident/policy.ts';
import { hours } from '../incident/times.ts';
import { bring } from './bring.ts';
import type { Asker, Desk } from './desk.ts';
import { type Form, openForm } from './forms.ts';
import type { Outcome } from './listener.ts';
import { obey } from './obey.ts';
import { severityOf, titleFrom } from './parse.ts';
import { saying } from './views/blocks.ts';
import { type Action, actionOf, decode, type Pressed } from './views/press.ts';

export interface Press {
  actionId: string;
  value: string;
}

interface Pressing {
  desk: Desk;
  asker: Asker;
  pressed: Pressed;
}

interface Button {
  right?: Right;
  press(pressing: Pressing): Promise<Outcome>;
}

const orders = (make: (pressed: Pressed) => Command | undefined): Button => ({
  right: 'respond',
  press: (pressing) => onIncident(pressing, (incident) => ordered(pressing, incident, make(pressing.pressed))),
});

const opens = (make: (incident: Incident, pressed: Pressed) => Form | undefined): Button => ({
  right: 'respond',
  press: (pressing) => onIncident(pressing, (incident) => opened(pressing, make(incident, pressing.pressed))),
});

const onDuty = (make: (duty: ReminderKind) => Command) =>
  orders((pressed) => {
    const duty = dutyOf(pressed);
    return duty && make(duty);
  });

const buttons: Record<Action, Button> = {
  acknowledge: orders(() => ({ kind: 'acknowledge' })),
  lead: orders(() => ({ kind: 'lead' })),
  diagnose: orders(({ data }) => ({ kind: 'diagnose', ...(data === undefined ? {} : { issueType: data }) })),
  escalate: orders(() => ({ kind: 'escalate' })),
  mitigate: orders(() => ({ kind: 'mitigate' })),
  'issue-type': orders(({ data }) => (data === undefined ? undefined : { kind: 'issue-type', issueType: data })),
  done: onDuty((duty) => ({ kind: 'done', duty })),
  snooze: onDuty((duty) => ({ kind: 'snooze', duty, for: hours(1) })),
  // every full member may look on
  join: { press: (pressing) => onIncident(pressing, (incident) => ordered(pressing, incident, { kind: 'join' })) },
  update: opens((incident) => ({ name: 'update', incident })),
  resolve: opens((incident) => ({ name: 'resolve', incident })),
  'ask-title': opens((incident) => ({ name: 'title', incident })),
  waive: opens((incident, pressed) => {
    const duty = dutyOf(pressed);
    return duty && { name: 'waive', incident, duty };
  }),
  'declare-anyway': { right: 'declare', press: declareAnyway },
  'open-form': { right: 'declare', press: openDeclareForm },
  // the verb of the words that waited has its own right
  pick: { press: pickIncident },
};

/** Whatever is pressed gets an answer, a button of another release too. */
export async function press(desk: Desk, asker: Asker, { actionId, value }: Press): Promise<Outcome> {
  const action = actionOf(actionId);
  const pressed = decode(value);
  if (!action || !pressed) return unknown;
  const button = buttons[action];
  const refusal = await desk.rights.refusal(asker.user, button.right);
  if (refusal) return { message: refusal };
  const drawnFor = pressed.version;
  return button.press({ desk, asker: { ...asker, drawnFor }, pressed });
}

/** One key for the same button, whoever presses it; an invitation is each person's own. */
export function keyOfPress(place: string, user: string, { actionId, value }: Press): string {
  const action = actionOf(actionId) ?? 'unknown';
  const { incident = '', data = '', version = '' } = decode(value) ?? {};
  const whose = action === 'join' ? `:${user}` : '';
  return `click:${place}:${action}:${incident}:${data}:${version}${whose}`;
}

const unknown: Outcome = {
  message: saying('Nothing was done: this button is not known any more. Type `/incident help`.'),
};

const dutyOf = ({ data }: Pressed): ReminderKind | undefined => reminderKinds.find((kind) => kind === data);

async function onIncident(
  { desk, pressed }: Pressing,
  act: (incident: Incident) => Promise<Outcome>,
): Promise<Outcome> {
  const incident = pressed.incident === undefined ? undefined : await desk.door.incident(pressed.incident);
  return incident ? act(incident) : { message: saying('Nothing was done: there is no such incident.') };
}

const ordered = async (
  { desk, asker }: Pressing,
  incident: Incident,
  command: Command | undefined,
): Promise<Outcome> => (command ? bring(desk, asker, { command, incident }) : unknown);

const opened = async ({ desk, asker }: Pressing, form: Form | undefined): Promise<Outcome> =>
  form ? openForm(desk, asker, form) : unknown;

/** The refused declaration again, whoever presses and however often: one incident. */
async function declareAnyway({ desk, asker, pressed: { data: key } }: Pressing): Promise<Outcome> {
  const command = key === undefined ? undefined : await desk.door.remembered(key);
  if (key === undefined || command?.kind !== 'declare') return unknown;
  return bring(desk, { ...asker, key: `anyway:${key}`, how: 'typed' }, { command: { ...command, anyway: true } });
}

async function openDeclareForm({ desk, asker, pressed: { data = '', words = '' } }: Pressing): Promise<Outcome> {
  const severity = severityOf(data);
  return openForm(desk, asker, { name: 'declare', title: titleFrom(words).title, ...(severity ? { severity } : {}) });
}

async function pickIncident(pressing: Pressing): Promise<Outcome> {
  const { desk, asker, pressed } = pressing;
  // typed words have no version: they mean the incident as it is now
  return onIncident(pressing, (incident) =>
    obey(desk, { ...asker, drawnFor: undefined, how: 'typed' }, { text: pressed.words ?? '', incident }),
  );
}
