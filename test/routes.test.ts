/** What a probe is told: alive, ready, and in words what is wrong. */
import { afterAll, expect, it } from '@jest/globals';
import pg from 'pg';
import type { Engine } from '../src/engine/engine.ts';
import { makeLog } from '../src/log.ts';
import { makeRoutes, type Routing } from '../src/routes.ts';
import { serve } from '../src/slack/server.ts';
import { policy } from './incident/story.ts';

const log = makeLog('silent');
const pool = new pg.Pool();
afterAll(() => pool.end());

async function ask(path: string, state: Partial<Routing>): Promise<string> {
  const engine: Engine = { pool, policy, playbooks: [], clients: {}, log };
  const well = { isReady: () => true, problems: () => [], deadly: () => [] };
  const routes = makeRoutes({ engine, pager: undefined, secret: undefined, ...well, ...state });
  const served = await serve({ port: 0, routes, log });
  const answer = await fetch(`http://127.0.0.1:${served.port}${path}`);
  await served.stop();
  return `${answer.status} ${(await answer.text()).trim()}`;
}

const stuck = { deadly: () => ['The worker "timers" has been at one round for 2 min.'] };
const wrong = { problems: () => ['#12: a page waits.', 'Slack has revoked the token.'] };
const starting = { isReady: () => false };

it.each<[string, string, Partial<Routing>, string]>([
  ['all is well', '/readyz', {}, '200 ready'],
  ['it has not started', '/readyz', starting, '503 not ready'],
  ['it is stuck', '/readyz', stuck, '503 not ready'],
  [
    'something is wrong that another process could not do better',
    '/readyz',
    wrong,
    '200 ready:\n#12: a page waits.\nSlack has revoked the token.',
  ],
  [
    'it has not started, and why',
    '/readyz',
    { ...starting, ...wrong },
    '503 not ready:\n#12: a page waits.\nSlack has revoked the token.',
  ],
  ['it is alive', '/healthz', {}, '200 alive'],
  ['it is alive, whatever is wrong', '/healthz', { ...starting, ...wrong }, '200 alive'],
  ['only a restart helps', '/healthz', stuck, '503 The worker "timers" has been at one round for 2 min.'],
])('%s: %s', async (_, path, state, answer) => {
  expect(await ask(path, state)).toBe(answer);
});
