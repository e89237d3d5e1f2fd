/** One play in which the bot may be killed: somebody starts it again at once, and people who heard nothing try again. */
import { setTimeout as pause } from 'node:timers/promises';
import { type StoryClock, startClock } from '../clock.ts';
import type { House } from '../house.ts';
import { until } from '../http.ts';
import { type Kills, makeKills, type Point } from '../kills.ts';
import type { Acknowledged } from '../slack/inbound.ts';
import type { Grounds } from './grounds.ts';

/** How a person goes on who read that it failed: the very same delivery once more, or typed anew. */
export type Insists = 'same' | 'fresh';

export interface Stage {
  house: House;
  clock: StoryClock;
  insists: Insists;
  /** one input, and again when nobody answered, or when it came to nothing */
  person: (send: () => Promise<Acknowledged>) => Promise<void>;
  /** does something and waits until the bot has nothing left to do */
  step: (act: () => Promise<unknown>) => Promise<void>;
  /** the process was killed by now */
  wasStruck: () => boolean;
}

/** What became of the bot in a play. */
export interface Fate {
  struck: boolean;
  /** inputs that had to be repeated */
  lost: number;
  /** from the start of the new process until the step that was struck had come to its end */
  completeMs: number | undefined;
}

export interface Set {
  stage: Stage;
  kills: Kills;
  fate: Fate;
  /** from now on the bot is killed at the point, and started again */
  strikeAt(point: Point | undefined): void;
}

export interface Setting {
  insists: Insists;
  /** an instant for the story's clock to begin with */
  begins: number;
}

const mostTries = 3;
const patienceMs = 5_000;
const lookEveryMs = 20;

export async function raise(grounds: Grounds, { insists, begins }: Setting): Promise<Set> {
  const kills = makeKills();
  const time: { clock?: StoryClock } = {};
  const house = await grounds.house({ now: () => time.clock?.now() ?? begins, kills });
  const clock = await startClock(house.databases.own.pool, begins);
  time.clock = clock;
  const fate: Fate = { struck: false, lost: 0, completeMs: undefined };
  const back: { at?: number; again?: Promise<void> } = {};
  const kill = (): 'dead' => {
    house.bot.kill();
    fate.struck = true;
    back.again = startAgain(house, () => {
      back.at = performance.now();
    });
    // whoever waits for it hears of a failure; until somebody does, it is none of the process's
    back.again.catch(() => {});
    return 'dead';
  };
  const person: Stage['person'] = async (send) => {
    const before = await inputs(house);
    for (let tries = 1; tries <= mostTries; tries += 1) {
      const died = back.again;
      const said = house.slack.transcript.length;
      const answer = await send();
      if (answer.status === 200 && (await isTaken(house, { before, said, isDead: () => back.again !== died }))) return;
      fate.lost += 1;
      await back.again;
    }
    throw new Error(`an input was not taken in ${mostTries} tries`);
  };
  const step: Stage['step'] = async (act) => {
    await act();
    await clock.settle();
    await back.again;
    await clock.settle();
    if (back.at !== undefined) fate.completeMs ??= Math.round(performance.now() - back.at);
  };
  return {
    stage: { house, clock, insists, person, step, wasStruck: () => fate.struck },
    kills,
    fate,
    strikeAt: (point) => kills.arm(kill, point),
  };
}

/** What people brought to the door, as it remembers. */
async function inputs({ databases }: House): Promise<number> {
  const { rows } = await databases.own.pool.query<{ n: number }>(
    `select count(*)::int as n from inputs where key not like 'outbox:%' and key not like 'watch:%'`,
  );
  return rows[0]?.n ?? 0;
}

interface Waiting {
  /** what people had brought before this input */
  before: number;
  /** how much had been said */
  said: number;
  /** whoever acknowledged it is gone */
  isDead: () => boolean;
}

/** The acknowledgement may say no more than "still working"; false when it came to nothing. */
async function isTaken(house: House, { before, said, isDead }: Waiting): Promise<boolean> {
  const giveUpAt = performance.now() + patienceMs;
  const isOver = (): boolean => isDead() || performance.now() > giveUpAt;
  while ((await inputs(house)) <= before) {
    if (isOver()) return false;
    await pause(lookEveryMs);
  }
  while (isPromised(house, said) && !isOver()) await pause(lookEveryMs);
  return true;
}

const isPromised = ({ slack }: House, said: number): boolean =>
  slack.transcript
    .slice(said)
    .findLast(({ kind }) => kind === 'reply')
    ?.text.includes('Still working') ?? false;

async function startAgain(house: House, begin: () => void): Promise<void> {
  await until('the end of the process', () => (house.bot.isRunning() ? undefined : true));
  begin();
  await house.restart();
}
