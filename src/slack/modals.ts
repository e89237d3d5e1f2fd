/** What each form does when it is sent. */
import { z } from 'zod';
import type { Command, Incident } from '../incident/incident.ts';
import { type Right, reminderKinds } from '../incident/policy.ts';
import { suggestIssueType } from '../runbook/suggest.ts';
import { bring } from './bring.ts';
import type { Asker, Desk } from './desk.ts';
import type { Outcome } from './listener.ts';
import { severityOf, titleFrom } from './parse.ts';
import { saying } from './views/blocks.ts';
import { type Form, fields, forms } from './views/modals.ts';
import { decode, type Pressed } from './views/press.ts';

export interface Sent {
  form: string;
  about: string;
  values: Values;
}

const Value = z.object({
  value: z.string().nullish(),
  selected_option: z.object({ value: z.string() }).nullish(),
});
/** block → action → what was filled in; our blocks have one input each */
export const Values = z.record(z.string(), z.record(z.string(), Value));
export type Values = z.infer<typeof Values>;

type IncidentForm = Exclude<Form, 'declare'>;

interface Filled {
  text: string;
  title: string;
  about: Pressed;
}

const orders: Record<IncidentForm, (filled: Filled) => Command | undefined> = {
  update: ({ text }) => ({ kind: 'update', text }),
  resolve: ({ text }) => ({ kind: 'resolve', ...(text === '' ? {} : { summary: text }) }),
  reopen: ({ text: reason }) => ({ kind: 'reopen', reason }),
  title: ({ title }) => ({ kind: 'title', title }),
  waive: ({ text: reason, about: { data } }) => {
    const duty = reminderKinds.find((kind) => kind === data);
    return duty && { kind: 'waive', duty, reason };
  },
};

const formOf = (name: string): Form | undefined => Object.values(forms).find((form) => form === name);

export async function submit(desk: Desk, asker: Asker, sent: Sent): Promise<Outcome> {
  const form = formOf(sent.form);
  const about = decode(sent.about);
  if (!form || !about) return unknown;
  const right: Right = form === 'declare' ? 'declare' : 'respond';
  const refusal = await desk.rights.refusal(asker.user, right);
  if (refusal) return { message: refusal };
  if (form === 'declare') return declare(desk, asker, sent.values);
  const incident = about.incident === undefined ? undefined : await desk.door.incident(about.incident);
  if (!incident) return { message: saying('Nothing was done: there is no such incident.') };
  return order(desk, asker, { form, about, incident, values: sent.values });
}

const unknown: Outcome = { message: saying('Nothing was done: this form is not known any more. Open it again.') };

interface Ordering {
  form: IncidentForm;
  about: Pressed;
  incident: Incident;
  values: Values;
}

async function order(desk: Desk, asker: Asker, { form, about, incident, values }: Ordering): Promise<Outcome> {
  const { title } = titleFrom(written(values, fields.title));
  const command = orders[form]({ text: written(values, fields.text).trim(), title, about });
  if (!command) return unknown;
  return bring(desk, { ...asker, drawnFor: about.version }, { command, incident });
}

async function declare(desk: Desk, asker: Asker, values: Values): Promise<Outcome> {
  const severity = severityOf(chosen(values, fields.severity) ?? '');
  const { title, details } = titleFrom(written(values, fields.title));
  if (!severity) return faulty(fields.severity, 'Choose how bad it is.');
  if (title === '') return faulty(fields.title, 'A few words are needed here.');
  const issueType = chosen(values, fields.issueType) ?? suggestIssueType(title, desk.policy)?.id;
  return bring(desk, asker, {
    command: {
      kind: 'declare',
      severity,
      title,
      ...(issueType === undefined ? {} : { issueType }),
      ...(details === undefined ? {} : { details }),
    },
  });
}

const faulty = (field: string, sentence: string): Outcome => ({
  message: saying(`Nothing was done: ${sentence}`),
  faults: { [field]: sentence },
});

const written = (values: Values, field: string): string => values[field]?.[field]?.value ?? '';
const chosen = (values: Values, field: string): string | undefined => values[field]?.[field]?.selected_option?.value;
