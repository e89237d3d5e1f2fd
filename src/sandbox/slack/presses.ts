/** Buttons and fields in blocks: found as a person finds them, and told as Slack tells them. */
import { chosen } from './choices.ts';
import { isObject, type Json, objectsOf } from './json.ts';

interface Placed {
  element: Json;
  block: Json;
}

/** Everything that can be pressed or chosen, with the block it stands in, inside containers and cards too. */
function elementsIn(blocks: Json[]): Placed[] {
  return blocks.flatMap((block) => {
    const inside = elementsIn(objectsOf(block['child_blocks']));
    const own = [block['elements'], block['actions'], [block['accessory'], block['element']]].flatMap(objectsOf);
    return [...own.map((element) => ({ element, block })), ...inside];
  });
}

const isButton = ({ type }: Json): boolean => type === 'button' || type === 'workflow_button';

/** Every button of the blocks, in order. */
export const buttonsOf = (blocks: Json[]): Json[] =>
  elementsIn(blocks)
    .map(({ element }) => element)
    .filter(isButton);

const wordsOf = (text: unknown): string => (isObject(text) ? String(text['text']) : '');

export const labelOf = (element: Json): string => wordsOf(element['text'] ?? element['placeholder']);

export interface Pressed {
  label: string;
  /** as it stands in `actions` of the payload */
  action: Json;
}

/** By its label, by its action (what stands before a colon is enough), or by how its label begins. */
export function pressOn(blocks: Json[], wanted: string, value?: string): Pressed {
  const all = elementsIn(blocks).filter(({ element }) => typeof element['action_id'] === 'string');
  const found =
    all.find(({ element }) => labelOf(element) === wanted) ??
    all.find(({ element }) => element['action_id'] === wanted) ??
    all.find(({ element }) => String(element['action_id']).split(':')[0] === wanted) ??
    all.find(({ element }) => labelOf(element).toLowerCase().startsWith(wanted.toLowerCase()));
  if (!found) throw new Error(`there is no button "${wanted}"`);
  const { element, block } = found;
  const { type, action_id } = element;
  return {
    label: isButton(element) ? labelOf(element) : `${labelOf(element)} ${value ?? ''}`.trim(),
    action: {
      type,
      action_id,
      block_id: block['block_id'],
      action_ts: `${Date.now() / 1_000}`,
      ...chosen(element, value),
    },
  };
}

/** What stands in the fields, by block and action, as a payload has it. */
export function stateOf(blocks: Json[], values: Record<string, string> = {}): Json {
  const state: Record<string, Json> = {};
  for (const { element, block } of elementsIn(blocks)) {
    const { type, action_id } = element;
    if (isButton(element) || type === 'overflow' || typeof action_id !== 'string') continue;
    const id = String(block['block_id']);
    state[id] = { ...state[id], [action_id]: { type, ...chosen(element, values[id] ?? values[action_id]) } };
  }
  return { values: state };
}
