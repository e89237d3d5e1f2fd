/** Long work is done in pieces: whoever did one waits for its next turn, and Slack is answered in between. */
import { setTimeout as pause, setImmediate as round } from 'node:timers/promises';

let last: Promise<unknown> = Promise.resolve();

/** What a person waits for, while it is under way. */
const waitedFor = new Set<Promise<unknown>>();
/** An answer takes some 10 ms; one that takes much longer waits for something else, and gains nothing by this. */
const longestMs = 50;

/** One after the other, however many wait: each has a round of the event loop to itself, after who goes first. */
export function turn(): Promise<void> {
  const mine = last.then(() => round()).then(async () => void (await Promise.all(waitedFor)));
  last = mine;
  return mine;
}

/** what is shorter need not be told apart */
const pieceMs = 10;

/** Pieces that are made one after the other, with a turn for everything else where they took long. */
export async function inTurns<Piece>(pieces: Iterable<Piece>): Promise<Piece[]> {
  const made: Piece[] = [];
  let began = performance.now();
  for (const piece of pieces) {
    made.push(piece);
    if (performance.now() - began < pieceMs) continue;
    await turn();
    began = performance.now();
  }
  return made;
}

/** An answer takes several rounds, and behind one piece of long work each would be too many: none is begun meanwhile. */
export function goesFirst(answering: Promise<unknown>): void {
  const over = Promise.race([answering, pause(longestMs, undefined, { ref: false })])
    .catch(() => {})
    .finally(() => waitedFor.delete(over));
  waitedFor.add(over);
}
