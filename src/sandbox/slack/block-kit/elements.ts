/** Interactive elements, and which of them may stand where. */
import { all, byType, type Check, flag, id, list, number, oneOf, rule, shape, string, url } from './check.ts';
import { confirm, imageElement, option, optionGroup, plain, richOption } from './objects.ts';
import { richText } from './rich-text.ts';

const style = oneOf('primary', 'danger');
const label = string({ most: 75 });
const pressed = { action_id: id, confirm };
const filled = { action_id: id, focus_on_load: flag, placeholder: plain(150) };
const chosen = { ...filled, confirm };
const typed = {
  ...filled,
  dispatch_action_config: shape({
    may: { trigger_actions_on: list(oneOf('on_enter_pressed', 'on_character_entered'), { most: 2 }) },
  }),
};
const severalOf = { ...chosen, max_selected_items: number({ least: 1 }) };
const ids = list(id, { most: 100 });
const options = list(option, { most: 100 });
const groups = { options, option_groups: list(optionGroup, { most: 100 }) };
const filter = shape({
  may: {
    include: list(oneOf('im', 'mpim', 'private', 'public'), { most: 4 }),
    exclude_external_shared_channels: flag,
    exclude_bot_users: flag,
  },
});
const hasOptions = rule(
  'needs options or option_groups, one of them',
  (value) => (value['options'] === undefined) !== (value['option_groups'] === undefined),
);
const query = { min_query_length: number({ least: 0 }) };

export const button = shape({
  needs: { text: plain(75) },
  may: { ...pressed, value: string({ most: 2_000, least: 0 }), url, style, accessibility_label: label },
});

const choices: Record<string, Check> = {
  static_select: all(shape({ may: { ...chosen, ...groups, initial_option: option } }), hasOptions),
  external_select: shape({ may: { ...chosen, ...query, initial_option: option } }),
  users_select: shape({ may: { ...chosen, initial_user: id } }),
  channels_select: shape({ may: { ...chosen, initial_channel: id, response_url_enabled: flag } }),
  conversations_select: shape({
    may: {
      ...chosen,
      initial_conversation: id,
      default_to_current_conversation: flag,
      filter,
      response_url_enabled: flag,
    },
  }),
  multi_static_select: all(
    shape({ may: { ...severalOf, ...groups, initial_options: list(option, { most: 100 }) } }),
    hasOptions,
  ),
  multi_external_select: shape({ may: { ...severalOf, ...query, initial_options: list(option, { most: 100 }) } }),
  multi_users_select: shape({ may: { ...severalOf, initial_users: ids } }),
  multi_channels_select: shape({ may: { ...severalOf, initial_channels: ids } }),
  multi_conversations_select: shape({
    may: { ...severalOf, initial_conversations: ids, default_to_current_conversation: flag, filter },
  }),
  checkboxes: shape({
    needs: { options: list(richOption, { most: 10 }) },
    may: { ...pressed, focus_on_load: flag, initial_options: list(richOption, { most: 10 }) },
  }),
  radio_buttons: shape({
    needs: { options: list(richOption, { most: 10 }) },
    may: { ...pressed, focus_on_load: flag, initial_option: richOption },
  }),
  datepicker: shape({ may: { ...chosen, initial_date: string({ most: 10 }) } }),
  timepicker: shape({ may: { ...chosen, initial_time: string({ most: 5 }), timezone: id } }),
  datetimepicker: shape({ may: { ...pressed, focus_on_load: flag, initial_date_time: number() } }),
};

const lengths = all(
  rule(
    'min_length must not exceed max_length',
    ({ min_length: least = 0, max_length: most = 3_000 }) => Number(least) <= Number(most),
  ),
  rule(
    'initial_value must not exceed max_length',
    ({ initial_value: value = '', max_length: most = 3_000 }) => Array.from(String(value)).length <= Number(most),
  ),
);
const initial = string({ most: 3_000, least: 0 });

const inputs: Record<string, Check> = {
  plain_text_input: all(
    shape({
      may: {
        ...typed,
        initial_value: initial,
        multiline: flag,
        min_length: number({ least: 0, most: 3_000 }),
        max_length: number({ least: 1, most: 3_000 }),
      },
    }),
    lengths,
  ),
  email_text_input: shape({ may: { ...typed, initial_value: initial } }),
  url_text_input: shape({ may: { ...typed, initial_value: initial } }),
  number_input: shape({
    needs: { is_decimal_allowed: flag },
    may: { ...typed, initial_value: initial, min_value: initial, max_value: initial },
  }),
  file_input: shape({
    may: { action_id: id, filetypes: list(id, { most: 100 }), max_files: number({ least: 1, most: 10 }) },
  }),
};
const richInput = shape({
  may: {
    ...typed,
    initial_value: byType({ rich_text: richText }),
    min_lines: number({ least: 1 }),
    max_lines: number({ least: 1 }),
  },
});

const workflowButton = shape({
  needs: {
    text: plain(75),
    workflow: shape({
      needs: { trigger: shape({ needs: { url }, may: { customizable_input_parameters: () => [] } }) },
    }),
  },
  may: { ...pressed, style, accessibility_label: label },
});
const overflow = shape({ needs: { options: list(option, { most: 5 }) }, may: pressed });
const feedback = shape({
  needs: { text: plain(75), value: string({ most: 2_000 }) },
  may: { accessibility_label: label },
});

const pressable = { button, workflow_button: workflowButton, overflow, ...choices };

export const inActions = byType({ ...pressable, rich_text_input: richInput });
export const inSection = byType({ ...pressable, image: imageElement });
export const inInput = byType({ ...choices, ...inputs, rich_text_input: richInput });
export const inContextActions = byType({
  feedback_buttons: shape({ needs: { positive_button: feedback, negative_button: feedback }, may: { action_id: id } }),
  icon_button: shape({
    needs: { icon: id, text: plain(75) },
    may: { ...pressed, accessibility_label: label, value: string({ most: 2_000 }), visible_to_user_ids: ids },
  }),
});
