/** I13: no secret ever left, and no word of anybody else's ever called or led somewhere. */

import { type Check, type Fault, fault } from './fault.ts';
import type { Records } from './records.ts';

const bot = 'U0RESPONDER';
/** Written by people; everything else in the transcript came from the bot. */
const byPeople = new Set(['command', 'click', 'submit', 'close', 'shortcut']);
const broadcasts = new Set(['channel', 'here', 'everyone']);
/** A token of Slack's, or a password in the address of a server. */
const secretShapes = [/xox[abeoprs]-[\w-]+|xapp-[\w-]+/, /\w+:\/\/[^\s/:@]+:[^\s/@]+@/];
/** What Slack would read as a mention, a channel, a broadcast or a link. */
const token = /<(?:[@#!]|https?:)[^<>]*>/g;
/** How much of the words around a token makes it recognisable. */
const around = 4;

interface Sent {
  where: string;
  text: string;
  pings: string[];
}

export const nothingLeaks: Check = (records) => {
  const sent = [...toSlack(records), ...toPager(records)];
  const foreign = records.slack.transcript.filter(
    ({ kind, user }) => byPeople.has(kind) || (kind === 'message' && user !== bot),
  );
  const tokens = new Set(foreign.flatMap(({ text }) => tokensOf(text)));
  return sent.flatMap((one) => [
    ...secretsIn(one, records.secrets),
    ...one.pings
      .filter((ping) => broadcasts.has(ping))
      .map((ping) => fault(`I13: @${ping} was called in ${one.where}`)),
    ...[...tokens]
      .filter((words) => one.text.includes(words))
      .map((words) => fault(`I13: "${words}", typed by somebody, was sent to ${one.where} as it was`)),
  ]);
};

function toSlack({ slack: { transcript } }: Records): Sent[] {
  return transcript
    .filter(({ kind, user }) => !byPeople.has(kind) && (kind !== 'message' || user === bot))
    .map(({ kind, channel, text, blocks = [], view, pings = [] }) => ({
      where: `${kind} ${channel}`.trim(),
      text: stringsIn([text, blocks, view]),
      pings,
    }));
}

const toPager = ({ pager: { transcript, alerts } }: Records): Sent[] => [
  ...transcript
    .filter(({ via }) => via === 'api')
    .map(({ alias, text, by }) => ({ where: `page ${alias}`, text: `${text} ${by}`, pings: [] })),
  ...alerts.map(({ alias, message, description, notes }) => ({
    where: `alert ${alias}`,
    text: stringsIn([message, description, notes]),
    pings: [],
  })),
];

/** Every string of a value, one below the other, as they were before JSON. */
function stringsIn(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  return Object.values(value).map(stringsIn).filter(Boolean).join('\n');
}

const tokensOf = (text: string): string[] =>
  [...text.matchAll(token)].map(({ 0: found, index }) =>
    text.slice(Math.max(0, index - around), index + found.length + around).trim(),
  );

function secretsIn({ where, text }: Sent, secrets: string[]): Fault[] {
  const known = secrets.filter((secret) => text.includes(secret)).map((_, n) => `secret ${n + 1}`);
  const shaped = secretShapes.filter((shape) => shape.test(text)).map(String);
  return [...new Set([...known, ...shaped])].map((what) => fault(`I13: ${what} was sent to ${where}`));
}
