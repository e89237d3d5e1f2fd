/** What the bot itself fails at, for whoever the runbook names as fallback. */
import { context, foreign, saying, section } from './blocks.ts';
import type { Message } from './message.ts';

const most = 15;

export function alarmMessage(sentences: string[]): Message {
  const lines = sentences.slice(0, most).map((sentence) => `• ${foreign(sentence, 250)}`);
  const more = sentences.length > most ? [`and ${sentences.length - most} more, all in the log`] : [];
  return saying(
    `:rotating_light: Responder needs a person: ${foreign(sentences[0] ?? '', 60)}`,
    section([...lines, ...more].join('\n')),
    context(
      'Sent directly, past the queue. It is told again while it lasts, 15 minutes apart or more; the log says when it is over.',
    ),
  );
}
