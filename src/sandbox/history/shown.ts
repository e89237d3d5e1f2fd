/** I9: what a person reads in Slack at the end is what the database says: card, announcement and topic; and so at the pager. */
import { linesOf, readable } from '../slack/words.ts';
import { type Check, type Fault, fault } from './fault.ts';
import type { Records } from './records.ts';
import type { IncidentRow, Person } from './rows.ts';

const phases: Record<string, string> = { cancelled: 'false alarm' };
const nobody = { users: new Map<string, string>(), channels: new Map<string, string>() };

export const slackShowsTheTruth: Check = (records) =>
  records.database.incidents.flatMap((incident) => [
    ...cardOf(records, incident),
    ...announcementOf(records, incident),
    ...topicOf(records, incident),
  ]);

const isLive = ({ phase }: IncidentRow): boolean => phase === 'open' || phase === 'mitigated';
const named = (person: Person): string => ('slack' in person ? `@${person.slack}` : person.name);
const headOf = ({ severity, number }: IncidentRow): string => `${severity.toUpperCase()} #${number}`;

interface Shown {
  what: string;
  text: string;
}

/** One fault for each thing that should be read there and is not, or is and should not. */
function compare(incident: IncidentRow, { what, text }: Shown, wanted: Record<string, boolean>): Fault[] {
  return Object.entries(wanted)
    .filter(([words, stands]) => text.includes(words) !== stands)
    .map(([words, stands]) =>
      fault(
        `I9: the ${what} of #${incident.number} ${stands ? 'does not say' : 'still says'} "${words}"; it reads: ${text}`,
      ),
    );
}

function read({ slack }: Records, channel: string, ts: string): string | undefined {
  const message = slack.messages.find((one) => one.channel === channel && one.ts === ts);
  return message && linesOf(message.blocks, nobody).join('\n');
}

function cardOf(records: Records, incident: IncidentRow): Fault[] {
  const { home, lead } = incident.state;
  if (home.kind === 'none') return [];
  const text = read(records, home.channel ?? '', home.card ?? '');
  if (text === undefined) return [fault(`I9: #${incident.number} has no status card`)];
  const open = '*Nobody has acknowledged yet.*';
  return compare(
    incident,
    { what: 'card', text },
    {
      ...headed(incident),
      ...answered(incident, { open, by: (who) => `*Acknowledged* by ${who}` }),
      [lead ? `Lead: ${named(lead)}` : 'Nobody has the lead']: true,
      '[Take lead]': isLive(incident) && !lead,
    },
  );
}

function announcementOf(records: Records, incident: IncidentRow): Fault[] {
  const { announcement } = incident.state;
  if (!announcement) return [];
  const text = read(records, announcement.channel, announcement.ts);
  if (text === undefined) return [fault(`I9: the announcement of #${incident.number} is gone`)];
  const open = 'nobody has acknowledged yet';
  const wanted = { ...headed(incident), ...answered(incident, { open, by: (who) => `acknowledged by ${who}` }) };
  return compare(incident, { what: 'announcement', text }, wanted);
}

const headed = (incident: IncidentRow): Record<string, boolean> => ({
  [`${headOf(incident)}:`]: true,
  [` — ${phases[incident.phase] ?? incident.phase}`]: true,
});

/** Who acknowledged matters while it runs; the button is there as long as nobody did. */
function answered(
  incident: IncidentRow,
  { open, by }: { open: string; by: (who: string) => string },
): Record<string, boolean> {
  const { acknowledged } = incident.state;
  if (!isLive(incident)) return { '[Acknowledge]': false };
  return acknowledged
    ? { [by(named(acknowledged.by))]: true, [open]: false, '[Acknowledge]': false }
    : { [open]: true, '[Acknowledge]': true };
}

function topicOf({ slack }: Records, incident: IncidentRow): Fault[] {
  const channel = slack.channels.find(({ id }) => id === incident.channel);
  if (!channel) return [];
  const text = readable(channel.topic, nobody);
  const { acknowledged, lead } = incident.state;
  const state = isLive(incident) && !acknowledged ? 'not acknowledged' : incident.phase;
  return compare(
    incident,
    { what: 'topic', text },
    {
      [`${headOf(incident)} · ${state}`]: true,
      [lead ? ' · has a lead · ' : ' · no lead · ']: true,
    },
  );
}

/** A telephone rings on for an alert that is still open: what is over here is over there. */
export const pagerShowsTheTruth: Check = ({ pager: { alerts }, database: { incidents } }) =>
  incidents.flatMap(({ number, state }) =>
    state.pages.flatMap(({ key, state }) =>
      alerts
        .filter(({ alias, status, acknowledged }) => alias === key && status === 'open' && ringsOn(state, acknowledged))
        .map(() => fault(`I9: page ${key} of #${number} is ${state}, and its alert still rings`)),
    ),
  );

const ringsOn = (state: string, acknowledged: boolean): boolean =>
  state === 'closed' || (state === 'acknowledged' && !acknowledged);
