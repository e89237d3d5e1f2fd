/** What Slack's own window does with a form before it is sent, and with what the bot answers to it. */
import { chosen } from './choices.ts';
import { isObject, type Json, objectsOf, points } from './json.ts';
import { redraw, sound, stack } from './views.ts';
import { type OpenView, Refused, type Workspace } from './workspace.ts';

/** A field that must be filled, or a text that is too long, does not leave the window. */
export function checkFilled(blocks: Json[], values: Record<string, string>): void {
  for (const block of blocks.filter(({ type }) => type === 'input')) {
    const element = isObject(block['element']) ? block['element'] : {};
    const typed = values[String(block['block_id'])] ?? values[String(element['action_id'])];
    const filled = Object.values(chosen(element, typed)).some((one) => one !== null && one !== '');
    const label = isObject(block['label']) ? String(block['label']['text']) : '';
    if (!filled && block['optional'] !== true) throw new Error(`"${label}" must be filled`);
    if (typed !== undefined) checkLength(element, { label, length: points(typed) });
  }
}

function checkLength({ min_length, max_length }: Json, { label, length }: { label: string; length: number }): void {
  if (typeof max_length === 'number' && length > max_length) throw new Error(`"${label}" is too long`);
  if (typeof min_length === 'number' && length < min_length) throw new Error(`"${label}" is too short`);
}

export interface Outcome {
  /** what stands beside the fields, by block */
  errors?: Record<string, string>;
  /** the form that is seen now */
  view?: Json;
}

/** Nothing closes the form; `response_action` keeps it, draws it anew, puts one on top, or closes all. */
export function settle(workspace: Workspace, open: OpenView, answer: unknown): Outcome {
  const { response_action: action, errors, view } = isObject(answer) ? answer : {};
  try {
    if (action === undefined) return closeOne(open);
    if (action === 'clear') return clear(workspace, open);
    if (action === 'errors') return { errors: errorsOf(open.view, errors), view: open.view };
    const given = sound(view, 'modal');
    if (action === 'update') return { view: redraw(workspace, given, open) };
    if (action === 'push') return { view: stack(workspace, given, { user: open.user, below: open.view.id }) };
    throw new Refused('unknown response_action');
  } catch (refusal) {
    if (!(refusal instanceof Refused)) throw refusal;
    workspace.violations.push(`view_submission: ${refusal.message} ${JSON.stringify(refusal.more)}`);
    return { view: open.view };
  }
}

/** The form below, if there is one, comes into sight again. */
export function closeOne(open: OpenView): Outcome {
  open.isOpen = false;
  return {};
}

function clear({ views }: Workspace, { view }: OpenView): Outcome {
  for (const one of views.values()) if (one.view['root_view_id'] === view['root_view_id']) one.isOpen = false;
  return {};
}

/** Each stands beside an input block of the form; there is nowhere else to put it. */
function errorsOf(view: Json, errors: unknown): Record<string, string> {
  const inputs = objectsOf(view['blocks']).filter(({ type }) => type === 'input');
  const known = new Set(inputs.map((block) => block['block_id']));
  const given = isObject(errors) ? Object.entries(errors) : [];
  if (given.length === 0 || given.some(([id]) => !known.has(id))) throw new Refused('errors name no input block');
  return Object.fromEntries(given.map(([id, message]) => [id, String(message)]));
}
