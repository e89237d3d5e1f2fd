/** What every call to Slack's Web API goes through: the time that Slack named, and a token that it refuses. */
import { afterEach, expect, it } from '@jest/globals';
import { makeLog } from '../../src/log.ts';
import { makeCalls } from '../../src/slack/calls.ts';
import { makeClients } from '../../src/slack/clients.ts';
import { codeOf } from '../../src/slack/send-failed.ts';
import { type FakeSlack, fakeSlack } from './slack.ts';

const log = makeLog('silent');
let slack: FakeSlack;
afterEach(() => slack.stop());

async function asking(answers: Parameters<typeof fakeSlack>[0]) {
  slack = await fakeSlack(answers);
  const calls = makeCalls(log);
  return { calls, ...makeClients({ botToken: 'xoxb-test', apiUrl: slack.url }, log, calls) };
}

const codes = (some: Promise<unknown>[]): Promise<string[]> =>
  Promise.all(
    some.map((one) =>
      one.then(
        () => 'ok',
        (error: unknown) => codeOf(error),
      ),
    ),
  );

it('a method that was told to wait is not called before, whoever asks; a post waits in its own channel alone', async () => {
  const { interactive, urgent, bulk } = await asking({
    'users.info': () => ({ status: 429 }),
    'chat.postMessage': ({ channel }) => (channel === 'C1' ? { status: 429 } : { ok: true }),
  });
  await codes([interactive.users.info({ user: 'U1' }), bulk.chat.postMessage({ channel: 'C1', text: 'x' })]);

  const again = await codes([
    bulk.users.info({ user: 'U2' }),
    urgent.chat.postMessage({ channel: 'C1', text: 'x' }),
    urgent.chat.postMessage({ channel: 'C2', text: 'x' }),
  ]);

  expect(again).toEqual(['ratelimited', 'ratelimited', 'ok']);
  expect(slack.called).toHaveLength(3);
});

it('a refused token is known from the first call on, and no further call is spent on it', async () => {
  const { calls, interactive, bulk } = await asking({
    'chat.postMessage': () => ({ ok: false, error: 'account_inactive' }),
  });
  const before = calls.tokenProblem();

  const seen = [
    ...(await codes([bulk.chat.postMessage({ channel: 'C1', text: 'x' })])),
    ...(await codes([bulk.chat.postMessage({ channel: 'C2', text: 'x' }), interactive.users.info({ user: 'U1' })])),
  ];

  expect(before).toBeUndefined();
  expect(seen).toEqual(['account_inactive', 'account_inactive', 'account_inactive']);
  expect(calls.tokenProblem()).toContain('account_inactive');
  expect(slack.called).toHaveLength(1);
});
