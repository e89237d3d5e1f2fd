/** I1, I7: one channel for each incident, and whatever is seen outside has its row in the outbox. */
import { type Check, type Fault, fault } from './fault.ts';
import { journalled } from './journal.ts';
import { originsOf } from './posts.ts';
import type { Records } from './records.ts';
import type { IncidentRow } from './rows.ts';
import { pagesBorn, timelineOf } from './runs.ts';

type Entry = Records['slack']['transcript'][number];
type Message = Records['slack']['messages'][number];
type Call = Records['pager']['transcript'][number];

const bot = 'U0RESPONDER';

export const oneChannelEach: Check = (records) => {
  const { channels } = records.slack;
  const owners = channelsOf(records);
  const opened = channels.filter(({ creator, direct }) => creator === bot && !direct);
  return [
    ...opened.flatMap(({ id, name }) => {
      const [, ...others] = owners.get(id) ?? [];
      if (!owners.has(id)) return [fault(`I1: the channel #${name} belongs to no incident`)];
      return others.length > 0 ? [fault(`I1: the channel #${name} belongs to two incidents`)] : [];
    }),
    ...records.database.incidents.flatMap((incident) => channelOf(records, incident)),
  ];
};

/** The incidents of each channel: it has it now, or its timeline says that it was lost. */
function channelsOf({ database: { incidents, timeline } }: Records): Map<string, string[]> {
  const now = incidents.flatMap(({ id, channel }) => (channel === null ? [] : [{ incident: id, channel }]));
  const lost = timeline.filter(({ kind }) => kind === 'channel-lost');
  const before = lost.map(({ incident, body }) => ({ incident, channel: String(body['channel']) }));
  const grouped = Map.groupBy([...now, ...before], ({ channel }) => channel);
  return new Map([...grouped].map(([channel, all]) => [channel, [...new Set(all.map(({ incident }) => incident))]]));
}

function channelOf(records: Records, { id, number, channel }: IncidentRow): Fault[] {
  if (channel !== null)
    return records.slack.channels.some((one) => one.id === channel)
      ? []
      : [fault(`I1: the channel of #${number} does not exist in Slack`)];
  const said = timelineOf(records, id).some(({ kind }) => kind === 'channel-late' || kind === 'channel-lost');
  return said ? [] : [fault(`I1: #${number} has no channel, and its timeline does not say why`, 'channel-pending')];
}

export const nothingUnintended: Check = (records) => {
  const { slack, pager } = records;
  const originOf = originsOf(records);
  const isAttached = attachedIn(records);
  return [
    ...slack.messages
      .filter((message) => message.user === bot && !originOf(message) && !isAttached(message))
      .map(({ text }) => fault(`I7: "${text}" was posted without a row in the outbox`, 'not-recorded')),
    ...changesUnintended(records),
    ...pager.transcript.flatMap(callUnintended(records)),
    ...pagesUnasked(records),
  ];
};

/** A file carries no mark of ours: what stands in an incident's thread and holds nothing else is its evidence. */
function attachedIn(records: Records): (message: Message) => boolean {
  const intents = intentsOf(records);
  const originOf = originsOf(records);
  const messages = new Map(records.slack.messages.map((one) => [`${one.channel} ${one.ts}`, one]));
  return ({ channel, thread, files = [], text }) => {
    const above = messages.get(`${channel} ${thread}`);
    return files.length > 0 && text === '' && above !== undefined && intents.has(`attach ${originOf(above)?.incident}`);
  };
}

/** What the outbox was asked for, by incident and by page: "topic inc0", "page inc0:1.0". */
function intentsOf({ database: { outbox } }: Records): Set<string> {
  return new Set(
    outbox.flatMap(({ incident, effect: { kind, page } }) =>
      [incident, String(page)].map((whose) => `${String(kind)} ${whose}`),
    ),
  );
}

const changes: Record<string, string[]> = {
  channel: ['open-channel'],
  topic: ['topic'],
  invite: ['invite'],
  edit: ['redraw', 'redraw-report'],
};

/** Of an invitation, the user is the one who was invited; nobody but the bot invites. */
function changesUnintended(records: Records): Fault[] {
  const intents = intentsOf(records);
  const originOf = originsOf(records);
  const owners = channelsOf(records);
  const messages = new Map(records.slack.messages.map((one) => [`${one.channel} ${one.ts}`, one]));
  const ownerOf = ({ channel, ts }: Entry): string | undefined => {
    const edited = messages.get(`${channel} ${ts}`);
    return edited ? originOf(edited)?.incident : owners.get(channel)?.[0];
  };
  return records.slack.transcript
    .filter(({ kind, user }) => kind in changes && (user === bot || kind === 'invite'))
    .filter((entry) => !changes[entry.kind]?.some((effect) => intents.has(`${effect} ${ownerOf(entry)}`)))
    .map(({ kind, text, channel }) => fault(`I7: ${kind} "${text}" in ${channel} has no row in the outbox`));
}

const calls: Record<string, string> = {
  page: 'page',
  repeat: 'page',
  refused: 'page',
  acknowledge: 'acknowledge-page',
  close: 'close-page',
  note: 'note-page',
};

function callUnintended(records: Records): (call: Call) => Fault[] {
  const intents = intentsOf(records);
  const direct = journalled(records);
  return ({ kind, alias, via }) => {
    const effect = calls[kind];
    if (effect === undefined || via === 'person' || intents.has(`${effect} ${alias}`)) return [];
    if (effect === 'page' && direct.has(incidentOf(alias))) return [];
    return [fault(`I7: the pager was asked to ${effect} under ${alias} without a row in the outbox`, 'not-recorded')];
  };
}

const incidentOf = (page: string): string => page.split(':')[0] ?? '';

/** A page in the outbox comes from a step of the ladder or from an escalation, or went out of the journal before. */
function pagesUnasked(records: Records): Fault[] {
  const direct = journalled(records);
  const born = new Set(
    records.database.incidents.flatMap((incident) => pagesBorn(records, incident)).map(({ key }) => key),
  );
  return records.database.outbox
    .flatMap(({ effect }) => (effect['kind'] === 'page' ? String(effect['page']) : []))
    .filter((page) => !born.has(page) && !direct.has(incidentOf(page)))
    .map((page) => fault(`I7: page ${page} stands in the outbox, and no entry of the timeline asked for it`));
}
