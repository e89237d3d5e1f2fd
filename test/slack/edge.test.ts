/** Slack at its edges, where the emulator does not go: names taken, limits, outages, missing permissions, the socket. */
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Chat, Sending } from '../../src/engine/ports.ts';
import { SendFailed } from '../../src/errors.ts';
import { titleLength } from '../../src/incident/policy.ts';
import { makeLog } from '../../src/log.ts';
import { channelName, topicOf } from '../../src/slack/channel.ts';
import { makeClients } from '../../src/slack/clients.ts';
import { learnIdentity } from '../../src/slack/identity.ts';
import { makePeople } from '../../src/slack/people.ts';
import { makeChat } from '../../src/slack/post.ts';
import { isSlacks } from '../../src/slack/reply.ts';
import { makeHouse, nine, policy } from './house.ts';
import { type FakeSlack, fakeSlack, startBot } from './slack.ts';

const log = makeLog('silent');
let slack: FakeSlack | undefined;
afterEach(async () => {
  await slack?.stop();
  slack = undefined;
});

async function chatOn(answers: Parameters<typeof fakeSlack>[0], incidentsChannel?: string) {
  slack = await fakeSlack(answers);
  const { bulk, urgent } = makeClients({ botToken: 'xoxb-test', apiUrl: slack.url }, log);
  const people = makePeople({ client: bulk, pager: undefined, policy, log });
  const settings = { incidentsChannel, me: () => 'U0BOT' };
  return makeChat({ client: bulk, urgentClient: urgent, policy, people, settings, log });
}

async function sending(more: Partial<Sending> = {}): Promise<Sending> {
  const house = makeHouse();
  const command = { kind: 'declare' as const, severity: 'p1' as const, title: 'checkout is down' };
  await house.door.handle({ key: 'k', actor: { slack: 'U1' }, command });
  const times = { now: nine, at: nine, queuedAt: nine, waitedMs: 0 };
  return { id: 'row', again: false, incident: house.last(), ...times, keepLease: async () => {}, ...more };
}

const failing = (work: Promise<unknown>): Promise<Partial<SendFailed>> =>
  work.then(
    () => ({}),
    (error: SendFailed) => error,
  );

describe('a name that is taken', () => {
  const ours = { id: 'C7', name: 'inc-1-checkout-is-down', creator: 'U0BOT', created: nine / 1_000 };
  const of = (incident: string) => ({ value: `Run by Responder: incident ${incident}.` });
  const next = { ok: true, channel: { id: 'C8', name: 'inc-1-checkout-is-down-2' } };
  const taken = (mine: object[]) => ({
    'conversations.create': ({ name }: Record<string, unknown>) =>
      name === ours.name ? { ok: false, error: 'name_taken' } : next,
    'users.conversations': () => ({ ok: true, channels: mine }),
  });

  it.each([
    ['is adopted when an earlier attempt of ours opened it', ours, [], 'C7'],
    ['is left alone when another incident holds it', ours, ['C7'], 'C8'],
    ['is left alone when somebody else made it', { ...ours, creator: 'U1' }, [], 'C8'],
    ['is left alone when it is older than the incident', { ...ours, created: nine / 1_000 - 61 }, [], 'C8'],
    ['is left alone when it is not among ours', { ...ours, name: 'inc-1' }, [], 'C8'],
    [
      'is left alone when another incident has signed it, however fresh it is',
      { ...ours, purpose: of('another') },
      [],
      'C8',
    ],
    ['is left alone when it is in use, signed or not', { ...ours, topic: { value: 'P1 #1 · open' } }, [], 'C8'],
    [
      'is adopted when this incident has signed it, however old it is',
      { ...ours, created: 1, purpose: of('i1') },
      [],
      'C7',
    ],
  ])('%s', async (_, mine, held, channel) => {
    const chat = await chatOn(taken([mine]));

    expect(await chat.openChannel(await sending(), held)).toMatchObject({ channel });
  });
});

describe('Slack', () => {
  it.each([
    ['too many', { status: 429 }, 'ratelimited', 'later', 7_000],
    ['a fault of its own', { status: 503 }, 'http-503', 'later', undefined],
    ['a fault in words', { ok: false, error: 'fatal_error' }, 'fatal_error', 'later', undefined],
    ['a token that is refused', { ok: false, error: 'invalid_auth' }, 'invalid_auth', 'when-mended', undefined],
    ['a message that it does not take', { ok: false, error: 'invalid_blocks' }, 'invalid_blocks', 'never', undefined],
  ])('answers with %s', async (_, answer, code, retry, afterMs) => {
    const chat = await chatOn({ 'chat.postMessage': () => answer }, 'C1');

    expect(await failing(chat.announce(await sending()))).toMatchObject({ code, retry, afterMs });
  });

  it('that is not there is tried later', async () => {
    const chat = await chatOn({}, 'C1');
    await slack?.stop();

    expect(await failing(chat.announce(await sending()))).toMatchObject({ code: 'unreachable', retry: 'later' });
  });

  it('that does not let us read is asked once, and then posts are sent without looking', async () => {
    const chat = await chatOn(
      {
        'conversations.history': () => ({ ok: false, error: 'missing_scope' }),
        'chat.postMessage': () => ({ ok: true, channel: 'C1', ts: '1.1' }),
      },
      'C1',
    );

    await chat.announce(await sending({ again: true }));
    await chat.announce(await sending({ again: true }));

    expect(slack?.called.map(({ method }) => method)).toEqual([
      'conversations.history',
      'chat.postMessage',
      'chat.postMessage',
    ]);
  });

  it('that cannot be read now is not posted to blindly', async () => {
    const chat = await chatOn({ 'conversations.history': () => ({ ok: false, error: 'fatal_error' }) }, 'C1');

    expect(await failing(chat.announce(await sending({ again: true })))).toMatchObject({ retry: 'later' });
    expect(slack?.called.map(({ method }) => method)).toEqual(['conversations.history']);
  });
});

describe('a card', () => {
  const home = { kind: 'channel' as const, channel: 'C7', name: 'inc-1', card: '7.1' };
  const carded = async (more: Partial<Sending> = {}) => {
    const { incident, ...rest } = await sending(more);
    return { ...rest, incident: { ...incident, home } };
  };

  it.each([
    ['is pinned', { ok: true }],
    ['that is pinned already is as good', { ok: false, error: 'already_pinned' }],
  ])('%s', async (_, answer) => {
    const chat = await chatOn({ 'pins.add': () => answer });

    await chat.pin(await carded());

    expect(slack?.called).toEqual([{ method: 'pins.add', body: { channel: 'C7', timestamp: 7.1 } }]);
  });

  it('that may not be pinned is given up', async () => {
    const chat = await chatOn({ 'pins.add': () => ({ ok: false, error: 'missing_scope' }) });

    expect(await failing(chat.pin(await carded()))).toMatchObject({ retry: 'never' });
  });
});

describe('a process whose lease has run out', () => {
  const over = async (): Promise<never> => {
    throw new SendFailed('lease-over', 'Not sent: another process may be at it.', { retry: 'later' });
  };
  const home = { kind: 'channel' as const, channel: 'C7', name: 'inc-1', card: '7.1' };
  const entry = { kind: 'mitigated' as const };
  const person = { slack: 'U1' };

  it.each<[string, (chat: Chat, late: Sending) => Promise<unknown>]>([
    ['opens no channel', (chat, late) => chat.openChannel(late, [])],
    ['sets no topic', (chat, late) => chat.topic(late)],
    ['invites nobody', (chat, late) => chat.invite(late, { kind: 'invite', people: [person], onCall: false })],
    ['announces nothing', (chat, late) => chat.announce(late)],
    ['posts no card', (chat, late) => chat.card(late)],
    ['pins nothing', (chat, late) => chat.pin(late)],
    ['redraws nothing', (chat, late) => chat.redraw(late, 'card')],
    ['posts nothing', (chat, late) => chat.post(late, { kind: 'post', entry, pings: [], thread: false })],
    ['tells nobody', (chat, late) => chat.tell(late, entry, person)],
  ])('%s', async (_, act) => {
    const chat = await chatOn({}, 'C1');
    const { incident, ...late } = await sending({ keepLease: over });

    expect(await failing(act(chat, { ...late, incident: { ...incident, home } }))).toMatchObject({
      code: 'lease-over',
      retry: 'later',
    });
    expect(slack?.called).toEqual([]);
  });
});

it('announces to the declarer alone where no channel is configured', async () => {
  const chat = await chatOn({ 'chat.postMessage': () => ({ ok: true, channel: 'D1', ts: '1.1' }) });

  expect(await chat.announce(await sending())).toEqual({ channel: 'D1', ts: '1.1' });
  expect(slack?.called[0]?.body['channel']).toBe('U1');
});

describe('who we are', () => {
  const known = { botId: 'B1', botUserId: 'U1', teamId: 'T1' };

  it('is asked at start and kept', async () => {
    slack = await fakeSlack();
    const { interactive } = makeClients({ botToken: 'xoxb-test', apiUrl: slack.url }, log);
    const kept: unknown[] = [];
    const memory = { load: async () => undefined, save: async (identity: unknown) => void kept.push(identity) };

    const whoami = await learnIdentity(interactive, memory, log);

    expect(whoami.current()).toEqual({ botId: 'B0BOT', botUserId: 'U0BOT', teamId: 'T1' });
    expect(kept).toEqual([whoami.current()]);
  });

  it('is remembered while Slack is down', async () => {
    slack = await fakeSlack({ 'auth.test': () => ({ status: 503 }) });
    const { interactive } = makeClients({ botToken: 'xoxb-test', apiUrl: slack.url }, log);

    const whoami = await learnIdentity(interactive, { load: async () => known, save: async () => undefined }, log);
    whoami.stop();

    expect(whoami.current()).toEqual(known);
  });
});

it.each([
  ['https://hooks.slack.com/commands/1/2', undefined, true],
  ['https://hooks.slack.com.evil.example/commands', undefined, false],
  ['http://hooks.slack.com/commands', undefined, false],
  ['https://evil.example/?hooks.slack.com', undefined, false],
  ['https://hooks.slack-gov.com/x', 'https://slack-gov.com/api/', true],
  ['http://127.0.0.1:4003/respond', 'http://127.0.0.1:4003/api/', true],
  ['http://127.0.0.1:4004/respond', 'http://127.0.0.1:4003/api/', false],
  ['not a url', undefined, false],
])('%s belongs to the Slack at %s: %s', (url, api, belongs) => {
  expect(isSlacks(url, api)).toBe(belongs);
});

describe('names and topics', () => {
  it.each([
    ['', 'inc-7'],
    ['Checkout -- is DOWN!', 'inc-7-checkout-is-down'],
    ['決済が落ちた', 'inc-7'],
    ['x'.repeat(200), `inc-7-${'x'.repeat(54)}`],
  ])('the title "%s" gives the channel %s', (title, name) => {
    expect(channelName({ number: 7, title })).toBe(name);
  });

  it('a further name fits too', () => {
    expect(channelName({ number: 7, title: 'x'.repeat(200) }, 12)).toBe(`inc-7-${'x'.repeat(51)}-12`);
  });

  it('a topic fits, whatever the title', async () => {
    const { incident } = await sending();

    const topic = topicOf({ ...incident, title: '&'.repeat(titleLength) });

    expect(topic.length).toBeLessThanOrEqual(250);
    expect(topic).toMatch(/(?:&amp;)+…$/);
  });
});

it('with an app token listens on a socket and still serves its routes', async () => {
  const bot = await startBot({
    config: { slackAppToken: 'xapp-test' },
    answers: { 'apps.connections.open': () => ({ ok: false, error: 'fatal_error' }) },
  });
  const asked = bot.slack.next('apps.connections.open');

  const health = await fetch(`http://127.0.0.1:${bot.port}/healthz`);
  const slash = await bot.slash('list');
  await asked;
  await bot.stop();

  expect([health.status, slash.status]).toEqual([200, 404]);
});
