/** I13: no secret ever left, and no word of anybody else's ever called or led somewhere. */

import { isObject } from '../slack/json.ts';
import { type Check, type Fault, fault } from './fault.ts';
import type { Records } from './records.ts';

const bot = 'U0RESPONDER';
/** Written by people; everything else in the transcript came from the bot. */
const byPeople = new Set(['command', 'click', 'submit', 'close', 'shortcut']);
const broadcast = /<!(channel|here|everyone)/;
/** A token of Slack's, or a password in the address of a server. */
const secretShapes = [/xox[abeoprs]-[\w-]+|xapp-[\w-]+/, /\w+:\/\/[^\s/:@]+:[^\s/@]+@/];
/** What Slack would read as a mention, a channel, a broadcast or a link. */
const token = /<(?:[@#!]|https?:)[^<>]*>/g;
/** How much of the words around a token makes it recognisable. */
const around = 4;

interface Sent {
  where: string;
  /** every string of it */
  text: string;
  /** those of them in which Slack looks for marks */
  marked: string;
}

export const nothingLeaks: Check = (records) => {
  const foreign = records.slack.transcript.filter((entry) => !isOfBot(entry));
  const tokens = [...new Set(foreign.flatMap(({ text }) => tokensOf(text)))];
  return [...toSlack(records), ...toPager(records)].flatMap((sent) => [
    ...secretsIn(sent, records.secrets),
    ...callsIn(sent),
    ...tokens
      .filter((words) => sent.marked.includes(words))
      .map((words) => fault(`I13: "${words}", typed by somebody, was sent to ${sent.where} as it was`)),
  ]);
};

type Entry = Records['slack']['transcript'][number];
const isOfBot = ({ kind, user }: Entry): boolean => !byPeople.has(kind) && (kind !== 'message' || user === bot);

const toSlack = ({ slack }: Records): Sent[] =>
  slack.transcript.filter(isOfBot).map(({ kind, channel, text, blocks, view, pings = [] }) => ({
    where: `${kind} ${channel}`.trim(),
    text: stringsIn([text, blocks, view]),
    marked: [text, markedIn([blocks, view]), ...pings.map((ping) => `<!${ping}>`)].join('\n'),
  }));

/** A telephone reads no marks. */
const toPager = ({ pager }: Records): Sent[] => [
  ...pager.transcript.map(({ alias, text, by }) => ({ where: `page ${alias}`, text: `${text} ${by}`, marked: '' })),
  ...pager.alerts.map(({ alias, message, description, notes }) => ({
    where: `alert ${alias}`,
    text: stringsIn([message, description, notes]),
    marked: '',
  })),
];

/** Every string of a value, one below the other, as they were before JSON. */
function stringsIn(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  return Object.values(value).map(stringsIn).filter(Boolean).join('\n');
}

/** Plain text and preformatted letters are shown as they are, a button's value to nobody. */
function markedIn(value: unknown): string {
  if (Array.isArray(value)) return value.map(markedIn).filter(Boolean).join('\n');
  if (!isObject(value)) return '';
  const { type, text } = value;
  return (type === 'mrkdwn' || type === 'markdown') && typeof text === 'string' ? text : markedIn(Object.values(value));
}

function callsIn({ where, marked }: Sent): Fault[] {
  const [, called] = broadcast.exec(marked) ?? [];
  return called === undefined ? [] : [fault(`I13: everybody (@${called}) was called in ${where}`)];
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
