/** The chat for what is declared while the database is away: an announcement kept up to date, and the second route. */
import type { DirectChat, MessageRef } from '../engine/ports.ts';
import { SendFailed } from '../errors.ts';
import type { Direct } from '../incident/direct.ts';
import type { Audience } from '../incident/entry.ts';
import { makeLook } from './earlier.ts';
import { type Chatting, done, send } from './post.ts';
import { makeTurns } from './turns.ts';
import { type Around, directMessage, directWarning } from './views/direct.ts';

/** What stands in no outbox is under no lease. */
const keepLease = async (): Promise<void> => {};

export function makeDirectChat(chatting: Chatting): DirectChat {
  const look = makeLook(chatting.client, chatting.log);
  const turn = makeTurns();

  const announce = async (direct: Direct, again: boolean): Promise<MessageRef> => {
    const tell = direct.tell.map((level) => ({ level }));
    const message = directMessage(direct, await around(chatting, tell));
    const { announcement: standing } = direct;
    if (!standing) {
      const sending = { id: `journal:${direct.id}`, again, queuedAt: direct.at, keepLease };
      const channel = placeOf(chatting, direct);
      await turn(channel);
      return send(chatting.urgentClient, look, { place: { channel }, sending, message });
    }
    await chatting.client.chat.update({ ...standing, ...message });
    return standing;
  };

  const warn = async (direct: Direct, person?: { slack: string }): Promise<void> => {
    const message = directWarning(direct, await around(chatting, person ? [] : [{ fallback: true }]));
    const channel = person?.slack ?? direct.announcement?.channel ?? placeOf(chatting, direct);
    const sending = { id: `journal:${direct.id}:warning`, again: false, queuedAt: direct.at, keepLease };
    await turn(channel);
    await send(chatting.urgentClient, look, { place: { channel }, sending, message });
  };

  return {
    announce: (direct, again) => done('The declaration was not announced', announce(direct, again)),
    warn: (direct, person) => done('The fallback people were not warned', warn(direct, person)),
  };
}

async function around({ policy, people: directory }: Chatting, pings: Audience[]): Promise<Around> {
  const people = await directory.people();
  return { policy, people, pings: pings.length > 0 ? people.audience(pings) : '' };
}

function placeOf({ settings }: Chatting, { by }: Direct): string {
  if (settings.incidentsChannel !== undefined) return settings.incidentsChannel;
  if ('slack' in by) return by.slack;
  throw new SendFailed('no-place', 'Not announced: no channel for that is configured.', { retry: 'never' });
}
