/** Where an incident's posts go, and what it means when that place does not take them any more. */
import type { Sending } from '../engine/ports.ts';
import { SendFailed } from '../errors.ts';
import type { Place } from './earlier.ts';
import { codeOf } from './send-failed.ts';

/** Where the incident's posts go; `below`: under the card. */
export function homeOf({ incident: { home } }: Sending, below: boolean): Place {
  switch (home.kind) {
    case 'none':
      throw new SendFailed('no-home', 'Not posted yet: the incident has no channel so far.', { retry: 'later' });
    case 'thread':
      return { channel: home.channel, thread: home.ts };
    case 'channel':
      return { channel: home.channel, ...(below && home.card !== undefined ? { thread: home.card } : {}) };
  }
}

export function channelOf({ incident: { home } }: Sending): string {
  if (home.kind === 'channel') return home.channel;
  throw new SendFailed('no-channel', 'The incident has no channel of its own.', { retry: 'never' });
}

/** What Slack says of a channel that is archived, deleted, or from which the bot was removed. */
export const gone = new Map([
  ['channel_not_found', 'It was deleted, or made invisible to Responder'],
  ['is_archived', 'It was archived'],
  ['is_inactive', 'It was archived'],
  ['not_in_channel', 'Responder was removed from it'],
]);

/** Only the incident's own channel is replaced: whatever happens in its thread in the incidents channel stays as it is. */
export async function atHome<T>({ incident: { home } }: Sending, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const why = gone.get(codeOf(error));
    if (why === undefined || home.kind !== 'channel') throw error;
    throw new SendFailed('home-lost', `${why} (#${home.name}, ${codeOf(error)}).`, { retry: 'later', cause: error });
  }
}
