/** What somebody pressed, chose or typed, in the field that Slack puts it in for each kind of element. */
import { isObject, type Json, listOf, objectsOf } from './json.ts';

type Choice = (element: Json, value: string | undefined) => Json;

/** Elements that hold one plain value: its field in the payload, and where its default stands. */
const single =
  (field: string, initial: string): Choice =>
  (element, value) => ({ [field]: value ?? element[initial] ?? null });

const one: Choice = (element, value) => ({
  selected_option: value === undefined ? (element['initial_option'] ?? null) : optionOf(element, value),
});
const several: Choice = (element, value) => ({
  selected_options: listed(element, { value, initial: 'initial_options' }).map((each) => optionOf(element, each)),
});
const ids =
  (field: string, initial: string): Choice =>
  (element, value) => ({ [field]: listed(element, { value, initial }) });
const press: Choice = ({ text, value: carried }, value) => ({
  text,
  ...(value === undefined && carried === undefined ? {} : { value: value ?? carried }),
});
const typed = single('value', 'initial_value');

const choices: Record<string, Choice> = {
  button: press,
  workflow_button: press,
  static_select: one,
  external_select: one,
  radio_buttons: one,
  overflow: one,
  multi_static_select: several,
  multi_external_select: several,
  checkboxes: several,
  users_select: single('selected_user', 'initial_user'),
  channels_select: single('selected_channel', 'initial_channel'),
  conversations_select: single('selected_conversation', 'initial_conversation'),
  multi_users_select: ids('selected_users', 'initial_users'),
  multi_channels_select: ids('selected_channels', 'initial_channels'),
  multi_conversations_select: ids('selected_conversations', 'initial_conversations'),
  datepicker: single('selected_date', 'initial_date'),
  timepicker: single('selected_time', 'initial_time'),
  datetimepicker: (element, value) => ({
    selected_date_time: value === undefined ? (element['initial_date_time'] ?? null) : Number(value),
  }),
};

export const chosen: Choice = (element, value) => (choices[String(element['type'])] ?? typed)(element, value);

/** Several are typed with commas between them. */
function listed(element: Json, { value, initial }: { value: string | undefined; initial: string }): string[] {
  if (value !== undefined) return value.split(',').map((each) => each.trim());
  return listOf(element[initial]).map((each) => String(isObject(each) ? each['value'] : each));
}

const wordsOf = (text: unknown): unknown => (isObject(text) ? text['text'] : undefined);

/** By its value or by what is read in the list; a list that the bot fills takes any. */
function optionOf(element: Json, wanted: string): Json {
  const groups = objectsOf(element['option_groups']).flatMap(({ options }) => objectsOf(options));
  const options = [...objectsOf(element['options']), ...groups];
  const found = options.find(({ value }) => value === wanted) ?? options.find(({ text }) => wordsOf(text) === wanted);
  if (found) return found;
  if (String(element['type']).endsWith('external_select'))
    return { text: { type: 'plain_text', text: wanted }, value: wanted };
  throw new Error(`"${wanted}" cannot be chosen there`);
}
