/** I6, I9: which row of the outbox each post comes from; none stands twice in Slack, and none that was sent is missing. */
import { z } from 'zod';
import { type Check, fault, repeated, textOf } from './fault.ts';
import { idOf } from './journal.ts';
import type { Records } from './records.ts';
import type { OutboxRow } from './rows.ts';

type Message = Records['slack']['messages'][number];

const Carried = z.object({ event_payload: z.record(z.string(), z.unknown()) });
const kinds = new Set(['announce', 'card', 'post', 'tell']);
const isPost = ({ effect }: OutboxRow): boolean => kinds.has(String(effect['kind']));

/** What a message says about where it comes from: the id of its row, or the key of what was declared. */
const carriedBy = ({ metadata }: Message): unknown[] =>
  Object.values(Carried.safeParse(metadata).data?.event_payload ?? {});

const rowOf = ({ database: { outbox } }: Records, message: Message): OutboxRow | undefined => {
  const carried = carriedBy(message);
  return outbox.find((row) => isPost(row) && carried.includes(row.id));
};

/** The incident that a message belongs to; nothing when nobody meant to post it. */
export function ownerOf(records: Records, message: Message): string | undefined {
  const row = rowOf(records, message);
  if (row) return row.incident;
  const carried = carriedBy(message);
  const declared = records.journal.find(({ key }) => carried.includes(key));
  return declared && idOf(declared.key);
}

/** No row of the outbox stands twice in Slack, and no entry is said by more rows than the timeline has it. */
export const postsOnce: Check = (records) => {
  const posted = records.slack.messages.flatMap((message) => {
    const row = rowOf(records, message);
    const place = `${message.channel} ${message.thread ?? ''}`.trim();
    return row ? [{ row, message, place, said: textOf([row.incident, row.effect, place]) }] : [];
  });
  const once = posted.filter(({ row }, n) => posted.findIndex((other) => other.row.id === row.id) === n);
  const told = Map.groupBy(records.database.timeline, ({ incident, body }) => textOf([incident, body]));
  const mayStand = ({ incident, effect }: OutboxRow): number =>
    told.get(textOf([incident, effect['entry']]))?.length ?? 1;
  return [
    ...repeated(posted, ({ row }) => row.id).map(({ key, times, one }) =>
      fault(`I6: "${one.message.text}" (outbox ${key}) was posted ${times} times`, 'double-post'),
    ),
    ...repeated(once, ({ said }) => said)
      .filter(({ one, times }) => times > mayStand(one.row))
      .map(({ one, times }) =>
        fault(`I6: ${times} rows of the outbox posted the same in ${one.place}: "${one.message.text}"`),
      ),
  ];
};

/** The journal's own announcement serves as the incident's. */
export const sentStands: Check = (records) => {
  const { messages } = records.slack;
  const standing = new Set(messages.flatMap((message) => rowOf(records, message)?.id ?? []));
  const announced = new Set(messages.map((message) => (rowOf(records, message) ? '' : ownerOf(records, message))));
  return records.database.outbox
    .filter((row) => isPost(row) && row.state === 'sent' && !standing.has(row.id))
    .filter(({ effect, incident }) => effect['kind'] !== 'announce' || !announced.has(incident))
    .map(({ id, effect }) => fault(`I9: outbox ${id} counts as sent and stands nowhere in Slack: ${textOf(effect)}`));
};
