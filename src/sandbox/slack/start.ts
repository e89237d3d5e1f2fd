/** A local Slack on loopback that enforces Slack's rules and writes down everything a person could have seen. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Faults, makeFaults, strike } from '../faults.ts';
import { json, startServer, until } from '../http.ts';
import { chat } from './chat.ts';
import { forms } from './forms.ts';
import { actAs, type Inbound } from './inbound.ts';
import { type Methods, textArg } from './methods.ts';
import { reachOf } from './pings.ts';
import { places } from './places.ts';
import { makeRates } from './rates.ts';
import {
  type Channel,
  type Entry,
  type Json,
  type Manifest,
  type Message,
  Refused,
  type User,
  type Workspace,
  write,
} from './workspace.ts';

export interface SlackSettings {
  signingSecret: string;
  botToken: string;
  teamId: string;
  manifest: Manifest;
  seed: {
    users: User[];
    channels: { id: string; name: string; members: string[] }[];
    groups?: Record<string, string[]>;
  };
  botUrl: string;
  now?: () => number;
  /** optional scopes that this workspace did not grant */
  withheld?: string[];
}

export interface LocalSlack {
  /** for SLACK_API_URL */
  url: string;
  transcript: Entry[];
  violations: string[];
  faults: Faults;
  /** somebody whose requests reach the bot, or the one of its processes at `botUrl` */
  user(id: string, botUrl?: string): Inbound;
  channels(): Channel[];
  messages(channel: string): Message[];
  until<T>(what: string, look: (transcript: Entry[]) => T | undefined, withinMs?: number): Promise<T>;
  stop(): Promise<void>;
}

const methods: Methods = { ...places, ...chat, ...forms };

export const botUser = 'U0RESPONDER';

export async function startSlack(settings: SlackSettings): Promise<LocalSlack> {
  const here = { url: '' };
  const workspace = makeWorkspace(settings, () => here.url);
  const rates = makeRates();
  const server = await startServer(async (request, response, body) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (path.startsWith('/commands/'))
      return respond(workspace, { id: path.slice(10), body: body.toString('utf8'), response });
    await call(workspace, {
      request,
      response,
      method: path.replace(/^\/api\//, ''),
      body: body.toString('utf8'),
      rates,
    });
  });
  here.url = server.url;
  return {
    url: `${server.url}/api/`,
    transcript: workspace.transcript,
    violations: workspace.violations,
    faults: workspace.faults,
    user: (id, botUrl) => actAs({ workspace, botUrl: () => botUrl ?? settings.botUrl }, id),
    channels: () => [...workspace.channels.values()],
    messages: (channel) => workspace.messages.filter((message) => message.channel === channel),
    until: (what, look, withinMs) => until(what, () => look(workspace.transcript), withinMs),
    stop: () => server.stop(),
  };
}

function makeWorkspace(settings: SlackSettings, url: () => string): Workspace {
  const { manifest, seed, now = Date.now, withheld = [] } = settings;
  const { bot, bot_optional = [] } = manifest.oauth_config.scopes;
  const made = now();
  const channel = ({ id, name, members }: { id: string; name: string; members: string[] }): [string, Channel] => [
    id,
    {
      id,
      name,
      topic: '',
      creator: 'U0ADMIN',
      created: made,
      members: new Set(members.map((member) => (member === 'BOT' ? botUser : member))),
      archived: false,
      direct: false,
    },
  ];
  return {
    team: settings.teamId,
    bot: { user: botUser, bot: 'B0RESPONDER', token: settings.botToken },
    signingSecret: settings.signingSecret,
    manifest,
    scopes: new Set([...bot, ...bot_optional].filter((scope) => !withheld.includes(scope))),
    users: new Map(seed.users.map((user) => [user.id, user])),
    channels: new Map(seed.channels.map(channel)),
    groups: new Map(Object.entries(seed.groups ?? {})),
    messages: [],
    views: new Map(),
    triggers: new Map(),
    responses: new Map(),
    transcript: [],
    violations: [],
    faults: makeFaults(),
    now,
    url,
  };
}

interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  method: string;
  body: string;
  rates: ReturnType<typeof makeRates>;
}

async function call(workspace: Workspace, { request, response, method, body, rates }: Call): Promise<void> {
  const effect = workspace.faults.take(method);
  if (await strike(effect, response)) return;
  const args = argumentsOf(request, body);
  const wait = rates.take(method, textArg(args, 'channel'));
  if (wait !== undefined) {
    workspace.violations.push(`${method}: ratelimited`);
    response.writeHead(429, { 'retry-after': String(wait), 'content-type': 'application/json' });
    return void response.end(JSON.stringify({ ok: false, error: 'ratelimited' }));
  }
  const answer = carryOut(workspace, { method, args, token: request.headers.authorization });
  if (effect?.kind === 'reply-lost') return void response.destroy();
  response.setHeader('x-oauth-scopes', [...workspace.scopes].join(','));
  json(response, 200, answer);
}

function carryOut(
  workspace: Workspace,
  { method, args, token }: { method: string; args: Json; token: string | undefined },
): Json {
  try {
    const known = methods[method];
    if (!known) throw new Refused('unknown_method');
    if (token !== `Bearer ${workspace.bot.token}`)
      throw new Refused(token === undefined ? 'not_authed' : 'invalid_auth');
    if (known.scope !== undefined && !workspace.scopes.has(known.scope))
      throw new Refused('missing_scope', { needed: known.scope, provided: [...workspace.scopes].join(',') });
    return { ok: true, ...known.run({ workspace, args }) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    // these a good bot lives with; every other refusal means that it broke a rule
    const expected = [
      'name_taken',
      'users_not_found',
      'already_in_channel',
      'user_is_restricted',
      'expired_trigger_id',
      'missing_scope',
      'thread_not_found',
      'cant_invite_self',
    ];
    if (!expected.includes(error.message))
      workspace.violations.push(`${method}: ${error.message} ${JSON.stringify(error.more)}`);
    return { ok: false, error: error.message, ...error.more };
  }
}

const structured = new Set(['blocks', 'metadata', 'view', 'attachments']);

/** Form or JSON; in a form, structured arguments are JSON in a field. */
function argumentsOf(request: IncomingMessage, body: string): Json {
  if (request.headers['content-type']?.startsWith('application/json')) return JSON.parse(body);
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
  const pairs = [...query, ...new URLSearchParams(body)];
  return Object.fromEntries(pairs.map(([name, value]) => [name, structured.has(name) ? JSON.parse(value) : value]));
}

/** An answer through a response_url: five of them, within half an hour. */
function respond(
  workspace: Workspace,
  { id, body, response }: { id: string; body: string; response: ServerResponse },
): void {
  const address = workspace.responses.get(id);
  if (!address || address.left === 0 || performance.now() > address.until)
    return json(response, 404, { ok: false, error: 'used_url' });
  address.left -= 1;
  const { text = '', blocks = [] }: { text?: string; blocks?: Json[] } = JSON.parse(body);
  write(workspace, {
    kind: 'reply',
    channel: address.channel,
    user: address.user,
    text,
    blocks,
    pings: [],
    links: reachOf(text, blocks).links,
  });
  json(response, 200, { ok: true });
}
