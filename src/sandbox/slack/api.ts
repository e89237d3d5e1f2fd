/** The Web API's front: who calls, how often, with which rights; and the faults that a test has asked for. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { strike } from '../faults.ts';
import { json } from '../http.ts';
import { isAnswered } from '../kills.ts';
import { app } from './app.ts';
import { argumentsOf } from './arguments.ts';
import { noteCall, noteLimit } from './calls.ts';
import { channels } from './channels.ts';
import { chat } from './chat.ts';
import { files } from './files.ts';
import { history } from './history.ts';
import type { Json } from './json.ts';
import { marks } from './marks.ts';
import { members } from './members.ts';
import { type Method, type Methods, textArg } from './methods.ts';
import { people } from './people.ts';
import type { Rates } from './rates.ts';
import { views } from './views.ts';
import { Refused, type Workspace } from './workspace.ts';

const methods: Methods = {
  ...app,
  ...channels,
  ...chat,
  ...files,
  ...history,
  ...marks,
  ...members,
  ...people,
  ...views,
};

/** With these a good bot lives; every other refusal means that it broke a rule. */
const expected = new Set([
  'name_taken',
  'users_not_found',
  'already_in_channel',
  'already_pinned',
  'already_reacted',
  'user_is_restricted',
  'expired_trigger_id',
  'missing_scope',
  'thread_not_found',
  'cant_invite_self',
  'hash_conflict',
]);

export interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  method: string;
  body: string;
}

export async function answerCall(workspace: Workspace, rates: Rates | undefined, call: Call): Promise<void> {
  const { request, response, method, body } = call;
  const known = methods[method];
  const read = readArguments(request, body);
  const passing = workspace.kills.reach('slack', method);
  if (passing('before')) return void response.destroy();
  const asked = { method, channel: textArg(read.args, 'channel') };
  noteCall(workspace, asked);
  const effect = workspace.faults.take(method, read.args);
  if (effect?.kind === 'rate-limited') noteLimit(workspace, { ...asked, ...effect });
  if (await strike(effect, response)) return;
  const wait = rates?.take({ ...asked, tier: known?.tier });
  if (wait !== undefined) return tooMany(workspace, { ...asked, retryAfter: wait }, response);
  const answer = carryOut(workspace, { ...read, method, known, token: tokenOf(request, read.args) });
  if (!isAnswered(passing, effect, response)) return;
  response.setHeader('x-oauth-scopes', [...workspace.scopes].join(','));
  json(response, 200, answer);
}

function tooMany(workspace: Workspace, limit: Parameters<typeof noteLimit>[1], response: ServerResponse): void {
  noteLimit(workspace, limit);
  workspace.violations.push(`${limit.method}: ratelimited`);
  response.setHeader('retry-after', String(limit.retryAfter));
  json(response, 429, { ok: false, error: 'ratelimited' });
}

interface Read {
  args: Json;
  refusal?: Refused;
}

function readArguments(request: IncomingMessage, body: string): Read {
  try {
    return { args: argumentsOf(request, body) };
  } catch (refusal) {
    if (!(refusal instanceof Refused)) throw refusal;
    return { args: {}, refusal };
  }
}

const tokenOf = ({ headers }: IncomingMessage, args: Json): string =>
  headers.authorization?.replace(/^Bearer /, '') ?? textArg(args, 'token');

interface Asked extends Read {
  method: string;
  known: Method | undefined;
  token: string;
}

function carryOut(workspace: Workspace, { method, known, args, refusal, token }: Asked): Json {
  try {
    if (!known) throw new Refused('unknown_method');
    checkToken(workspace, known, token);
    if (refusal) throw refusal;
    checkScopes(workspace, known, args);
    return { ok: true, ...known.run({ workspace, args }) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (!expected.has(error.message))
      workspace.violations.push(`${method}: ${error.message} ${JSON.stringify(error.more)}`);
    return { ok: false, error: error.message, ...error.more };
  }
}

function checkToken({ bot, appToken }: Workspace, { token: wanted = 'bot' }: Method, token: string): void {
  if (wanted === 'none') return;
  if (token === '') throw new Refused('not_authed');
  if (token !== bot.token && token !== appToken) throw new Refused('invalid_auth');
  if (token !== (wanted === 'app' ? appToken : bot.token)) throw new Refused('not_allowed_token_type');
}

function checkScopes(workspace: Workspace, { scope = () => [] }: Method, args: Json): void {
  const wanted = typeof scope === 'string' ? [scope] : scope({ workspace, args });
  const missing = wanted.filter((one) => !workspace.scopes.has(one));
  if (missing.length > 0)
    throw new Refused('missing_scope', { needed: missing.join(','), provided: [...workspace.scopes].join(',') });
}
