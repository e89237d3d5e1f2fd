/** I1, I7: one channel for each incident, and whatever is seen outside has its row in the outbox. */
import { type Check, type Fault, fault } from './fault.ts';
import { journalled } from './journal.ts';
import { ownerOf } from './posts.ts';
import type { Records } from './records.ts';
import type { IncidentRow, OutboxRow } from './rows.ts';
import { pagesBorn, timelineOf } from './runs.ts';

type Message = Records['slack']['messages'][number];
type Entry = Records['slack']['transcript'][number];
type Call = Records['pager']['transcript'][number];

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

/** Whether the outbox has a row for an effect of an incident, whatever became of it. */
type Intended = (kind: string, matches: (row: OutboxRow) => boolean) => boolean;

export const nothingUnintended: Check = (records) => {
  const { slack, pager, database } = records;
  const intended: Intended = (kind, matches) =>
    database.outbox.some((row) => row.effect['kind'] === kind && matches(row));
  return [
    ...slack.messages.filter(({ user }) => user === bot).flatMap((message) => postUnintended(records, message)),
    ...slack.transcript.flatMap((entry) => changeUnintended(records, intended, entry)),
    ...pager.transcript.flatMap((entry) => callUnintended(records, intended, entry)),
    ...pagesUnasked(records),
  ];
};

/** A post carries the id of its row; one that the journal sent carries its key. */
function postUnintended(records: Records, message: Message): Fault[] {
  if (ownerOf(records, message) !== undefined) return [];
  return [fault(`I7: "${message.text}" was posted without a row in the outbox`, 'not-recorded')];
}

const changes: Record<string, string> = { channel: 'open-channel', topic: 'topic', invite: 'invite', edit: 'redraw' };

/** Of an invitation, the user is the one who was invited; nobody but the bot invites. */
function changeUnintended(records: Records, intended: Intended, entry: Entry): Fault[] {
  const { kind, user, channel, text, ts } = entry;
  const effect = changes[kind];
  if (effect === undefined || (user !== bot && kind !== 'invite')) return [];
  const edited = records.slack.messages.find((one) => one.channel === channel && one.ts === ts);
  const home = records.database.incidents.find((incident) => incident.channel === channel);
  const owner = edited ? ownerOf(records, edited) : home?.id;
  if (owner !== undefined && intended(effect, ({ incident }) => incident === owner)) return [];
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

function callUnintended(records: Records, intended: Intended, { kind, alias, via }: Call): Fault[] {
  const effect = calls[kind];
  if (effect === undefined || via === 'person') return [];
  if (intended(effect, (row) => row.effect['page'] === alias)) return [];
  if (effect === 'page' && isJournalled(records, alias)) return [];
  return [fault(`I7: the pager was asked to ${effect} under ${alias} without a row in the outbox`, 'not-recorded')];
}

const isJournalled = (records: Records, alias: string): boolean => journalled(records).has(alias.split(':')[0] ?? '');

/** A page in the outbox comes from a step of the ladder or from an escalation. */
function pagesUnasked(records: Records): Fault[] {
  const born = new Set(
    records.database.incidents.flatMap((incident) => pagesBorn(records, incident)).map(({ key }) => key),
  );
  return records.database.outbox
    .map(({ effect }) => (effect['kind'] === 'page' ? String(effect['page']) : ''))
    .filter((page) => page !== '' && !born.has(page) && !isJournalled(records, page))
    .map((page) => fault(`I7: page ${page} stands in the outbox, and no entry of the timeline asked for it`));
}
