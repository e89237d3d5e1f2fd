/** A night with two processes on one database: people at work through both, and one of the two is struck at random. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Bot } from '../bot.ts';
import { type StoryClock, startClock } from '../clock.ts';
import type { Allowance } from '../history/check.ts';
import { judge } from '../history/judge.ts';
import type { House } from '../house.ts';
import { until } from '../http.ts';
import { type Acknowledged, buttonsOf, type Inbound, labelOf } from '../slack/inbound.ts';
import type { Message } from '../slack/workspace.ts';
import { minutes } from '../stories/story.ts';
import { chanceOf, oneOf } from './chance.ts';
import type { Grounds } from './grounds.ts';
import { type Act, type Deed, scriptOf, titleOf } from './script.ts';

/** `kill`: and a new one in its place · `freeze`: it stands still for so long, and goes on */
export type Blow = { kind: 'kill' } | { kind: 'freeze'; ms: number };

export interface Night {
  house: House;
  clock: StoryClock;
  processes: Process[];
  /** inputs that nobody answered */
  lost: number;
}

interface Process {
  bot: Bot;
  up: boolean;
}

const begins = Date.UTC(2026, 2, 2, 3, 0);
const patienceMs = 60_000;
const mostTries = 5;

/** Sentences about what was lost or done twice; empty when nothing was. */
export async function playNight(grounds: Grounds, { seed, blow }: { seed: number; blow: Blow }): Promise<string[]> {
  const chance = chanceOf(seed);
  const night = await begin(grounds);
  const script = scriptOf(chance);
  const struckIn = oneOf(chance, [...script.keys()]);
  const victim = oneOf(chance, night.processes);
  const afterMs = chance() * 400;
  try {
    let mending: Promise<void> | undefined;
    for (const [n, acts] of script.entries()) {
      const round = Promise.all(acts.map((act) => carryOut(night, act)));
      if (n === struckIn) mending = pause(afterMs).then(() => strike(night, victim, blow));
      await round;
      await pause(chance() * 300);
    }
    await mending;
    await night.clock.settle();
    return await judge(night.house, { allowances: allowancesFor(night, blow) });
  } catch (error) {
    return [String(error), ...night.processes.flatMap(({ bot }) => bot.lastLines().slice(-3))];
  } finally {
    for (const { bot } of night.processes) bot.thaw();
    await night.house.stop();
  }
}

async function begin(grounds: Grounds): Promise<Night> {
  const time: { clock?: StoryClock } = {};
  const house = await grounds.house({ now: () => time.clock?.now() ?? begins });
  const clock = await startClock(house.databases.own.pool, begins, patienceMs);
  time.clock = clock;
  const other = await house.another();
  return { house, clock, lost: 0, processes: [house.bot, other].map((bot) => ({ bot, up: true })) };
}

function allowancesFor({ lost }: Night, blow: Blow): Allowance[] {
  const unanswered = { kind: 'lost-acknowledgement' as const, most: lost, why: 'its process was struck' };
  const why = 'the process froze between looking and posting';
  return blow.kind === 'kill' ? [unanswered] : [unanswered, { kind: 'double-post', most: 1, why }];
}

async function strike({ house, processes }: Night, victim: Process, blow: Blow): Promise<void> {
  victim.up = false;
  if (blow.kind === 'freeze') {
    victim.bot.freeze();
    await pause(blow.ms);
    victim.bot.thaw();
  } else {
    victim.bot.kill();
    await until('the end of the process', () => (victim.bot.isRunning() ? undefined : true));
    victim.bot = victim === processes[0] ? await house.restart() : await house.another();
  }
  victim.up = true;
}

/** Whoever hears nothing does the very same again: what they typed, or the button as they saw it. */
async function carryOut(night: Night, act: Act): Promise<void> {
  if (act.deed === 'wait') return night.clock.pass(minutes(2));
  const send = sendOf(night.house, act, act.deed);
  for (let tries = 0; tries < mostTries; tries += 1) {
    const { bot } = await living(night, act.process + tries);
    const answer = await send(night.house.slack.user(act.who, bot.url));
    if (answer.status === 200) return;
    night.lost += 1;
  }
  throw new Error(`nobody answered "${act.deed}" in ${mostTries} tries`);
}

/** Slack reaches whoever is there; people come back when nobody is. */
async function living({ processes }: Night, nth: number): Promise<Process> {
  const inTurn = [processes[nth % 2], processes[(nth + 1) % 2]];
  return until('a process that runs', () => inTurn.find((one) => one?.up));
}

type Order = Exclude<Deed, 'wait'>;
const typed: Record<Order, (incident: number) => string> = {
  declare: (n) => `declare p1 ${titleOf(n)}`,
  ack: (n) => `ack #${n}`,
  unack: (n) => `unack #${n}`,
  escalate: (n) => `escalate #${n}`,
  lead: (n) => `lead #${n}`,
  update: (n) => `update #${n} we look at it`,
  mitigate: (n) => `mitigate #${n}`,
  resolve: (n) => `resolve #${n} it ended by itself`,
  reopen: (n) => `reopen #${n} it came back`,
};
const buttons: Partial<Record<Order, string>> = {
  ack: 'Acknowledge',
  escalate: 'Escalate',
  lead: 'Take lead',
  mitigate: 'Mitigated',
};

function sendOf(house: House, { incident, byPress }: Act, deed: Order): (person: Inbound) => Promise<Acknowledged> {
  const trigger = `${Date.now()}.${randomUUID()}`;
  const card = byPress ? cardOf(house, incident) : undefined;
  const button = buttons[deed];
  if (card && button !== undefined && buttonsOf(card.blocks).some((one) => labelOf(one) === button))
    return (person) => person.click(card, button, { trigger });
  return (person) => person.command(typed[deed](incident), { trigger });
}

function cardOf({ slack }: House, incident: number): Message | undefined {
  const channel = slack.channels().find(({ name }) => name.startsWith(`inc-${incident}-`));
  const [card] = channel ? slack.messages(channel.id) : [];
  return card && structuredClone(card);
}
