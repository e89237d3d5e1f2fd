import { setImmediate as round } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { makeLog } from '../../src/log.ts';
import { makeListening } from '../../src/slack/listener.ts';
import { turn } from '../../src/turn.ts';

/** an answer is waited for twice as long: a machine that is slower than that shows nothing */
const surelyMs = 25;

it('what is heard is answered before the next piece of a look begins', async () => {
  const listening = makeListening({ log: makeLog('silent'), team: () => undefined });
  const say = async (): Promise<void> => {};
  const heard = {
    what: '/incident list',
    user: 'U0ANA',
    teams: [],
    acknowledge: say,
    acknowledgeBusy: say,
    follow: say,
  };
  let isAnswered = false;
  let isEarly = false;
  let looking: Promise<void> = Promise.resolve();

  await listening.hear(heard, async () => {
    const began = performance.now();
    looking = turn().then(() => {
      isEarly = !isAnswered && performance.now() - began < surelyMs;
    });
    for (let rounds = 0; rounds < 5; rounds += 1) await round();
    isAnswered = true;
    return undefined;
  });
  await looking;

  expect(isEarly).toBe(false);
});
