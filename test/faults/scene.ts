/** A house of its own for each file of faults, and how an incident in it is declared and looked at. */
import { randomUUID } from 'node:crypto';
import type { Bot } from '../../src/sandbox/bot.ts';
import type { House, HouseSettings } from '../../src/sandbox/house.ts';
import type { Entry } from '../../src/sandbox/slack/workspace.ts';
import { textOf } from '../../src/sandbox/stories/story.ts';
import { openHouse } from '../tools/house.ts';

export const patient = 60_000;
/** A wait ends before its test does: the failure then names what was waited for. */
export const waitMs = 45_000;
export const incidents = 'C0INCIDENTS';

export const open = (settings: Partial<HouseSettings> = {}): Promise<House> => openHouse(settings);

/** Words that no other declaration of the run is taken for. */
export const some = (words: string): string => `${words} ${randomUUID().replaceAll('-', ' ')}`;

export interface Declared {
  number: number;
  id: string;
  words: string;
}

export async function declare(
  house: House,
  severity = 'p1',
  { words = some('trouble'), bot = house.bot, by = 'U0ANA' } = {},
) {
  const answer = await house.slack.user(by, bot.url).command(`declare ${severity} ${words}`);
  const find = async () => {
    const { rows } = await house.databases.own.pool.query<Declared>(
      'select id, number, title as words from incidents where title = $1',
      [words],
    );
    return rows[0];
  };
  // a busy machine says first that it is still at it
  const said = JSON.stringify(answer.body);
  if (said.includes('Still working'))
    await house.slack.until('the answer', (all) =>
      all.find(({ kind, user, text }) => kind === 'reply' && user === by && text.includes('declared')),
    );
  const declared = await find();
  if (!declared) throw new Error(`not declared: ${said}`);
  return declared;
}

/** Waits until the incident's channel stands with its card in it; answers the channel's id. */
export async function channelOf(house: House, { number }: Pick<Declared, 'number'>): Promise<string> {
  const channel = await house.slack.until(
    `the channel of #${number}`,
    () => {
      const named = house.slack.channels().filter(({ name, archived }) => isOf(name, number) && !archived);
      return named.at(-1)?.id;
    },
    waitMs,
  );
  await posted(house, channel, `#${number}: `);
  return channel;
}

const isOf = (name: string, number: number): boolean => name === `inc-${number}` || name.startsWith(`inc-${number}-`);

export const posts = ({ slack }: Pick<House, 'slack'>, channel: string, part = ''): Entry[] =>
  slack.transcript.filter(
    (entry) =>
      entry.channel === channel &&
      (entry.kind === 'message' || entry.kind === 'direct') &&
      textOf(entry).includes(part),
  );

export const posted = (house: Pick<House, 'slack'>, channel: string, part: string): Promise<Entry> =>
  house.slack.until(`"${part}" in ${channel}`, () => posts(house, channel, part)[0], waitMs);

/** Every five seconds of the clock the bot looks for all that is due, whatever wakes it meanwhile. */
export const sweepNow = (): number => Math.floor(Date.now() / 5_000);

/** Waits until it has just done so: the next time is four seconds away. */
export async function sweepOver(): Promise<number> {
  while (Date.now() % 5_000 < 500 || Date.now() % 5_000 > 1_000)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return sweepNow();
}

/** Waits until nothing is on its way out any more. */
export async function quiet({ databases, slack }: House): Promise<void> {
  for (;;) {
    const { rows } = await databases.own.pool.query(`select from outbox where state = 'waiting' limit 1`);
    if (rows.length === 0) return;
    await slack.until('the next look', () => (performance.now() % 100 > 50 ? true : undefined));
  }
}

export const logOf = (bot: Bot, part: string): string[] => bot.lastLines().filter((line) => line.includes(part));
