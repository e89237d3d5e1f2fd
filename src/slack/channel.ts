/** An incident's channel: its name, its topic, and finding again the one that an earlier attempt may have opened. */
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { OwnChannel, Sending } from '../engine/ports.ts';
import type { Incident, Phase } from '../incident/incident.ts';
import type { Logger } from '../log.ts';
import { codeOf } from './send-failed.ts';
import { clean, cut, escape } from './views/blocks.ts';

const nameLength = 80;
const topicLength = 250;
/** Slack's clock and the database's are not the same one */
const skewMs = 60_000;
const mostPages = 5;
const mostNames = 5;

/** Letters, digits and hyphens, as Slack wants it; words that have none of them leave the number alone. */
export function channelName({ number, title }: Pick<Incident, 'number' | 'title'>, attempt = 1): string {
  const slug = title
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-');
  const suffix = attempt > 1 ? `-${attempt}` : '';
  const start = `inc-${number}-${slug}`.slice(0, Math.min(nameLength, 60) - suffix.length);
  return start.replaceAll(/-+$/g, '').replaceAll(/-{2,}/g, '-') + suffix;
}

const phases: Record<Phase, string> = {
  open: 'open',
  mitigated: 'mitigated',
  resolved: 'resolved',
  closed: 'closed',
  cancelled: 'cancelled (false alarm)',
};

const isRunning = ({ phase }: Incident): boolean => phase === 'open' || phase === 'mitigated';

/** State first: a phone shows the beginning. Nobody is mentioned, a topic would ping them at every change. */
export function topicOf(incident: Incident): string {
  const { severity, number, title, lead, acknowledged } = incident;
  const state = isRunning(incident) && !acknowledged ? 'not acknowledged' : phases[incident.phase];
  const start = `${severity.toUpperCase()} #${number} · ${state} · ${lead ? 'has a lead' : 'no lead'} · `;
  const words = clean(title).replaceAll(/\s+/g, ' ') || 'not said yet what is broken';
  const fits = [180, 90, 40]
    .map((most) => start + escape(cut(words, most)))
    .find((topic) => topic.length <= topicLength);
  return fits ?? start.slice(0, -3);
}

export interface Opening {
  client: WebClient;
  /** the bot's own user id; unknown until Slack was reached once */
  me: string | undefined;
  sending: Sending;
  takenByOthers: string[];
  log: Logger;
}

const Created = z.object({ channel: z.object({ id: z.string(), name: z.string() }) });
const Words = z.object({ value: z.string() }).default({ value: '' });
const Mine = z.object({
  channels: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      creator: z.string().optional(),
      created: z.number().optional(),
      topic: Words,
      purpose: Words,
    }),
  ),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});
type Channel = z.infer<typeof Mine>['channels'][number];

/** A taken name is our own earlier attempt, which is adopted, or somebody else's channel, which is left alone. */
export async function openChannel(opening: Opening): Promise<{ channel: string; name: string }> {
  const { client, sending } = opening;
  for (let attempt = 1; ; attempt += 1) {
    const name = channelName(sending.incident, attempt);
    await sending.keepLease();
    try {
      const { channel } = Created.parse(await client.conversations.create({ name }));
      void sign(opening, channel.id);
      return { channel: channel.id, name: channel.name };
    } catch (error) {
      if (codeOf(error) !== 'name_taken' || attempt === mostNames) throw error;
    }
    const ours = await find(opening, name);
    if (!ours) continue;
    void sign(opening, ours.id);
    return { channel: ours.id, name: ours.name };
  }
}

/** The channel itself says whose it is, for a day when the database has forgotten. Nobody waits for it. */
async function sign({ client, sending, log }: Opening, channel: string): Promise<void> {
  try {
    await client.conversations.setPurpose({ channel, purpose: `Run by Responder: incident ${sending.incident.id}.` });
  } catch (error) {
    log.warn({ channel, code: codeOf(error) }, 'the purpose of a channel was not set');
  }
}

const signatureOf = ({ purpose }: Channel): string | undefined =>
  /^Run by Responder: incident (\w+)\.$/.exec(purpose.value)?.[1];

async function* mine(client: WebClient, me: string): AsyncGenerator<Channel> {
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const answer = Mine.parse(
      await client.users.conversations({
        types: 'public_channel',
        exclude_archived: true,
        limit: 200,
        ...(cursor ? { cursor } : {}),
      }),
    );
    for (const channel of answer.channels) if (channel.creator === me) yield channel;
    cursor = answer.response_metadata?.next_cursor;
    if (!cursor) return;
  }
}

async function find(opening: Opening, name: string): Promise<Channel | undefined> {
  if (opening.me === undefined) return undefined;
  for await (const channel of mine(opening.client, opening.me))
    if (channel.name === name && isOurs(channel, opening)) return channel;
  return undefined;
}

/** What an attempt of ours has left behind is signed by this incident, or still blank, as no channel in use is. */
function isOurs(channel: Channel, { sending: { incident }, takenByOthers }: Opening): boolean {
  if (takenByOthers.includes(channel.id)) return false;
  const signature = signatureOf(channel);
  if (signature !== undefined) return signature === incident.id;
  const isBlank = channel.topic.value === '' && channel.purpose.value === '';
  return isBlank && (channel.created ?? 0) * 1_000 >= incident.declaredAt - skewMs;
}

/** Every incident channel that the bot has opened and still is in. */
export async function ownChannels(client: WebClient, me: string): Promise<OwnChannel[]> {
  const own: OwnChannel[] = [];
  for await (const channel of mine(client, me)) {
    const number = /^inc-(\d{1,9})(?:-|$)/.exec(channel.name)?.[1];
    const { id, name } = channel;
    if (number !== undefined) own.push({ channel: id, name, number: Number(number), incident: signatureOf(channel) });
  }
  return own;
}
