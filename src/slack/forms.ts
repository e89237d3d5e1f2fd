/** Which form, filled how far; and opening it, which must happen within the 3 s of its trigger. */
import type { ModalView } from '@slack/types';
import type { Incident } from '../incident/incident.ts';
import type { Policy, ReminderKind, Severity } from '../incident/policy.ts';
import { suggestIssueType } from '../runbook/suggest.ts';
import type { Asker, Desk } from './desk.ts';
import type { Outcome } from './listener.ts';
import { codeOf } from './send-failed.ts';
import { formButtonMessage } from './views/answers.ts';
import { saying, section } from './views/blocks.ts';
import { declareForm, reasonForm, resolveForm, titleForm, updateForm } from './views/modals.ts';

export type Form =
  | { name: 'declare'; severity?: Severity; title: string }
  | { name: 'update' | 'resolve' | 'reopen' | 'title'; incident: Incident }
  | { name: 'waive'; incident: Incident; duty: ReminderKind };

export async function openForm(desk: Desk, asker: Asker, form: Form): Promise<Outcome> {
  const view = viewOf(form, desk.policy, asker);
  try {
    await desk.client.views.open({ trigger_id: asker.trigger, view });
    return undefined;
  } catch (error) {
    desk.log.warn({ code: codeOf(error), form: form.name }, 'a form could not be opened');
    return { message: insteadOf(form) };
  }
}

function viewOf(form: Form, policy: Policy, { drawnFor }: Asker): ModalView {
  switch (form.name) {
    case 'declare':
      return declareForm({ ...form, policy, issueType: suggestIssueType(form.title, policy)?.id });
    case 'update':
      return updateForm(about(form.incident, drawnFor));
    case 'resolve':
      return resolveForm(about(form.incident, drawnFor));
    case 'title':
      return titleForm(about(form.incident, drawnFor), form.incident.title);
    case 'reopen':
      return reasonForm('reopen', about(form.incident, drawnFor));
    case 'waive':
      return reasonForm('waive', { ...about(form.incident, drawnFor), data: form.duty });
  }
}

/** What the form was opened for: the state that the button showed, else the state now. */
const about = ({ id, version }: Incident, drawnFor = version) => ({ incident: id, version: drawnFor });

function insteadOf(form: Form) {
  if (form.name === 'declare') {
    const { severity, title } = form;
    return formButtonMessage({ ...(severity ? { severity } : {}), ...(title ? { words: title } : {}) });
  }
  const typed =
    form.name === 'waive'
      ? 'Press the button again.'
      : `Press the button again, or type \`/incident ${form.name} #${form.incident.number}\` and the words after it.`;
  return saying('Nothing was done: the form could not be opened in time.', section(typed));
}
