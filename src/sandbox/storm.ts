/** A storm: much is open, everybody declares and presses at once, and Slack keeps its pace. By the real clock. */
import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { House } from './house.ts';
import type { Acknowledged } from './slack/inbound.ts';
import { buttonsOf, labelOf } from './slack/presses.ts';
import type { Entry } from './slack/workspace.ts';
import { chanceOf } from './sweep/chance.ts';
import { crowd, incidentsChannel } from './town.ts';

export interface StormSettings {
  /** P1s that are open before it begins; their reminders fall due in the middle of it */
  open: number;
  /** P1s declared in the storm; beside every tenth a P2 */
  declarations: number;
  clicks: number;
  people: number;
  overMs: number;
  seed: number;
}

export interface Declared {
  severity: 'p1' | 'p2';
  words: string;
  /** when it was typed */
  at: number;
  answer: Acknowledged;
}

export interface Storm {
  open: Declared[];
  declared: Declared[];
  clicks: Acknowledged[];
  /** of the bot's process, every two seconds from before it began */
  memoryMb: number[];
}

function dice(seed: number): (below: number) => number {
  const chance = chanceOf(seed);
  return (below) => Math.floor(chance() * below);
}

const letters = 'abcdefghijklmnopqrstuvwxyz';
/** No two speak of the same: the guard against twins has nothing to stop. */
const words = (roll: (below: number) => number): string =>
  Array.from({ length: 3 }, () => Array.from({ length: 7 }, () => letters[roll(letters.length)]).join('')).join(' ');

const sampleMs = 2_000;

export async function playStorm(house: House, settings: StormSettings): Promise<Storm> {
  const { declarations, clicks, people, overMs } = settings;
  const roll = dice(settings.seed);
  const somebody = () => house.slack.user(crowd(people)[roll(people)]?.id ?? '');
  const declare = async (severity: Declared['severity']): Promise<Declared> => {
    const given = { severity, words: words(roll), at: Date.now() };
    return { ...given, answer: await somebody().command(`declare ${severity} ${given.words}`) };
  };
  const open = await openBefore(house, settings.open, () => declare('p1'));
  const memory = watchMemory(house.bot.pid);
  const announcements = announcementsOf(house);
  const press = () => pressSomething(announcements(), { somebody, roll });
  const [declared, pressed] = await Promise.all([
    spread(declarations, overMs, (n) => Promise.all([declare('p1'), ...(n % 10 === 9 ? [declare('p2')] : [])])),
    spread(clicks, overMs, press),
  ]);
  return { open, declared: declared.flat(), clicks: pressed, memoryMb: await memory.stop() };
}

/** Acknowledged and led; then the clock jumps to shortly before their updates are owed. */
async function openBefore(house: House, count: number, declare: () => Promise<Declared>): Promise<Declared[]> {
  const all: Declared[] = [];
  const ana = house.slack.user('U0ANA');
  for (let n = 1; n <= count; n += 1) {
    all.push(await declare());
    await ana.command(`ack #${n}`);
    await ana.command(`lead #${n}`);
  }
  await house.databases.own.pool.query(
    `create or replace function app_now() returns timestamptz
       language sql stable
       as $$ select clock_timestamp() + interval '29 minutes 57 seconds' $$`,
  );
  return all;
}

/** One after the other at an even pace, whether or not the earlier ones were answered. */
async function spread<T>(count: number, overMs: number, act: (n: number) => Promise<T>): Promise<T[]> {
  const began = performance.now();
  const acts: Promise<T>[] = [];
  for (let n = 0; n < count; n += 1) {
    await pause(Math.max(0, began + (n * overMs) / count - performance.now()));
    acts.push(act(n));
  }
  return Promise.all(acts);
}

interface Pressing {
  somebody: () => ReturnType<House['slack']['user']>;
  roll: (below: number) => number;
}

/** A button of some announcement, mostly Acknowledge and often one that somebody pressed before; or a look at the list. */
function pressSomething(announcements: Entry[], { somebody, roll }: Pressing): Promise<Acknowledged> {
  const message = announcements[roll(Math.max(announcements.length, 1))];
  if (!message || roll(10) === 0) return somebody().command('list');
  return somebody().click(message, roll(10) < 8 ? 'Acknowledge' : 'Join');
}

/** Those so far, as they were first drawn; reads on where it stopped, since the transcript grows long. */
function announcementsOf({ slack }: House): () => Entry[] {
  const found: Entry[] = [];
  let read = 0;
  return () => {
    found.push(...slack.transcript.slice(read).filter(isAnnouncement));
    read = slack.transcript.length;
    return found;
  };
}

const isAnnouncement = (entry: Entry): boolean =>
  entry.kind === 'message' &&
  entry.channel === incidentsChannel &&
  buttonsOf(entry.blocks ?? []).some((button) => labelOf(button) === 'Acknowledge');

const run = promisify(execFile);

function watchMemory(pid: number): { stop(): Promise<number[]> } {
  const ended = new AbortController();
  const samples: number[] = [];
  const watching = (async () => {
    while (!ended.signal.aborted) {
      const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)]);
      samples.push(Math.round(Number(stdout) / 1_024));
      await pause(sampleMs, undefined, { signal: ended.signal }).catch(() => {});
    }
  })();
  return {
    async stop() {
      ended.abort();
      await watching;
      return samples;
    },
  };
}
