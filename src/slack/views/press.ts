/** What a button carries. Written by views, read by the listeners; the value is looked up and checked, never trusted. */
import { z } from 'zod';

/** Every action a button of ours may ask for. `action_id` is the action, plus `:n` to tell twins in one block apart. */
export const actions = [
  'acknowledge',
  'lead',
  'diagnose',
  'escalate',
  'update',
  'mitigate',
  'resolve',
  'issue-type',
  'ask-title',
  'done',
  'snooze',
  'waive',
  'join',
  'declare-anyway',
  'open-form',
  'pick',
] as const;
export type Action = (typeof actions)[number];

export const Pressed = z.object({
  incident: z.string().optional(),
  version: z.number().int().optional(),
  /** issue type, reminder kind or form to open, as the action needs it */
  data: z.string().optional(),
  /** the words of a command that waits for this press */
  words: z.string().optional(),
});
export type Pressed = z.infer<typeof Pressed>;

export const encode = (pressed: Pressed): string => JSON.stringify(pressed);

/** `undefined` for anything that no view of ours wrote. */
export function decode(value: string): Pressed | undefined {
  try {
    return Pressed.parse(JSON.parse(value));
  } catch {
    return undefined;
  }
}

export const actionOf = (actionId: string): Action | undefined => actions.find((a) => a === actionId.split(':')[0]);
