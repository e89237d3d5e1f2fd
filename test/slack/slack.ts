/** Slack as the bot meets it on its edge: a server that plays the Web API, and signed requests as Slack sends them. */
import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { z } from 'zod';
import { makeLog } from '../../src/log.ts';
import { type SlackSettings, startSlack } from '../../src/slack/start.ts';
import type { Action, Pressed } from '../../src/slack/views/press.ts';
import { encode } from '../../src/slack/views/press.ts';
import { type House, makeHouse, policy } from './house.ts';

export interface Called {
  method: string;
  body: Record<string, unknown>;
}

type Answers = Record<string, (body: Record<string, unknown>) => Record<string, unknown>>;

export interface FakeSlack {
  url: string;
  called: Called[];
  /** resolves with the next call of that method (or, for `respond`, of response_url) */
  next(method: string): Promise<Called>;
  stop(): Promise<void>;
}

const identity = { ok: true, user_id: 'U0BOT', bot_id: 'B0BOT', team_id: 'T1' };

export async function fakeSlack(answers: Answers = {}): Promise<FakeSlack> {
  const called: Called[] = [];
  const waiting: { method: string; heard: (call: Called) => void }[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((text) => {
      const method = (request.url ?? '').replace(/^\/(?:api\/)?/, '');
      const call = { method, body: parseBody(request, text) };
      called.push(call);
      for (const one of waiting.filter((one) => one.method === method)) one.heard(call);
      const known: Answers = { 'auth.test': () => identity, 'users.info': () => ({ ok: true, user: {} }), ...answers };
      const answer = known[method]?.(call.body) ?? { ok: true };
      const status = typeof answer['status'] === 'number' ? answer['status'] : 200;
      response
        .writeHead(status, { 'content-type': 'application/json', 'retry-after': '7' })
        .end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/api/`,
    called,
    next: (method) => new Promise((heard) => waiting.push({ method, heard })),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

const Json = z.record(z.string(), z.unknown());

function parseBody(request: IncomingMessage, text: string): Record<string, unknown> {
  if (request.headers['content-type'] === 'application/json') return Json.parse(JSON.parse(text));
  return Object.fromEntries([...new URLSearchParams(text)].map(([key, value]) => [key, parsed(value)]));
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

export interface Reply {
  status: number;
  /** what the person reads at once; empty: nothing */
  text: string;
  body: Record<string, unknown>;
}

export interface Sending {
  user?: string;
  team?: string;
  channel?: string;
  trigger?: string;
  /** seconds from now that the request was signed at */
  skew?: number;
  secret?: string;
}

export interface Bot {
  house: House;
  slack: FakeSlack;
  port: number;
  slash(text: string, sending?: Sending): Promise<Reply>;
  press(action: Action, pressed: Pressed, sending?: Sending & { ts?: string }): Promise<Reply>;
  submit(
    form: string,
    values: Record<string, string | { chosen: string }>,
    about?: Pressed,
    sending?: Sending,
  ): Promise<Reply>;
  /** a body signed by hand */
  send(body: string, headers: Record<string, string>): Promise<Reply>;
  stop(): Promise<void>;
}

export const secret = 'shh-this-is-secret';

export interface Setting {
  house?: House;
  answers?: Answers;
  config?: Partial<SlackSettings>;
  rules?: typeof policy;
}

export async function startBot({
  house = makeHouse(),
  answers = {},
  config = {},
  rules = policy,
}: Setting = {}): Promise<Bot> {
  const slack = await fakeSlack(answers);
  const running = await startSlack({
    config: {
      slackBotToken: 'xoxb-test',
      slackSigningSecret: secret,
      slackApiUrl: slack.url,
      incidentsChannel: 'C0INCIDENTS',
      port: 0,
      ...config,
    },
    door: house.door,
    policy: rules,
    pager: undefined,
    log: makeLog('silent'),
    routes: [{ method: 'GET', path: '/healthz', handle: (_, response) => void response.end('alive') }],
  });
  const send = sender(`http://127.0.0.1:${running.port}/slack/events`);
  const responseUrl = new URL('/respond', slack.url).href;
  const post = (form: Record<string, string>, sending: Sending): Promise<Reply> => {
    const body = new URLSearchParams(form).toString();
    return send(body, signed(body, sending));
  };
  const interact = (payload: object, sending: Sending) => post({ payload: JSON.stringify(payload) }, sending);
  const who = ({ user = 'U1', team = 'T1' }: Sending) => ({
    user: { id: user, team_id: team },
    team: { id: team },
    trigger_id: randomUUID(),
  });
  return {
    house,
    slack,
    port: running.port,
    send,
    slash: (text, sending = {}) =>
      post(
        {
          command: '/incident',
          text,
          user_id: sending.user ?? 'U1',
          team_id: sending.team ?? 'T1',
          channel_id: sending.channel ?? 'C0LOBBY',
          trigger_id: sending.trigger ?? randomUUID(),
          response_url: responseUrl,
        },
        sending,
      ),
    press: (action, pressed, sending = {}) =>
      interact(
        {
          type: 'block_actions',
          ...who(sending),
          channel: { id: sending.channel ?? 'C0LOBBY' },
          container: { type: 'message', message_ts: sending.ts ?? '1.1', channel_id: 'C0LOBBY' },
          response_url: responseUrl,
          actions: [
            { type: 'button', action_id: `${action}:0`, block_id: 'b', value: encode(pressed), action_ts: '1' },
          ],
        },
        sending,
      ),
    submit: (form, values, about = {}, sending = {}) =>
      interact(
        {
          type: 'view_submission',
          ...who(sending),
          view: { id: 'V1', callback_id: form, private_metadata: encode(about), state: { values: filled(values) } },
        },
        sending,
      ),
    async stop() {
      await running.stop();
      await slack.stop();
    },
  };
}

const filled = (values: Record<string, string | { chosen: string }>) =>
  Object.fromEntries(
    Object.entries(values).map(([field, value]) => [
      field,
      { [field]: typeof value === 'string' ? { value } : { selected_option: { value: value.chosen } } },
    ]),
  );

export function signed(body: string, { skew = 0, secret: key = secret }: Sending = {}): Record<string, string> {
  const timestamp = Math.floor(Date.now() / 1_000) + skew;
  const hash = createHmac('sha256', key).update(`v0:${timestamp}:${body}`).digest('hex');
  return { 'x-slack-signature': `v0=${hash}`, 'x-slack-request-timestamp': String(timestamp) };
}

const sender =
  (url: string) =>
  async (body: string, headers: Record<string, string>): Promise<Reply> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body,
    });
    const text = await response.text();
    const json = text.startsWith('{') ? Json.parse(JSON.parse(text)) : {};
    return { status: response.status, text: typeof json['text'] === 'string' ? json['text'] : text, body: json };
  };
