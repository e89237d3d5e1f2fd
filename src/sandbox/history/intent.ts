/** I1, I7: one channel for each incident, and whatever is seen outside has its row in the outbox. */
import { isObject, type Json } from '../slack/json.ts';
import { type Check, type Fault, fault } from './fault.ts';
import { journalled } from './journal.ts';
import type { Records } from './records.ts';
import type { IncidentRow } from './rows.ts';
import { timelineOf } from './runs.ts';

const bot = 'U0RESPONDER';

export const oneChannelEach: Check = (records) => {
  const { incidents } = records.database;
  const opened = records.slack.channels.filter(({ creator, direct }) => creator === bot && !direct);
  return [
    ...opened
      .filter(({ id }) => !incidents.some(({ channel }) => channel === id))
      .map(({ name }) => fault(`I1: the channel #${name} belongs to no incident`)),
    ...opened
      .filter(({ id }) => incidents.filter(({ channel }) => channel === id).length > 1)
      .map(({ name }) => fault(`I1: the channel #${name} belongs to two incidents`)),
    ...incidents.flatMap((incident) => channelOf(records, incident)),
  ];
};

function channelOf(records: Records, { id, number, channel }: IncidentRow): Fault[] {
  if (channel !== null)
    return records.slack.channels.some((one) => one.id === channel)
      ? []
      : [fault(`I1: the channel of #${number} does not exist in Slack`)];
  const said = timelineOf(records, id).some(({ kind }) => kind === 'channel-late');
  return said ? [] : [fault(`I1: #${number} has no channel, and its timeline does not say why`, 'channel-pending')];
}

/** Whether the outbox has a row for an effect, whatever became of it. */
type Intended = (kind: string, matches?: (row: { incident: string; effect: Json }) => boolean) => boolean;

export const nothingUnintended: Check = (records) => {
  const { outbox } = records.database;
  const intended: Intended = (kind, matches = () => true) =>
    outbox.some((row) => row.effect['kind'] === kind && matches(row));
  return [
    ...records.slack.messages.filter(({ user }) => user === bot).flatMap((message) => postUnintended(records, message)),
    ...records.slack.transcript
      // of an invitation, the user is the one who was invited
      .filter(({ user, kind }) => user === bot || kind === 'invite')
      .flatMap((entry) => changeUnintended(records, intended, entry)),
    ...records.pager.transcript.flatMap((entry) => callUnintended(records, intended, entry)),
  ];
};

const posts = new Set(['announce', 'card', 'post', 'tell']);

/** A post carries the id of its row; one that the journal sent carries the declaration's key. */
function postUnintended(
  { database: { outbox }, journal }: Records,
  { metadata, text }: Records['slack']['messages'][number],
): Fault[] {
  const payload = metadata?.['event_payload'];
  const carried = isObject(payload) ? Object.values(payload).map(String) : [];
  const row = outbox.find(({ id, effect }) => carried.includes(id) && posts.has(String(effect['kind'])));
  if (row || journal.some(({ key }) => carried.includes(key))) return [];
  return [fault(`I7: "${text}" was posted without a row in the outbox`, 'not-recorded')];
}

const changes: Record<string, string> = { channel: 'open-channel', topic: 'topic', invite: 'invite', edit: 'redraw' };

function changeUnintended(
  { database: { incidents } }: Records,
  intended: Intended,
  { kind, channel, text, ts }: Records['slack']['transcript'][number],
): Fault[] {
  const effect = changes[kind];
  if (effect === undefined) return [];
  const owner = incidents.find(
    ({ state }) =>
      state.home.channel === channel || (state.announcement?.channel === channel && state.announcement.ts === ts),
  );
  if (owner && intended(effect, ({ incident }) => incident === owner.id)) return [];
  return [fault(`I7: ${kind} "${text}" in ${channel} has no row in the outbox`)];
}

const calls: Record<string, string> = {
  page: 'page',
  repeat: 'page',
  refused: 'page',
  acknowledge: 'acknowledge-page',
  close: 'close-page',
  note: 'note-page',
};

function callUnintended(
  records: Records,
  intended: Intended,
  { kind, alias, via }: Records['pager']['transcript'][number],
): Fault[] {
  const effect = calls[kind];
  if (effect === undefined || via === 'person') return [];
  if (intended(effect, ({ effect }) => effect['page'] === alias)) return [];
  const [id = ''] = alias.split(':');
  if (effect === 'page' && journalled(records).has(id)) return [];
  return [fault(`I7: the pager was asked to ${effect} under ${alias} without a row in the outbox`, 'not-recorded')];
}
