import { setTimeout as pause, setImmediate as round } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { letGoFirst, turn } from '../src/turn.ts';
import { countRounds } from './tools/rounds.ts';

/** an answer is waited for as long as that, and then the same time belongs to long work */
const longestMs = 50;

it('gives each who waits a round of the event loop to itself', async () => {
  const rounds = countRounds();
  const waiting = 10;

  const begun = await Promise.all(Array.from({ length: waiting }, () => turn().then(rounds.now)));
  rounds.stop();

  expect(new Set(begun).size).toBe(waiting);
});

describe('answers', () => {
  // what one test stood back for is not owed in the next
  afterEach(() => pause(3 * longestMs));

  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const began = performance.now();
    await work();
    return performance.now() - began;
  };

  it('all go first, those too that begin while another is waited for', async () => {
    const answers = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const began = performance.now();
    let openThen = 0;
    let open = answers.length;
    letGoFirst(answers[0]?.promise ?? Promise.resolve());
    const working = turn().then(() => {
      openThen = performance.now() - began < longestMs / 2 ? open : 0;
    });

    await round();
    letGoFirst(answers[1]?.promise ?? Promise.resolve());
    for (const { resolve } of answers) {
      for (let rounds = 0; rounds < 5; rounds += 1) await round();
      open -= 1;
      resolve();
    }
    await working;

    expect(openThen).toBe(0);
  });

  it.each([
    ['never comes', () => new Promise<void>(() => {})],
    ['fails', () => Promise.reject(new Error('no answer'))],
  ])('that %s is not waited for long', async (_, answering) => {
    letGoFirst(answering());

    expect(await timed(turn)).toBeLessThan(20 * longestMs);
  });

  it('that hang without end leave long work its share', async () => {
    const hanging = setInterval(() => letGoFirst(new Promise(() => {})), 5);
    letGoFirst(new Promise(() => {}));
    const turns = 60;

    const tookMs = await timed(async () => {
      for (let n = 0; n < turns; n += 1) await turn();
    });
    clearInterval(hanging);

    expect(tookMs).toBeLessThan((turns * longestMs) / 2);
  });

  it('that were given are waited for no more', async () => {
    const times: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      letGoFirst(Promise.resolve());
      await pause(2 * longestMs);
      times.push(await timed(turn));
    }

    expect(Math.min(...times)).toBeLessThan(longestMs / 2);
  });
});
