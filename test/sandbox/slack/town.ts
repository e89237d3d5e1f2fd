/** A small workspace to test in, Slack's own client as the caller, and a bot that only listens. */
import { createServer, type IncomingMessage } from 'node:http';
import { type Block, type Logger, LogLevel, WebAPIPlatformError, WebClient } from '@slack/web-api';
import type { SlackSettings } from '../../../src/sandbox/slack/seed.ts';
import { type LocalSlack, startSlack } from '../../../src/sandbox/slack/start.ts';
import type { Manifest } from '../../../src/sandbox/slack/workspace.ts';

const scopes = [
  'bookmarks:write',
  'channels:history',
  'channels:join',
  'channels:manage',
  'channels:read',
  'chat:write',
  'commands',
  'files:write',
  'groups:write',
  'im:history',
  'im:write',
  'pins:write',
  'reactions:write',
  'usergroups:read',
  'users:read',
  'users:read.email',
];

export const manifest = {
  features: {
    app_home: { home_tab_enabled: true, messages_tab_enabled: true },
    slash_commands: [{ command: '/incident', url: 'https://bot.example.com/slack/events', should_escape: true }],
    shortcuts: [
      { callback_id: 'declare', type: 'global', name: 'Declare' },
      { callback_id: 'note', type: 'message', name: 'Add to timeline' },
    ],
  },
  oauth_config: {
    scopes: {
      bot: scopes,
    },
  },
  settings: {
    interactivity: { is_enabled: true, request_url: 'https://bot.example.com/slack/events' },
    event_subscriptions: { request_url: 'https://bot.example.com/slack/events', bot_events: ['app_mention'] },
  },
} satisfies Manifest;

export const settings = {
  signingSecret: 'a-secret-for-tests',
  botToken: 'xoxb-test',
  appToken: 'xapp-test',
  teamId: 'T1',
  manifest,
  rateLimits: false,
  seed: {
    users: [
      { id: 'U1', name: 'ana', realName: 'Ana Ruiz', email: 'ana@example.com' },
      { id: 'U2', name: 'ben', realName: 'Ben Okafor', email: 'ben@example.com' },
      { id: 'U3', name: 'gus', realName: 'Gus Guest', guest: true },
      { id: 'U4', name: 'old', realName: 'Olda Left', email: 'old@example.com', deactivated: true },
      { id: 'U5', name: 'eve', realName: 'Eve Elsewhere', team: 'T2' },
    ],
    channels: [
      { id: 'C1', name: 'incidents', members: ['U1', 'U2', 'BOT'] },
      { id: 'C2', name: 'general', members: ['U1', 'U2', 'U3'] },
      { id: 'C3', name: 'board', members: ['U1'], isPrivate: true },
    ],
    userGroups: [
      { id: 'S1', handle: 'oncall', users: ['U2'] },
      { id: 'S2', handle: 'visitors', users: ['U3'] },
    ],
  },
} satisfies SlackSettings;

export interface Town {
  slack: LocalSlack;
  client: WebClient;
}

export async function openTown(more: Partial<SlackSettings> = {}): Promise<Town> {
  const slack = await startSlack({ ...settings, ...more });
  return { slack, client: clientOf(slack.url) };
}

export const clientOf = (slackApiUrl: string, token: string = settings.botToken): WebClient =>
  new WebClient(token, { slackApiUrl, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true, logger: quiet });

/** Refusals are what is looked at here; nobody needs to read of them. */
const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

/** How a call ended: ok, or Slack's word for why not. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    if (error instanceof WebAPIPlatformError) return error.data.error;
    throw error;
  }
}

export const section = (text: string): Block & { type: 'section'; text: { type: 'mrkdwn'; text: string } } => ({
  type: 'section',
  text: { type: 'mrkdwn', text },
});

export const button = (text: string, action_id: string) => ({
  type: 'button' as const,
  text: { type: 'plain_text' as const, text },
  action_id,
  value: `value of ${action_id}`,
});

export const actions = (...elements: ReturnType<typeof button>[]) => ({ type: 'actions' as const, elements });

export interface Heard {
  headers: IncomingMessage['headers'];
  body: string;
  form: Record<string, string>;
  /** of an interaction */
  payload: Record<string, unknown>;
}

export interface Listener {
  url: string;
  heard: Heard[];
  /** what it answers from now on */
  answer(status: number, body?: unknown, headers?: Record<string, string>): void;
  stop(): Promise<void>;
}

export async function openListener(): Promise<Listener> {
  const heard: Heard[] = [];
  const next = { status: 200, body: '', headers: {} };
  const server = createServer((request, response) => {
    void read(request).then((body) => {
      const form = Object.fromEntries(new URLSearchParams(body));
      heard.push({ headers: request.headers, body, form, payload: JSON.parse(form['payload'] ?? '{}') });
      response.writeHead(next.status, next.headers).end(next.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    heard,
    answer(status, body = '', headers = {}) {
      Object.assign(next, { status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) });
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
