/** What each duty says when it falls due, and what can be pressed then. A new duty needs one text here. */
import type { Entry } from '../../incident/entry.ts';
import type { Incident } from '../../incident/incident.ts';
import type { ReminderKind } from '../../incident/policy.ts';
import { actions, addressing, type ButtonParts, context } from './blocks.ts';
import { pressOf } from './card.ts';
import type { Message, Scene } from './message.ts';
import { dutyName, lateWords, name, span } from './words.ts';

export type Reminder = Extract<Entry, { kind: 'reminder' }>;

interface Text {
  /** the fact, in a few words; the first line goes on with who acts */
  says: (scene: Scene, reminder: Reminder) => string;
  buttons: (incident: Incident) => ButtonParts[];
}

const putOff = (incident: Incident, duty: ReminderKind): ButtonParts[] => {
  const press = pressOf(incident);
  return [
    { ...press('snooze', duty), label: 'Snooze 1 h' },
    { ...press('waive', duty), label: 'Not needed' },
  ];
};

const chore =
  (duty: ReminderKind) =>
  (incident: Incident): ButtonParts[] => [
    { ...pressOf(incident)('done', duty), label: 'Done', style: 'primary' },
    ...putOff(incident, duty),
  ];

const percent = ({ occurrence, of = 1 }: Reminder): number => [50, 80, 100][occurrence + 3 - of] ?? 100;

const texts = {
  lead: {
    says: () => 'nobody has the lead',
    buttons: (incident) => [
      { ...pressOf(incident)('lead'), label: 'Take lead', style: 'primary' },
      ...putOff(incident, 'lead'),
    ],
  },
  update: {
    says: ({ incident, now }) => `an update is owed; the last word is ${span(now - incident.update.at)} old`,
    buttons: (incident) => [
      { ...pressOf(incident)('update'), label: 'Post update', style: 'primary' },
      ...putOff(incident, 'update'),
    ],
  },
  resolution: {
    says: (_, reminder) =>
      percent(reminder) >= 100
        ? 'the resolution target is exceeded'
        : `${percent(reminder)} % of the time to resolve is gone`,
    buttons: (incident) => [
      { ...pressOf(incident)('escalate'), label: 'Escalate' },
      { ...pressOf(incident)('resolve'), label: 'Resolve' },
    ],
  },
  ticket: { says: () => 'a ticket is to be created', buttons: chore('ticket') },
  'status-page': { says: () => 'the status page is to be updated', buttons: chore('status-page') },
  'affected-users': { says: () => 'the affected users are to be told', buttons: chore('affected-users') },
  report: {
    says: (_, { overdue }) =>
      overdue ? 'the incident report is overdue' : 'the incident report is due 24 h after the resolve',
    buttons: chore('report'),
  },
  'post-mortem': { says: () => 'the post-mortem is to be scheduled', buttons: chore('post-mortem') },
} satisfies Record<ReminderKind, Text>;

export function reminderMessage(reminder: Reminder, scene: Scene, { pings }: { pings: string }): Message {
  const { incident } = scene;
  const text: Text = texts[reminder.duty];
  const first = `${name(incident)}: ${text.says(scene, reminder)}`;
  const owed = `The runbook asks for ${dutyName(reminder.duty)} with every ${incident.severity.toUpperCase()}.`;
  return addressing(
    first,
    pings,
    ...actions(text.buttons(incident)),
    context(`${owed}${lateWords(reminder.lateMs, reminder.missed)}`),
  );
}
