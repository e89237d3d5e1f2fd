/** Whoever waits for an answer is answered before the next piece of a look, whichever way the question came. */
import { setImmediate as round } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { makeLog } from '../../src/log.ts';
import { makeListening } from '../../src/slack/listener.ts';
import { type Route, serve } from '../../src/slack/server.ts';
import { turn } from '../../src/turn.ts';

const log = makeLog('silent');

/** it is waited for as long as that */
const longestMs = 50;

/** An answer that takes some rounds, and a piece of a look that wants to begin meanwhile. True: it did, while it should wait. */
async function beganEarly(answered: (work: () => Promise<void>) => Promise<void>): Promise<boolean> {
  let isEarly = false;
  let isAnswered = false;
  let looking: Promise<void> = Promise.resolve();
  await answered(async () => {
    const began = performance.now();
    looking = turn().then(() => {
      isEarly = !isAnswered && performance.now() - began < longestMs;
    });
    for (let rounds = 0; rounds < 10; rounds += 1) await round();
    isAnswered = true;
  });
  await looking;
  return isEarly;
}

it('over HTTP', async () => {
  const isEarly = await beganEarly(async (work) => {
    const handle: Route['handle'] = async (_, response) => {
      await work();
      response.end();
    };
    const served = await serve({ port: 0, routes: [{ method: 'GET', path: '/', handle }], log });
    await fetch(`http://127.0.0.1:${served.port}/`);
    await served.stop();
  });

  expect(isEarly).toBe(false);
});

it('over a socket', async () => {
  const acknowledge = async (): Promise<void> => {};
  const heard = {
    what: '/incident list',
    user: 'U0ANA',
    teams: [],
    acknowledge,
    acknowledgeBusy: acknowledge,
    follow: acknowledge,
  };

  const isEarly = await beganEarly((work) => {
    const listening = makeListening({ log, team: () => undefined });
    return listening.hear(heard, async () => {
      await work();
      return undefined;
    });
  });

  expect(isEarly).toBe(false);
});
