/** An incident's channel: its name, its topic, and finding again the one that an earlier attempt may have opened. */
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Sending } from '../engine/ports.ts';
import type { Incident, Phase } from '../incident/incident.ts';
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
}

const Created = z.object({ channel: z.object({ id: z.string(), name: z.string() }) });
const Mine = z.object({
  channels: z.array(
    z.object({ id: z.string(), name: z.string(), creator: z.string().optional(), created: z.number().optional() }),
  ),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});
type Channel = z.infer<typeof Mine>['channels'][number];

/** A taken name is our own earlier attempt, which is adopted, or somebody else's channel, which is left alone. */
export async function openChannel(opening: Opening): Promise<{ channel: string; name: string }> {
  const { client, sending } = opening;
  for (let attempt = 1; ; attempt += 1) {
    const name = channelName(sending.incident, attempt);
    sending.checkLease();
    try {
      const { channel } = Created.parse(await client.conversations.create({ name }));
      return { channel: channel.id, name: channel.name };
    } catch (error) {
      if (codeOf(error) !== 'name_taken' || attempt === mostNames) throw error;
    }
    const ours = await find(opening, name);
    if (ours) return { channel: ours.id, name: ours.name };
  }
}

async function find(opening: Opening, name: string): Promise<Channel | undefined> {
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const answer = Mine.parse(
      await opening.client.users.conversations({
        types: 'public_channel',
        exclude_archived: true,
        limit: 200,
        ...(cursor ? { cursor } : {}),
      }),
    );
    const ours = answer.channels.find((channel) => channel.name === name && isOurs(channel, opening));
    cursor = answer.response_metadata?.next_cursor;
    if (ours || !cursor) return ours;
  }
  return undefined;
}

function isOurs({ id, creator, created }: Channel, { me, sending, takenByOthers }: Opening): boolean {
  if (me === undefined || creator !== me || takenByOthers.includes(id)) return false;
  return (created ?? 0) * 1_000 >= sending.incident.declaredAt - skewMs;
}
