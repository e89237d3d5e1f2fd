/** The engine's port to the chat: every effect on Slack is one call here. */
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Report } from '../diagnosis/diagnosis.ts';
import { type Chat, type MessageRef, type ReportDrawing, type Sending, sendLimitMs } from '../engine/ports.ts';
import { SendFailed } from '../errors.ts';
import { dutiesFor } from '../incident/clocks.ts';
import type { Effect } from '../incident/effect.ts';
import type { Policy } from '../incident/policy.ts';
import type { Logger } from '../log.ts';
import { openChannel, topicOf } from './channel.ts';
import { eventType, type Look, makeLook, type Place, payloadOf } from './earlier.ts';
import { share, upload } from './files.ts';
import { atHome, channelOf, gone, homeOf } from './home.ts';
import { within } from './limit.ts';
import type { Directory } from './people.ts';
import { codeOf, sendFailed } from './send-failed.ts';
import { aged } from './views/aged.ts';
import { alarmMessage } from './views/alarm.ts';
import { announcementMessage, cardMessage } from './views/card.ts';
import { entryMessage } from './views/entry.ts';
import type { Message, Scene } from './views/message.ts';
import { reportMessage } from './views/report.ts';

export interface ChatSettings {
  /** absent: announced to the declarer alone, by direct message */
  incidentsChannel?: string | undefined;
  /** the bot's own user id, as soon as it is known */
  me: () => string | undefined;
  /** absent: Slack's own */
  apiUrl?: string | undefined;
}

export interface Chatting {
  client: WebClient;
  urgentClient: WebClient;
  policy: Policy;
  people: Directory;
  settings: ChatSettings;
  log: Logger;
}

type Kit = Chatting & { look: Look };

export function makeChat(chatting: Chatting): Chat {
  const { urgentClient, client, settings } = chatting;
  const kit: Kit = { ...chatting, look: makeLook(client, chatting.log) };
  const files = { client, apiUrl: settings.apiUrl };
  return {
    openChannel: (sending, takenByOthers) =>
      done(
        'No channel was opened',
        openChannel({ client: urgentClient, me: settings.me(), sending, takenByOthers, log: chatting.log }),
      ),
    topic: (sending) => done('The topic was not set', atHome(sending, setTopic(client, sending))),
    invite: (sending, effect) => done('Nobody was invited', atHome(sending, invite(kit, sending, effect))),
    announce: (sending) => done('The incident was not announced', announce(kit, sending)),
    card: (sending) => done('The status card was not posted', atHome(sending, postCard(kit, sending))),
    pin: (sending) => done('The card was not pinned', atHome(sending, pin(kit, sending))),
    redraw: (sending, what) => {
      const drawing = redraw(kit, sending, what);
      return done(`The ${what} was not brought up to date`, what === 'card' ? atHome(sending, drawing) : drawing);
    },
    post: (sending, effect, report) =>
      done('The message was not posted', atHome(sending, postEntry(kit, sending, { effect, report }))),
    redrawReport: (sending, drawing) =>
      done('The report was not brought up to date', atHome(sending, redrawReport(client, sending, drawing))),
    upload: (file) => done('The evidence was not attached', upload(files, file)),
    share: (sending, file) => done('The evidence was not attached', atHome(sending, share(files, sending, file))),
    tell: (sending, entry, { slack }) => done('The direct message was not sent', tell(kit, sending, { entry, slack })),
    alarm: (sentences, { slack }) => done('The alarm was not sent', alarm(urgentClient, sentences, slack)),
  };
}

export async function done<T>(otherwise: string, work: Promise<T>): Promise<T> {
  try {
    return await within(sendLimitMs, work);
  } catch (error) {
    throw sendFailed(otherwise, error);
  }
}

async function sceneOf({ policy, people }: Kit, { incident, now }: Sending): Promise<Scene> {
  return { incident, policy, now, people: await people.people(), duties: dutiesFor(incident, policy) };
}

const Posted = z.object({ channel: z.string(), ts: z.string() });

interface Envelope {
  place: Place;
  sending: Pick<Sending, 'id' | 'again' | 'queuedAt' | 'keepLease'>;
  message: Message;
}

export async function send(client: WebClient, look: Look, { place, sending, message }: Envelope): Promise<MessageRef> {
  const earlier = sending.again ? await look(place, sending) : undefined;
  if (earlier) return earlier;
  await sending.keepLease();
  const posted = await client.chat.postMessage({
    channel: place.channel,
    ...(place.thread === undefined ? {} : { thread_ts: place.thread }),
    ...message,
    unfurl_links: false,
    unfurl_media: false,
    metadata: { event_type: eventType, event_payload: payloadOf(sending) },
  });
  return Posted.parse(posted);
}

async function announce(kit: Kit, sending: Sending): Promise<MessageRef> {
  const { incidentsChannel } = kit.settings;
  const message = announcementMessage(await sceneOf(kit, sending));
  const to = (channel: string) => send(kit.urgentClient, kit.look, { place: { channel }, sending, message });
  if (incidentsChannel === undefined) return to(declarerOf(sending));
  try {
    return await to(incidentsChannel);
  } catch (error) {
    if (!gone.has(codeOf(error))) throw error;
    kit.log.error({ code: codeOf(error) }, 'INCIDENTS_CHANNEL cannot be posted to: the declarer alone was told');
    return to(declarerOf(sending));
  }
}

function declarerOf({ incident: { declaredBy } }: Sending): string {
  if ('slack' in declaredBy) return declaredBy.slack;
  throw new SendFailed('no-place', 'The incident was not announced: no channel for that is configured.', {
    retry: 'never',
  });
}

async function postCard(kit: Kit, sending: Sending): Promise<MessageRef> {
  const place = homeOf(sending, false);
  const message = cardMessage(await sceneOf(kit, sending));
  return send(kit.urgentClient, kit.look, { place, sending, message });
}

async function pin({ client }: Kit, sending: Sending): Promise<void> {
  const { channel, ts } = cardOf(sending);
  await sending.keepLease();
  try {
    await client.pins.add({ channel, timestamp: ts });
  } catch (error) {
    if (codeOf(error) !== 'already_pinned') throw error;
  }
}

function cardOf({ incident: { home } }: Sending): MessageRef {
  if (home.kind !== 'none' && home.card !== undefined) return { channel: home.channel, ts: home.card };
  throw new SendFailed('not-posted', 'There is no card yet.', { retry: 'later' });
}

async function redraw(kit: Kit, sending: Sending, what: 'card' | 'announcement'): Promise<void> {
  const target = what === 'card' ? cardOf(sending) : sending.incident.announcement;
  if (!target) throw new SendFailed('not-posted', 'There is no announcement yet.', { retry: 'later' });
  const scene = await sceneOf(kit, sending);
  const message = what === 'card' ? cardMessage(scene) : announcementMessage(scene);
  await sending.keepLease();
  await kit.client.chat.update({ ...target, ...message });
}

interface Posting {
  effect: Extract<Effect, { kind: 'post' }>;
  report: Report | undefined;
}

async function postEntry(kit: Kit, sending: Sending, { effect, report }: Posting): Promise<MessageRef> {
  const { entry, pings, thread } = effect;
  const place = homeOf(sending, thread);
  const scene = await sceneOf(kit, sending);
  const addressed = { pings: pings.length > 0 ? scene.people.audience(pings) : '' };
  const words = report ? reportMessage(report, { ...scene, ...addressed }) : entryMessage(entry, scene, addressed);
  const message = aged(words, sending);
  return send(pings.length > 0 ? kit.urgentClient : kit.client, kit.look, { place, sending, message });
}

/** As the incident is now: its buttons act on that. */
async function redrawReport(
  client: WebClient,
  { incident, keepLease }: Sending,
  { place, report, note }: ReportDrawing,
): Promise<void> {
  const message = reportMessage(report, { incident, note });
  await keepLease();
  await client.chat.update({ ...place, ...message });
}

interface Word {
  entry: Parameters<Chat['tell']>[1];
  slack: string;
}

async function tell(kit: Kit, sending: Sending, { entry, slack }: Word): Promise<MessageRef> {
  const message = aged(entryMessage(entry, await sceneOf(kit, sending), { pings: '' }), sending);
  return send(kit.urgentClient, kit.look, { place: { channel: slack }, sending, message });
}

/** Past the outbox, which may be what is stuck; whatever is told twice is better than not at all. */
async function alarm(client: WebClient, sentences: string[], channel: string): Promise<void> {
  await client.chat.postMessage({ channel, ...alarmMessage(sentences), unfurl_links: false, unfurl_media: false });
}

async function setTopic(client: WebClient, sending: Sending): Promise<void> {
  await sending.keepLease();
  await client.conversations.setTopic({ channel: channelOf(sending), topic: topicOf(sending.incident) });
}

/** People who are there already, or whom Slack keeps out, do not stop the others. */
const fineToMiss = new Set([
  'already_in_channel',
  'cant_invite',
  'cant_invite_self',
  'ura_max_channels',
  'user_disabled',
  'user_is_restricted',
  'user_is_ultra_restricted',
  'user_not_found',
  'user_not_visible',
]);
const mostInvited = 100;

async function invite(kit: Kit, sending: Sending, effect: Extract<Effect, { kind: 'invite' }>): Promise<void> {
  const channel = channelOf(sending);
  const named = effect.people.flatMap((person) => ('slack' in person ? person.slack : []));
  const ids = [...new Set([...named, ...(effect.onCall ? await kit.people.onCall() : [])])].slice(0, mostInvited);
  if (ids.length === 0) return;
  await sending.keepLease();
  try {
    // force: one person who cannot come must not keep the others out
    await kit.client.conversations.invite({ channel, users: ids.join(','), force: true });
  } catch (error) {
    if (!fineToMiss.has(codeOf(error))) throw error;
    kit.log.info({ channel, code: codeOf(error) }, 'somebody was not invited');
  }
}
