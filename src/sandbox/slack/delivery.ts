/** How something reaches the bot: a signed request as Slack makes it, or an envelope where a socket is open. */
import { createHmac } from 'node:crypto';
import { isObject, objectsOf, parsed } from './json.ts';
import type { Sockets } from './socket-mode.ts';
import type { Receipt, Workspace } from './workspace.ts';

export interface Acknowledged {
  /** 0: nobody answered */
  status: number;
  ackMs: number;
  /** after three seconds: the person has read that it failed */
  late: boolean;
  /** the body as it came; JSON where it is JSON */
  body: unknown;
  headers: Record<string, string>;
  /** the very same signed request, or envelope, once more */
  again(): Promise<Acknowledged>;
}

/** How a request differs from an honest one. */
export interface Tampering {
  secret?: string;
  /** shift of the timestamp */
  seconds?: number;
  team?: string;
  /** this very trigger again, as a repeated delivery has it */
  trigger?: string;
  retry?: { num: number; reason: string };
}

export interface Delivery {
  kind: 'slash_commands' | 'interactive' | 'events_api';
  /** from the manifest: where this kind goes */
  url: string | undefined;
  payload: Record<string, unknown>;
  tampering: Tampering;
}

export interface Sender {
  workspace: Workspace;
  botUrl: () => string;
  sockets: Sockets;
}

const patienceMs = 3_000;
const giveUpMs = 10_000;
const defaultPath = '/slack/events';

export async function deliver(sender: Sender, delivery: Delivery): Promise<Acknowledged> {
  const send = way(sender, delivery);
  return timed(send, () => begin(sender.workspace, delivery));
}

function way({ workspace, botUrl, sockets }: Sender, delivery: Delivery): () => Promise<Answer> {
  if (sockets.count() > 0) return () => sockets.send(delivery);
  const { url, tampering } = delivery;
  const path = url === undefined ? defaultPath : new URL(url).pathname;
  const request = signed(workspace.signingSecret, bodyOf(delivery), tampering);
  return () => post(`${botUrl()}${path}`, request);
}

export type Answer = Pick<Acknowledged, 'status' | 'body' | 'headers'>;

async function timed(send: () => Promise<Answer>, begin: () => Receipt): Promise<Acknowledged> {
  const receipt = begin();
  const began = performance.now();
  const answer = await send();
  const ackMs = Math.round(performance.now() - began);
  Object.assign(receipt, { ackMs, status: answer.status });
  return { ...answer, ackMs, late: ackMs > patienceMs, again: () => timed(send, begin) };
}

/** Stands there from the start: what is never answered is found too. */
function begin({ acknowledgements, now }: Workspace, delivery: Delivery): Receipt {
  const { secret, seconds } = delivery.tampering;
  const { user_id, user } = delivery.payload;
  const who = String(user_id ?? (isObject(user) ? user['id'] : ''));
  const receipt = { at: now(), what: whatOf(delivery), who, ackMs: 0, status: 0 };
  if (secret === undefined && seconds === undefined) acknowledgements.push(receipt);
  return receipt;
}

/** In a few words: the command as it was sent, or the kind of input and the button, form or shortcut it came from. */
function whatOf({ kind, payload }: Delivery): string {
  if (kind === 'slash_commands') return [payload['command'], payload['text']].join(' ');
  const { type, event, actions, view, callback_id } = payload;
  const [action] = objectsOf(actions);
  const name = action?.['action_id'] ?? callback_id ?? (isObject(view) ? view['callback_id'] : undefined);
  return [isObject(event) ? event['type'] : type, name].filter(Boolean).join(' ');
}

interface Body {
  type: string;
  text: string;
}

/** Commands and presses are forms, the latter with JSON in one field; events are JSON. */
function bodyOf({ kind, payload }: Delivery): Body {
  if (kind === 'events_api') return { type: 'application/json', text: JSON.stringify(payload) };
  const form = kind === 'interactive' ? { payload: JSON.stringify(payload) } : strings(payload);
  return { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(form).toString() };
}

const strings = (payload: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, String(value)]));

interface Signed {
  headers: Record<string, string>;
  body: string;
}

function signed(secret: string, { type, text }: Body, tampering: Tampering): Signed {
  const timestamp = Math.floor(Date.now() / 1_000) + (tampering.seconds ?? 0);
  const hash = createHmac('sha256', tampering.secret ?? secret)
    .update(`v0:${timestamp}:${text}`)
    .digest('hex');
  const { retry } = tampering;
  return {
    body: text,
    headers: {
      'content-type': type,
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      'x-slack-request-timestamp': String(timestamp),
      'x-slack-signature': `v0=${hash}`,
      ...(retry ? { 'x-slack-retry-num': String(retry.num), 'x-slack-retry-reason': retry.reason } : {}),
    },
  };
}

/** Slack stops listening after three seconds; a test wants to know how late the answer was. */
async function post(url: string, { headers, body }: Signed): Promise<Answer> {
  try {
    const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(giveUpMs) });
    const text = await response.text();
    return { status: response.status, body: parsed(text) ?? text, headers: Object.fromEntries(response.headers) };
  } catch (error) {
    return { status: 0, body: String(error), headers: {} };
  }
}
