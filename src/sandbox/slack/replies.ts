/** What the bot answers beside the Web API: in its acknowledgement, and through a response_url. */
import type { ServerResponse } from 'node:http';
import { strike } from '../faults.ts';
import { json } from '../http.ts';
import { isAnswered } from '../kills.ts';
import { erase, publish, rewrite } from './chat.ts';
import { contentOf } from './content.ts';
import { isObject, type Json, parsed } from './json.ts';
import { flagArg, textArg } from './methods.ts';
import { linksIn } from './pings.ts';
import { newId, newTs, Refused, type ResponseUrl, type Workspace, write } from './workspace.ts';

const lifeMs = 30 * 60_000;
const uses = 5;

export function newResponseUrl(workspace: Workspace, whose: Omit<ResponseUrl, 'left' | 'until'>): string {
  const id = newId('R');
  workspace.responses.set(id, { ...whose, left: uses, until: performance.now() + lifeMs });
  return `${workspace.url()}/commands/${workspace.team}/${id}`;
}

interface Answered {
  id: string;
  body: string;
  response: ServerResponse;
}

/** Five answers, within half an hour; each may replace or take away the message that was pressed. */
export async function respond(workspace: Workspace, { id, body, response }: Answered): Promise<void> {
  const args = parsed(body);
  const passing = workspace.kills.reach('slack', 'response_url');
  if (passing('before')) return void response.destroy();
  const effect = workspace.faults.take('response_url', isObject(args) ? args : {});
  if (await strike(effect, response)) return;
  const address = workspace.responses.get(id);
  if (!isUsable(address))
    return refuse(workspace, response, { status: 404, why: address ? 'used_url' : 'expired_url' });
  address.left -= 1;
  const why = tryAnswer(workspace, address, args);
  if (!isAnswered(passing, effect, response)) return;
  if (why !== undefined) return refuse(workspace, response, { status: 400, why });
  json(response, 200, { ok: true });
}

const isUsable = (address: ResponseUrl | undefined): address is ResponseUrl =>
  address !== undefined && address.left > 0 && performance.now() <= address.until;

function tryAnswer(workspace: Workspace, address: ResponseUrl, args: unknown): string | undefined {
  if (!isObject(args)) return 'invalid_payload';
  try {
    answerAt(workspace, address, args);
    return undefined;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return error.message;
  }
}

function refuse(
  workspace: Workspace,
  response: ServerResponse,
  { status, why }: { status: number; why: string },
): void {
  workspace.violations.push(`response_url: ${why}`);
  json(response, status, { ok: false, error: why });
}

function answerAt(workspace: Workspace, address: ResponseUrl, args: Json): void {
  const { original } = address;
  if (original && (flagArg(args, 'delete_original') || flagArg(args, 'replace_original')))
    return change(workspace, { ...address, original }, args);
  say(workspace, address, args);
}

/** A message that one person alone sees is nowhere kept: its new form is written down once more. */
function change(
  workspace: Workspace,
  address: ResponseUrl & Required<Pick<ResponseUrl, 'original'>>,
  args: Json,
): void {
  const { ts, ephemeral } = address.original;
  const message = workspace.messages.find((one) => one.channel === address.channel && one.ts === ts);
  const { channel, user } = address;
  if (flagArg(args, 'delete_original')) {
    if (message) return erase(workspace, message);
    return write(workspace, { kind: 'delete', channel, user, ts, text: '(deleted)' });
  }
  if (message && !ephemeral) return rewrite(workspace, message, contentOf(args, 'edit'));
  say(workspace, { channel, user, ts }, args);
}

/** To everybody only when it says so. */
export function say(workspace: Workspace, { channel: id, user, ts = newTs(workspace) }: Whom, args: Json): void {
  const { text, blocks } = contentOf(args, 'post');
  const channel = workspace.channels.get(id);
  if (textArg(args, 'response_type') === 'in_channel' && channel) {
    publish(workspace, channel, { user: workspace.bot.user, text, blocks });
    return;
  }
  write(workspace, { kind: 'reply', channel: id, user, text, blocks, ts, pings: [], links: linksIn(text, blocks) });
}

interface Whom {
  channel: string;
  user: string;
  /** of the message that it replaces */
  ts?: string;
}
