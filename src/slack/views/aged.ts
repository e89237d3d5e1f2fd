/** Words that land late say so first: what happened a while ago must not read as if it happened now. */
import { context, message } from './blocks.ts';
import type { Message } from './message.ts';
import { clock, span } from './words.ts';

const lateMs = 60_000;

/** `at`: when they were decided. */
export function aged({ text, blocks }: Message, { at, now }: { at: number; now: number }): Message {
  if (now - at < lateMs) return { text, blocks };
  const late = `:hourglass: This is of ${clock(at)}, ${span(now - at)} ago: it could not be posted before.`;
  return message(`${span(now - at)} ago: ${text}`, [context(late), ...blocks]);
}
