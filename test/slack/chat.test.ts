/** The engine's port to the chat, against a Slack that others wrote (emulate), with the permissions of our manifest. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebClient } from '@slack/web-api';
import { createEmulator, type Emulator } from 'emulate';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Chat, OnCall, Pager, Sending } from '../../src/engine/ports.ts';
import type { SendFailed } from '../../src/errors.ts';
import { decideDeclaration } from '../../src/incident/decide.ts';
import type { Home, Incident } from '../../src/incident/incident.ts';
import { makeLog } from '../../src/log.ts';
import { makeClients } from '../../src/slack/clients.ts';
import { makePeople } from '../../src/slack/people.ts';
import { makeChat } from '../../src/slack/post.ts';
import { nine, policy } from './house.ts';

const token = 'xoxb-responder';
const log = makeLog('silent');
const Scopes = z.object({
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()), bot_optional: z.array(z.string()) }) }),
});
const { bot, bot_optional } = Scopes.parse(parse(readFileSync('slack-app-manifest.yml', 'utf8'))).oauth_config.scopes;

let emulator: Emulator;
let slack: WebClient;
let chat: Chat;
let announcements: string;
let ana: string;
let me: string;

const rota: OnCall[] = [
  { pager: 'ana@example.com', name: 'Ana', email: 'ana@example.com' },
  { pager: 'zoe@example.com', name: 'Zoe <!here>', email: 'zoe@example.com' },
];
const pager: Pager = {
  name: 'rota',
  capabilities: { status: false, webhook: false, onCall: true, note: false },
  page: async () => ({}),
  requestStatus: async () => ({ state: 'pending' }),
  status: async () => ({ state: 'pending' }),
  note: async () => undefined,
  acknowledge: async () => undefined,
  resolve: async () => undefined,
  onCall: async () => rota,
};
const rules = { ...policy, levels: { ...policy.levels, 'on-call': { ...policy.levels['on-call'], schedule: 'main' } } };

beforeAll(async () => {
  const seed = {
    slack: {
      users: [{ name: 'ana', email: 'ana@example.com' }, { name: 'responder' }],
      channels: [{ name: 'incidents' }],
      tokens: [{ token, user: 'responder', scopes: [...bot, ...bot_optional] }],
      strict_scopes: true,
    },
  };
  emulator = await createEmulator({ service: 'slack', port: 0, seed });
  slack = new WebClient(token, { slackApiUrl: `${emulator.url}/api/`, retryConfig: { retries: 0 } });
  const channels = await slack.conversations.list({});
  announcements = channels.channels?.find(({ name }) => name === 'incidents')?.id ?? '';
  ana = (await slack.users.lookupByEmail({ email: 'ana@example.com' })).user?.id ?? '';
  me = (await slack.auth.test()).user_id ?? '';
  const { bulk, urgent, interactive } = makeClients({ botToken: token, apiUrl: `${emulator.url}/api/` }, log);
  const people = makePeople({ client: interactive, pager, policy: rules, log });
  chat = makeChat({
    client: bulk,
    urgentClient: urgent,
    policy: rules,
    people,
    settings: { incidentsChannel: announcements, me: () => me },
    log,
  });
});
afterAll(() => emulator.close());

let number = 0;

function incident(title: string, home: Home = { kind: 'none' }): Incident {
  number += 1;
  const decision = decideDeclaration(
    { kind: 'declare', severity: 'p1', title },
    { id: `i${number}`, number, by: { slack: ana }, open: [], now: nine, policy },
  );
  if (!decision.ok) throw new Error(decision.refusal.code);
  return { ...decision.next, home };
}

const sending = (of: Incident, more: Partial<Sending> = {}): Sending => ({
  id: `row-${of.id}`,
  again: false,
  waitedMs: 0,
  queuedAt: nine,
  at: nine,
  incident: of,
  now: nine,
  keepLease: async () => {},
  ...more,
});

async function housed(title: string): Promise<Incident> {
  const homeless = incident(title);
  const { channel, name } = await chat.openChannel(sending(homeless), []);
  return { ...homeless, home: { kind: 'channel', channel, name } };
}

const channelOf = ({ home }: Incident): string => (home.kind === 'channel' ? home.channel : '');

async function failing(work: Promise<unknown>): Promise<Pick<SendFailed, 'code' | 'retry' | 'message'>> {
  return work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: SendFailed) => error,
  );
}

describe('a channel', () => {
  it('is opened with a name that Slack takes', async () => {
    const { home } = await housed('Überweisung: checkout <!here> returns 502!!');

    expect(home).toMatchObject({ name: `inc-${number}-uberweisung-checkout-here-returns-502` });
  });

  it('gets a topic with the state, and nobody is mentioned by it', async () => {
    const own = await housed('a & b <!channel>');

    await chat.topic(sending(own));

    const info = await slack.conversations.info({ channel: channelOf(own) });
    expect(info.channel?.topic?.value).toBe(`P1 #${number} · not acknowledged · no lead · a &amp; b &lt;!channel&gt;`);
  });

  it('is joined by the declarer and by whoever on call Slack knows', async () => {
    const own = await housed('checkout is down');

    await chat.invite(sending(own), { kind: 'invite', people: [{ slack: ana }], onCall: true });
    await chat.invite(sending(own), { kind: 'invite', people: [{ slack: ana }], onCall: false });

    const { members } = await slack.conversations.members({ channel: channelOf(own) });
    expect(members).toContain(ana);
  });
});

describe('a post', () => {
  it('stands in the channel, with our own id in its metadata', async () => {
    const own = await housed('checkout is down');

    const { channel, ts } = await chat.post(sending(own), {
      kind: 'post',
      entry: { kind: 'mitigated' },
      pings: [{ level: 'on-call' }],
      thread: false,
    });

    const { messages } = await slack.conversations.history({ channel, include_all_metadata: true });
    expect(messages?.[0]).toMatchObject({
      ts,
      text: expect.stringContaining('mitigated'),
      metadata: { event_type: 'responder', event_payload: { outbox: `row-${own.id}` } },
    });
  });

  it('that asks for somebody mentions those whom Slack knows, and names the others', async () => {
    const own = await housed('checkout is down');
    const entry = { kind: 'reopened' as const, reason: 'it is back' };

    const { channel } = await chat.post(sending(own), {
      kind: 'post',
      entry,
      pings: [{ level: 'on-call' }],
      thread: false,
    });

    const { messages } = await slack.conversations.history({ channel });
    expect(messages?.[0]?.text).toContain(`<@${ana}> Zoe &lt;!here&gt;`);
  });

  it('whose answer was lost is found again instead of sent twice', async () => {
    const own = await housed('checkout is down');
    const first = await chat.card(sending(own, { id: 'card-row' }));

    const second = await chat.card(sending(own, { id: 'card-row', again: true }));
    const another = await chat.card(sending(own, { id: 'other-row', again: true }));

    expect(second).toEqual(first);
    expect(another).not.toEqual(first);
  });

  it('below the card is found again in its thread', async () => {
    const bare = await housed('checkout is down');
    const { ts } = await chat.card(sending(bare));
    const own: Incident = { ...bare, home: { kind: 'channel', channel: channelOf(bare), name: 'x', card: ts } };
    const post = { kind: 'post' as const, entry: { kind: 'mitigated' as const }, pings: [], thread: true };

    const first = await chat.post(sending(own, { id: 'reply' }), post);
    const second = await chat.post(sending(own, { id: 'reply', again: true }), post);

    const { messages } = await slack.conversations.replies({ channel: channelOf(bare), ts });
    expect(second).toEqual(first);
    expect(messages).toHaveLength(2);
  });

  it('waits while the incident has no home', async () => {
    const error = await failing(
      chat.post(sending(incident('x')), { kind: 'post', entry: { kind: 'mitigated' }, pings: [], thread: false }),
    );

    expect(error).toMatchObject({ code: 'no-home', retry: 'later' });
  });

  it('to a channel of its own that is gone waits for another one', async () => {
    const own = incident('x', { kind: 'channel', channel: 'C0GONE', name: 'gone' });

    const error = await failing(chat.card(sending(own)));

    expect(error).toMatchObject({ code: 'home-lost', retry: 'later' });
    expect(error.message).toBe('It was deleted, or made invisible to Responder (#gone, channel_not_found).');
  });
});

it('announces where everybody looks, and brings the announcement up to date', async () => {
  const before = await housed('checkout is down');
  const announcement = await chat.announce(sending(before));
  const after: Incident = { ...before, announcement, acknowledged: { by: { slack: ana }, at: nine, via: 'slack' } };

  await chat.redraw(sending(after), 'announcement');

  const { messages } = await slack.conversations.history({ channel: announcements });
  expect(announcement.channel).toBe(announcements);
  expect(JSON.stringify(messages?.[0]?.blocks)).toContain(`acknowledged by <@${ana}>`);
});

it('writes an alarm to a person directly, and says when it cannot', async () => {
  const sentences = ['#12: "page" has waited for 2 min and is not sent.'];

  await chat.alarm(sentences, { slack: ana });

  expect(await failing(chat.alarm(sentences, { slack: 'C0GONE' }))).toMatchObject({
    message: expect.stringContaining('The alarm was not sent'),
  });
});

it('lives in the thread of the announcement where no channel can be had', async () => {
  const homeless = incident('checkout is down');
  const { channel, ts } = await chat.announce(sending(homeless));
  const own: Incident = { ...homeless, home: { kind: 'thread', channel, ts } };

  await chat.card(sending(own));

  const { messages } = await slack.conversations.replies({ channel, ts });
  expect(messages?.[1]?.text).toContain('checkout is down');
});
