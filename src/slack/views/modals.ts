/** The forms. Block and action ids are fixed: submissions are read by them, and a repeated form keeps what was typed. */
import type { InputBlock, ModalView, PlainTextOption } from '@slack/types';
import { type Policy, type Severity, severities, titleLength } from '../../incident/policy.ts';
import { clean, cut } from './blocks.ts';
import { encode, type Pressed } from './press.ts';

/** `callback_id`s: which form was sent. */
export const forms = {
  declare: 'declare',
  update: 'update',
  resolve: 'resolve',
  reopen: 'reopen',
  waive: 'waive',
  title: 'title',
} as const;
export type Form = keyof typeof forms;

/** `block_id`s; the input in each has the same `action_id`. */
export const fields = { severity: 'severity', title: 'title', issueType: 'issue-type', text: 'text' } as const;

const plain = (text: string, most: number) => ({ type: 'plain_text' as const, text: cut(clean(text), most) || ' ' });

const option = (value: string, label: string): PlainTextOption => ({
  text: plain(label, 75),
  value: value.slice(0, 150),
});

interface Words {
  block: string;
  label: string;
  most: number;
  filled?: string | undefined;
  multiline?: boolean;
  optional?: boolean;
}

const words = ({ block, label, most, filled, multiline = false, optional = false }: Words): InputBlock => ({
  type: 'input',
  block_id: block,
  label: plain(label, 2_000),
  optional,
  element: {
    type: 'plain_text_input',
    action_id: block,
    multiline,
    max_length: most,
    ...(filled ? { initial_value: cut(clean(filled), most) } : {}),
  },
});

interface Choice {
  block: string;
  label: string;
  options: PlainTextOption[];
  chosen?: string | undefined;
  optional?: boolean;
}

function choice({ block, label, options, chosen, optional = false }: Choice): InputBlock {
  const initial = options.find(({ value }) => value === chosen);
  return {
    type: 'input',
    block_id: block,
    label: plain(label, 2_000),
    optional,
    element: {
      type: 'static_select',
      action_id: block,
      options: options.slice(0, 100),
      ...(initial ? { initial_option: initial } : {}),
    },
  };
}

interface Parts {
  form: Form;
  title: string;
  submit: string;
  blocks: InputBlock[];
  about?: Pressed;
}

const modal = ({ form, title, submit, blocks, about = {} }: Parts): ModalView => ({
  type: 'modal',
  callback_id: forms[form],
  title: plain(title, 24),
  submit: plain(submit, 24),
  close: plain('Cancel', 24),
  private_metadata: encode(about),
  blocks,
});

export interface DeclareForm {
  policy: Policy;
  severity?: Severity | undefined;
  title?: string | undefined;
  issueType?: string | undefined;
}

export function declareForm({ policy, severity, title, issueType }: DeclareForm): ModalView {
  const levels = severities.map((one) =>
    option(one, `${one.toUpperCase()} ${policy.severities[one].title}: ${policy.severities[one].criteria.join('; ')}`),
  );
  const types = policy.issueTypes.map(({ id, title }) => option(id, title));
  return modal({
    form: 'declare',
    title: 'Declare an incident',
    submit: 'Declare',
    blocks: [
      choice({ block: fields.severity, label: 'How bad is it?', options: levels, chosen: severity }),
      words({ block: fields.title, label: 'What is broken?', most: titleLength, filled: title }),
      ...(types.length > 0
        ? [
            choice({
              block: fields.issueType,
              label: 'Does it look like one of these?',
              options: types,
              chosen: issueType,
              optional: true,
            }),
          ]
        : []),
    ],
  });
}

export const updateForm = (about: Pressed): ModalView =>
  modal({
    form: 'update',
    title: 'Post an update',
    submit: 'Post',
    about,
    blocks: [words({ block: fields.text, label: 'What is known, what is being done?', most: 2_500, multiline: true })],
  });

export const resolveForm = (about: Pressed): ModalView =>
  modal({
    form: 'resolve',
    title: 'Resolve',
    submit: 'Resolve',
    about,
    blocks: [words({ block: fields.text, label: 'What ended it?', most: 2_500, multiline: true, optional: true })],
  });

const reasons = {
  reopen: ['Reopen', 'Why is it open again?'],
  waive: ['Not needed', 'Why is it not needed?'],
} as const;

export function reasonForm(form: keyof typeof reasons, about: Pressed): ModalView {
  const [title, label] = reasons[form];
  return modal({
    form,
    title,
    submit: title,
    about,
    blocks: [words({ block: fields.text, label, most: 1_000, multiline: true })],
  });
}

export const titleForm = (about: Pressed, title = ''): ModalView =>
  modal({
    form: 'title',
    title: 'What is broken?',
    submit: 'Save',
    about,
    blocks: [words({ block: fields.title, label: 'In a few words', most: titleLength, filled: title })],
  });
