/** What a story is: a script on a stepped clock that checks what it sees and stops at the first thing that is wrong. */
import type { StoryClock } from '../clock.ts';
import type { Databases } from '../databases.ts';
import type { House } from '../house.ts';
import type { Entry, Message } from '../slack/workspace.ts';
import type { Systems } from '../systems.ts';

export interface Stage extends House {
  systems: Systems;
  clock: StoryClock;
  /** Slack is reached by Socket Mode */
  socket: boolean;
  /** writes a remark into the transcript that is printed */
  remark(text: string): void;
}

export interface Story {
  name: string;
  about: string;
  prepare?: (databases: Databases) => Promise<void>;
  play(stage: Stage): Promise<void>;
}

export const minutes = (n: number): number => n * 60_000;

/** A check of a story: what was seen is said beside what was to be seen. */
export function expectSame(what: string, seen: unknown, wanted: unknown): void {
  const [a, b] = [JSON.stringify(seen), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${what}: expected ${b}, but it was ${a}`);
}

export function expectThat(what: string, holds: boolean): void {
  if (!holds) throw new Error(`this did not hold: ${what}`);
}

/** Slack takes the sockets away in every way it has, once with no place left: the bot comes back each time. */
export async function loseSockets({ slack, socket }: Stage): Promise<void> {
  if (!socket) return;
  const { sockets } = slack;
  const until = (what: string, look: () => boolean) => slack.until(what, () => (look() ? true : undefined), 20_000);
  sockets.crowd(10);
  sockets.disconnect('warning');
  await until('too many sockets', () => sockets.refused() > 0);
  sockets.crowd(0);
  await until('the socket again', () => sockets.count() > 0);
  for (const reason of ['refresh_requested', 'link_disabled'] as const) {
    sockets.disconnect(reason);
    await until(`the old socket closed (${reason})`, () => sockets.count() === 0);
    await until(`another socket (${reason})`, () => sockets.count() > 0);
  }
}

/** The incident's own channel, once it is open. */
export const incidentChannel = ({ slack }: Pick<House, 'slack'>): Promise<string> =>
  slack.until('the incident channel', (transcript) => transcript.find(({ kind }) => kind === 'channel')?.channel);

/** Ana declares, by the words behind `/incident`. */
export async function declare(stage: Stage, words: string): Promise<string> {
  const answer = await stage.slack.user('U0ANA').command(words);
  expectSame('the declaration is answered', answer.status, 200);
  return incidentChannel(stage);
}

/** Dana acknowledges and leads; ten minutes after the declaration she has found out what to do. */
export async function takeOver(stage: Stage, channel: string): Promise<void> {
  const { slack, clock } = stage;
  stage.remark('Dana takes it.');
  await slack.user('U0DANA').click(cardIn(stage, channel), 'Acknowledge');
  await slack.user('U0DANA').click(cardIn(stage, channel), 'Take lead');
  await clock.settle();
  await clock.pass(minutes(9));
}

/** The latest drawing of the first message in a channel: the status card. */
export function cardIn({ slack }: Pick<House, 'slack'>, channel: string): Message {
  const [card] = slack.messages(channel);
  if (!card) throw new Error('there is no status card');
  return card;
}

export const inChannel = (transcript: Entry[], channel: string): Entry[] =>
  transcript.filter((entry) => entry.kind === 'message' && entry.channel === channel);

/** Everything that Slack would show of an entry, as one text. */
export const textOf = (entry: Pick<Entry, 'text' | 'blocks'>): string =>
  `${entry.text} ${JSON.stringify(entry.blocks ?? [])}`;
