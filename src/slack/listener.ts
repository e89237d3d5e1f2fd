/** What surrounds every listener: whose workspace, how long, an answer in time, and a sentence when it fails. */
import { randomUUID } from 'node:crypto';
import { within } from '../engine/wait.ts';
import { PerhapsDone, SendFailed } from '../errors.ts';
import type { Logger } from '../log.ts';
import { letGoFirst } from '../turn.ts';
import { busyMessage } from './views/answers.ts';
import { foreign, saying, section } from './views/blocks.ts';
import type { Message } from './views/message.ts';

/** `faults`: the same by field, for a form that is still open. Nothing at all: the channel shows what happened. */
export type Outcome = { message: Message; faults?: Record<string, string> } | undefined;

/** One input, whichever way it came: a command, a press, a form. */
export interface Heard {
  /** what was asked for, fit to be read: "/incident ack", "the button escalate" */
  what: string;
  user: string;
  /** every workspace that the payload speaks of */
  teams: string[];
  acknowledge(outcome: Outcome): Promise<void>;
  /** the acknowledgement of what is still under way */
  acknowledgeBusy(busy: Message): Promise<void>;
  /** the real answer, when the acknowledgement could not carry it */
  follow(outcome: Outcome): Promise<void>;
}

export interface Ears {
  log: Logger;
  /** our workspace, as far as it is known */
  team(): string | undefined;
}

/** Slack's own limit is 3 s; nobody should wonder for longer than this whether the press arrived. */
export const busyAfterMs = 800;

export interface Listening {
  hear(heard: Heard, work: (log: Logger) => Promise<Outcome>): Promise<void>;
  /** waits until nothing is under way, as long as that */
  drain(limitMs: number): Promise<void>;
}

export function makeListening(ears: Ears): Listening {
  const underWay = new Set<Promise<void>>();
  return {
    hear(heard, work) {
      const hearing = hear(ears, heard, work).finally(() => underWay.delete(hearing));
      underWay.add(hearing);
      letGoFirst(hearing);
      return hearing;
    },
    async drain(limitMs) {
      const until = performance.now() + limitMs;
      while (underWay.size > 0 && performance.now() < until)
        await within(until - performance.now(), Promise.all(underWay));
    },
  };
}

async function hear(ears: Ears, heard: Heard, work: (log: Logger) => Promise<Outcome>): Promise<void> {
  const reference = randomUUID().slice(0, 8);
  const log = ears.log.child({ reference, what: heard.what, user: heard.user });
  const began = performance.now();
  try {
    if (isForeign(heard, ears.team())) await heard.acknowledge(otherWorkspace);
    else await answer(heard, attempt(work, { heard, log, reference }));
    log.info({ tookMs: Math.round(performance.now() - began) }, 'input answered');
  } catch (error) {
    log.error({ err: error }, 'an answer could not be given');
  }
}

/** The acknowledgement carries the answer when there is one in time; else it promises one, and the answer follows. */
async function answer(heard: Heard, working: Promise<Outcome>): Promise<void> {
  const first = await within(
    busyAfterMs,
    working.then((outcome) => ({ outcome })),
  );
  if (first) return heard.acknowledge(first.outcome);
  await heard.acknowledgeBusy(busyMessage());
  await heard.follow((await working) ?? { message: saying('Done: look at the form, or at the incident’s channel.') });
}

interface Attempt {
  heard: Heard;
  log: Logger;
  reference: string;
}

async function attempt(work: (log: Logger) => Promise<Outcome>, { heard, log, reference }: Attempt): Promise<Outcome> {
  try {
    return await work(log);
  } catch (error) {
    log.error({ err: error }, 'an input failed');
    return { message: failure(heard.what, error, reference) };
  }
}

function failure(what: string, error: unknown, reference: string): Message {
  if (error instanceof PerhapsDone)
    return saying(
      `${what} may or may not have been done.`,
      section(
        `Responder's own memory did not answer. Look at the incident before you try again. (Reference ${reference})`,
      ),
    );
  const why =
    error instanceof SendFailed
      ? foreign(error.message, 300)
      : 'Responder could not reach its own memory, or made a fault.';
  return saying(`${what} was not done.`, section(`${why} Try again. (Reference ${reference})`));
}

const otherWorkspace: Outcome = {
  message: saying('Nothing was done: Responder serves another workspace.'),
};

const isForeign = ({ teams }: Heard, ours: string | undefined): boolean =>
  ours !== undefined && teams.some((team) => team !== ours);
