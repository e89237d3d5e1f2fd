/** Long work is done in pieces: whoever did one waits for its next turn, and Slack is answered in between. */
import { setImmediate as round } from 'node:timers/promises';

let last: Promise<unknown> = Promise.resolve();

/** One after the other, however many wait: each has a round of the event loop to itself, after the answers under way. */
export function turn(): Promise<void> {
  const mine = last.then(() => round()).then(standBack);
  last = mine;
  return mine;
}

/** Answers that a person waits for. */
const underWay = new Set<Promise<void>>();
/** An answer takes some 10 ms; one that takes much longer waits for something else, and gains nothing by this. */
const longestMs = 50;
const usualMs = 20;
let freeUntil = 0;

/** What an answer takes longer than usual, long work is then not held up: those that hang without end leave it a third. */
async function standBack(): Promise<void> {
  const began = performance.now();
  if (underWay.size === 0 || began < freeUntil) return;
  while (underWay.size > 0 && performance.now() - began < longestMs) await Promise.race(underWay);
  const now = performance.now();
  freeUntil = now + Math.max(0, now - began - usualMs);
}

/** An answer takes several rounds, and behind one piece of long work each would be too many: none is begun meanwhile. */
export function letGoFirst(answering: Promise<unknown>): void {
  const over = Promise.withResolvers<void>();
  const end = (): void => {
    clearTimeout(timer);
    underWay.delete(over.promise);
    over.resolve();
  };
  const timer = setTimeout(end, longestMs).unref();
  underWay.add(over.promise);
  answering.then(end, end);
}

/** what is shorter need not be told apart */
const pieceMs = 10;

/** Makes something of each, with a turn for everything else whenever that took long. */
export async function inTurns<Each, Made>(all: Iterable<Each>, make: (each: Each) => Made): Promise<Made[]> {
  const made: Made[] = [];
  let began = performance.now();
  for (const each of all) {
    made.push(make(each));
    if (performance.now() - began < pieceMs) continue;
    await turn();
    began = performance.now();
  }
  return made;
}
