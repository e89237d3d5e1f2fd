/** What people, Slack and the pager saw of a storm, in figures and in sentences about what was wrong. */
import type { House } from './house.ts';
import type { Entry } from './slack/workspace.ts';
import { textOf } from './stories/story.ts';
import type { Declared, Storm } from './storm.ts';
import { incidentsChannel } from './town.ts';

export interface StormRecord {
  /** milliseconds from the words typed to the first page at the pager; Infinity: none */
  pages: number[];
  /** of every command and press */
  acks: number[];
  announced: number;
  channels: number;
  memoryMb: { before: number; most: number; after: number };
  faults: string[];
}

/** How many incidents the incidents channel knows of. */
export const announced = ({ slack }: Pick<House, 'slack'>): number =>
  slack.messages(incidentsChannel).filter(({ thread }) => thread === undefined).length;

export function recordOf({ slack, pager }: Pick<House, 'slack' | 'pager'>, storm: Storm): StormRecord {
  const p1s = storm.declared.filter(({ severity }) => severity === 'p1');
  const seen = storm.declared.map((declared) => sightOf(slack.transcript, declared));
  const answers = [...storm.declared.map(({ answer }) => answer), ...storm.clicks];
  const firstPage = ({ words, at }: Declared): number => {
    const page = pager.transcript.find(({ kind, text }) => kind === 'page' && text.includes(words));
    return page ? page.at - at : Number.POSITIVE_INFINITY;
  };
  return {
    pages: p1s.map(firstPage),
    acks: answers.map(({ ackMs }) => ackMs),
    announced: seen.filter(({ announcement }) => announcement).length,
    channels: seen.filter(({ channel }) => channel).length,
    memoryMb: memoryOf(storm.memoryMb),
    faults: [
      ...slack.violations.map((violation) => `Slack was not kept to: ${violation}`),
      ...answers.filter(({ status }) => status !== 200).map(({ status }) => `an input was answered with ${status}`),
      ...seen.flatMap(wrongAnnouncement),
      ...wrongOrder(seen),
      ...repliesBeforeAnnouncements(slack.transcript, seen),
    ],
  };
}

interface Sight extends Declared {
  announcement: Entry | undefined;
  channel: Entry | undefined;
}

const slug = (words: string): string => words.replaceAll(' ', '-');

function sightOf(transcript: Entry[], declared: Declared): Sight {
  const announcement = transcript.find(
    (entry) => entry.kind === 'message' && entry.channel === incidentsChannel && entry.text.includes(declared.words),
  );
  const channel = transcript.find((entry) => entry.kind === 'channel' && entry.text.includes(slug(declared.words)));
  return { ...declared, announcement, channel };
}

/** Whoever reads it learns where the incident is, or that the channel is still to come. */
function wrongAnnouncement({ words, announcement, channel }: Sight): string[] {
  if (!announcement) return [];
  const text = textOf(announcement);
  const wasOpen = channel !== undefined && channel.order < announcement.order;
  // the second by a bot whose database was too slow for it to wait
  const isPending = ['channel pending', 'no channel yet'].some((words) => text.includes(words));
  // pending too where it opened while the announcement was on its way
  const says = isPending || (wasOpen && text.includes(`<#${channel.channel}>`));
  return says
    ? []
    : [
        `the announcement of "${words}" does not say where: ${JSON.stringify({ text, opened: channel?.order, announced: announcement.order })}`,
      ];
}

/** Calls that run side by side may end in any order; what lies further apart was chosen. */
const sideBySideMs = 5_000;

const numberOf = ({ announcement }: Sight): number => Number(/#(\d+)/.exec(announcement?.text ?? '')?.[1]);

/** The oldest P1 first. What opened while nobody older waited is in order too. */
function wrongOrder(seen: Sight[]): string[] {
  const opened = ({ channel }: Sight): number => channel?.order ?? Number.POSITIVE_INFINITY;
  const p1s = seen.filter((one) => one.severity === 'p1' && one.announcement !== undefined);
  const before = (late: Sight, early: Sight): boolean => opened(early) < opened(late) - sideBySideMs;
  const passed = p1s.filter((one) => p1s.some((other) => numberOf(other) > numberOf(one) && before(one, other)));
  const early = seen.filter((p2) => p2.severity === 'p2' && p1s.some((p1) => p1.at < p2.at && before(p1, p2)));
  return [
    ...passed.map(({ words }) => `younger P1s got their channels before "${words}"`),
    ...early.map(({ words }) => `the P2 "${words}" got its channel before older P1s`),
  ];
}

/** What is not announced yet goes before what stands in threads: nobody knows of it. */
function repliesBeforeAnnouncements(transcript: Entry[], seen: Sight[]): string[] {
  const last = Math.max(...seen.map(({ announcement }) => announcement?.order ?? 0));
  const first = Math.min(...seen.map(({ at }) => at));
  const replies = transcript.filter(
    ({ kind, channel, thread, order, at }) =>
      kind === 'message' &&
      channel === incidentsChannel &&
      thread !== undefined &&
      at > first + sideBySideMs &&
      order < last,
  );
  const waiting = seen.find(({ announcement }) => announcement?.order === last);
  return replies.length === 0
    ? []
    : [
        `${replies.length} replies, such as "${replies[0]?.text}", were posted while incidents waited to be announced, at last the ${waiting?.severity} "${waiting?.words}"`,
      ];
}

function memoryOf(samples: number[]): StormRecord['memoryMb'] {
  return { before: samples[0] ?? 0, most: Math.max(...samples), after: samples.at(-1) ?? 0 };
}
