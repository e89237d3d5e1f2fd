/** Was this post sent before? Looked up by the outbox id that travels in the message's metadata. */
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { MessageRef, Sending } from '../engine/ports.ts';
import type { Logger } from '../log.ts';
import { within } from './limit.ts';
import { codeOf } from './send-failed.ts';

export const eventType = 'responder';

export interface Place {
  channel: string;
  /** replies below this message */
  thread?: string;
}

/** The app may post where it cannot read: a public channel that it has not joined. */
const outOfSight = new Set(['channel_not_found', 'not_in_channel', 'thread_not_found']);
const lookMs = 2_000;
const mostPages = 3;

const Page = z.object({
  messages: z
    .array(
      z.object({
        ts: z.string(),
        metadata: z.object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) }).optional(),
      }),
    )
    .default([]),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});
type Page = z.infer<typeof Page>;

type Row = Pick<Sending, 'id' | 'queuedAt'>;
export type Look = (place: Place, row: Row) => Promise<MessageRef | undefined>;

/**
 * Throws when Slack does not answer: not knowing is no reason to send twice. The permission to read is optional
 * (`channels:history`); without it nothing is looked up, which is said once.
 */
export function makeLook(client: WebClient, log: Logger): Look {
  let mayRead = true;
  return async (place, row) => {
    if (!mayRead || isDirect(place.channel)) return undefined;
    try {
      const ts = await within(lookMs, find(client, place, row));
      return ts === undefined ? undefined : { channel: place.channel, ts };
    } catch (error) {
      if (outOfSight.has(codeOf(error))) return undefined;
      if (codeOf(error) !== 'missing_scope') throw error;
      mayRead = false;
      log.warn('channels:history is not granted: a post whose answer was lost may appear twice');
      return undefined;
    }
  };
}

/** Direct messages are addressed by user id, and reading them would need one more permission. */
const isDirect = (channel: string): boolean => /^[UWD]/.test(channel);

async function find(client: WebClient, place: Place, row: Row): Promise<string | undefined> {
  let cursor: string | undefined;
  for (let n = 0; n < mostPages; n += 1) {
    const page = await read(client, place, cursor);
    const ours = page.messages.find(({ metadata }) => metadata?.event_type === eventType && isOf(row, metadata));
    cursor = page.response_metadata?.next_cursor;
    if (ours || !cursor) return ours?.ts;
  }
  return undefined;
}

export const payloadOf = ({ id, queuedAt }: Row) => ({ outbox: id, queued: queuedAt });

/** Messages of an earlier release say their id alone. */
function isOf(
  { id, queuedAt }: Row,
  { event_payload: { outbox, queued } }: { event_payload: Record<string, unknown> },
) {
  return outbox === id && (queued === undefined || queued === queuedAt);
}

async function read(client: WebClient, { channel, thread }: Place, cursor: string | undefined): Promise<Page> {
  const asked = { channel, include_all_metadata: true, limit: 200, ...(cursor ? { cursor } : {}) };
  return Page.parse(
    await (thread === undefined
      ? client.conversations.history(asked)
      : client.conversations.replies({ ...asked, ts: thread })),
  );
}
