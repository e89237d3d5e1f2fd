/** I6, I9: which row of the outbox each post comes from; none stands twice in Slack, and none that was sent is missing. */
import { z } from 'zod';
import { type Check, fault, repeated, textOf } from './fault.ts';
import { journalled } from './journal.ts';
import type { Records } from './records.ts';
import type { OutboxRow } from './rows.ts';

type Message = Records['slack']['messages'][number];

const Carried = z.object({ event_payload: z.record(z.string(), z.unknown()) });
const kinds = new Set(['announce', 'card', 'post', 'tell']);
const isPost = ({ effect }: OutboxRow): boolean => kinds.has(String(effect['kind']));

/** What a message says about where it comes from. */
const carriedBy = ({ metadata }: Message): string[] =>
  Object.values(Carried.safeParse(metadata).data?.event_payload ?? {}).filter((value) => typeof value === 'string');

/** Where a post comes from: a row of the outbox, or an incident that was announced out of the journal. */
export interface Origin {
  id: string;
  incident: string;
  row?: OutboxRow;
}

/** Nothing for a message that nobody meant to post. */
export function originsOf(records: Records): (message: Message) => Origin | undefined {
  const rows = new Map(records.database.outbox.filter(isPost).map((row) => [row.id, row]));
  const direct = journalled(records);
  return (message) => {
    for (const id of carriedBy(message)) {
      const row = rows.get(id);
      if (row) return { id, incident: row.incident, row };
      const [word, incident = ''] = id.split(':');
      if (word === 'journal' && direct.has(incident)) return { id: `${id} in ${message.channel}`, incident };
    }
    return undefined;
  };
}

/** The same words of the same incident in the same place, whenever they were decided. */
function saidBy({ incident, effect }: OutboxRow, place: string): string {
  const { kind, entry, person } = effect;
  return textOf([incident, kind, entry, person, place]);
}

/** No post stands twice in Slack, and no entry is said by more rows than the timeline has it. */
export const postsOnce: Check = (records) => {
  const originOf = originsOf(records);
  const posted = records.slack.messages.flatMap((message) => {
    const origin = originOf(message);
    return origin ? [{ ...origin, message, place: `${message.channel} ${message.thread ?? ''}`.trim() }] : [];
  });
  const rows = new Map(posted.map((one) => [one.id, one]));
  const told = Map.groupBy(records.database.timeline, ({ incident, body }) => textOf([incident, body]));
  const said = [...rows.values()].flatMap(({ row, place, message }) =>
    row ? [{ row, message, place, said: saidBy(row, place) }] : [],
  );
  const mayStand = ({ incident, effect }: OutboxRow): number =>
    told.get(textOf([incident, effect['entry']]))?.length ?? 1;
  return [
    ...repeated(posted, ({ id }) => id).map(({ key, times, one }) =>
      fault(`I6: "${one.message.text}" (outbox ${key}) was posted ${times} times`, 'double-post'),
    ),
    ...repeated(said, (one) => one.said)
      .filter(({ one, times }) => times > mayStand(one.row))
      .map(({ one, times }) =>
        fault(`I6: ${times} rows of the outbox posted the same in ${one.place}: "${one.message.text}"`),
      ),
  ];
};

/** The journal's own announcement serves as the incident's. */
export const sentStands: Check = (records) => {
  const originOf = originsOf(records);
  const origins = records.slack.messages.flatMap((message) => originOf(message) ?? []);
  const standing = new Set(origins.map(({ id }) => id));
  const announced = new Set(origins.filter(({ row }) => !row).map(({ incident }) => incident));
  return records.database.outbox
    .filter((row) => isPost(row) && row.state === 'sent' && !standing.has(row.id))
    .filter(({ effect, incident }) => effect['kind'] !== 'announce' || !announced.has(incident))
    .map(({ id, effect }) => fault(`I9: outbox ${id} counts as sent and stands nowhere in Slack: ${textOf(effect)}`));
};
