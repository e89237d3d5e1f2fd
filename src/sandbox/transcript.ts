/** What happened in a story, in words and with the story's times: Slack as a person sees it, and the pager. */
import type { House } from './house.ts';
import { people } from './house.ts';
import type { Entry as PagerEntry } from './pager/alerts.ts';
import { linesOf, type Names, namesOf, readable } from './slack/words.ts';
import type { Entry } from './slack/workspace.ts';

/** How each message was drawn last, for edits; one who prints piece by piece keeps it between the pieces. */
export type Drawn = Map<string, string[]>;

export interface Line {
  at: number;
  /** the real order of what stands at the same time of the story */
  order: number;
  text: string;
}

/** From `start` on, minutes and seconds before each line. */
export function transcriptOf(
  { slack, pager, remarks = [] }: Pick<House, 'slack' | 'pager'> & { remarks?: Line[] },
  start: number,
  drawn: Drawn = new Map(),
): string[] {
  const names = namesOf([...people, { id: 'U0RESPONDER', name: 'responder' }], slack.channels());
  const lines = [
    ...slack.transcript.flatMap((entry) => slackLines(entry, { drawn, names })),
    ...pager.transcript.map(pagerLine),
    ...remarks,
  ];
  return lines
    .toSorted((a, b) => a.at - b.at || a.order - b.order)
    .flatMap(({ at, text }) => indent(clockOf(at - start), text));
}

const pad = (n: number): string => String(n).padStart(2, '0');

function clockOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return `${pad(Math.floor(seconds / 3_600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
}

const indent = (clock: string, text: string): string[] =>
  text.split('\n').map((line, n) => `${n === 0 ? clock : '        '}  ${line}`);

/** Of a message that is edited in place, only the lines that are new; what stood there before is known. */
function newLines(entry: Entry, { drawn, names }: { drawn: Drawn; names: Names }): string[] {
  const lines = linesOf(entry.blocks ?? [], names);
  const before = drawn.get(`${entry.channel} ${entry.ts}`) ?? [];
  drawn.set(`${entry.channel} ${entry.ts}`, lines);
  return entry.kind === 'edit' ? lines.filter((line) => !before.includes(line) && !line.startsWith('[')) : lines;
}

/** The message that carries a file has no words; the file itself is told. */
const isWordless = ({ kind, text, blocks = [] }: Entry): boolean =>
  kind === 'message' && text === '' && blocks.length === 0;

function slackLines(entry: Entry, { drawn, names }: { drawn: Drawn; names: Names }): Line[] {
  if (entry.kind === 'pin' || isWordless(entry)) return [];
  const fresh = newLines(entry, { drawn, names });
  if (entry.kind === 'edit' && fresh.length === 0) return [];
  if (entry.kind === 'edit') {
    const where = `#${names.channels.get(entry.channel) ?? entry.channel}`;
    return [{ at: entry.at, order: entry.order, text: `${where} now shows: ${fresh.join('\n    ')}` }];
  }
  const who = names.users.get(entry.user) ?? entry.user;
  const where = entry.kind === 'direct' ? `@${who}` : `#${names.channels.get(entry.channel) ?? entry.channel}`;
  return [{ at: entry.at, order: entry.order, text: worded(entry, { who, where, names }) }];
}

function worded(entry: Entry, { who, where, names }: { who: string; where: string; names: Names }): string {
  switch (entry.kind) {
    case 'command':
      return `${who} types: ${entry.text}`;
    case 'click':
      return `${who} presses [${entry.text}]`;
    case 'submit':
      return `${who} sends the form: ${entry.text}`;
    case 'channel':
      return `channel #${entry.text} opened`;
    case 'invite':
      return `${who} invited to ${where}`;
    case 'topic':
    case 'purpose':
      return `${where} ${entry.kind}: ${readable(entry.text, names)}`;
    case 'view':
      return `${who} sees a form`;
    case 'file':
      return `${where} file beside it: ${entry.text}`;
    case 'reply':
    case 'ephemeral':
      return `only ${who} sees: ${body(entry, names)}`;
    default:
      return `${where}${entry.thread === undefined ? '' : ' (thread)'} ${body(entry, names)}`;
  }
}

function body(entry: Entry, names: Names): string {
  const lines = linesOf(entry.blocks ?? [], names);
  return (lines.length > 0 ? lines : [readable(entry.text, names)]).join('\n    ');
}

const pagerLine = ({ at, order, kind, alias, text, responders, by, via }: PagerEntry): Line => {
  const step = alias.split(':').slice(1).join(':');
  const who =
    kind === 'page' || kind === 'repeat'
      ? ` → ${responders.join(', ')}`
      : by === ''
        ? ''
        : ` by ${by}${via === 'api' ? ' (through Responder)' : ' (on the phone)'}`;
  return { at, order, text: `pager: ${kind} [${step}]${who}${text === '' ? '' : `: ${text}`}` };
};
