/** What people in Slack do reaches the bot as Slack sends it: signed, form-encoded, with triggers and response_urls. */
import { createHmac, randomBytes } from 'node:crypto';
import type { Entry, Json, Message, Workspace } from './workspace.ts';
import { newId, write } from './workspace.ts';

export interface Acknowledged {
  status: number;
  ackMs: number;
  /** the body as it came; JSON where it is JSON */
  body: unknown;
}

/** How a request differs from an honest one. */
export interface Tampering {
  secret?: string;
  /** shift of the timestamp */
  seconds?: number;
  team?: string;
  /** this very trigger again, as a repeated delivery has it */
  trigger?: string;
}

export interface Inbound {
  command(text: string, where?: { channel?: string } & Tampering): Promise<Acknowledged>;
  /** presses the button with this action (or label) on a message */
  click(on: Pressable, button: string, tampering?: Tampering): Promise<Acknowledged>;
  submit(view: Json, values: Record<string, string>, tampering?: Tampering): Promise<Acknowledged>;
}

export type Pressable = Pick<Message | Entry, 'channel' | 'blocks'> & { ts?: string | undefined };

export interface Sender {
  workspace: Workspace;
  botUrl: () => string;
}

const responseLifeMs = 30 * 60_000;

interface Acting extends Sender {
  user: string;
}

/** Everything that this person does goes out in this person's name. */
export function actAs(sender: Sender, user: string): Inbound {
  const acting = { ...sender, user };
  return {
    command: (text, where = {}) => command(acting, text, where),
    click: (on, button, tampering = {}) => click(acting, { on, button }, tampering),
    submit: (view, values, tampering = {}) => submit(acting, { view, values }, tampering),
  };
}

async function send(
  { workspace, botUrl, user }: Acting,
  { path, payload }: { path: string; payload: Record<string, string> },
  tampering: Tampering,
): Promise<Acknowledged> {
  const body = new URLSearchParams(payload).toString();
  const answer = await post(`${botUrl()}${path}`, { secret: workspace.signingSecret, body, tampering });
  const { channel_id: channel = '' } = payload;
  if (isAnswer(answer.body)) write(workspace, { kind: 'reply', channel, user, ...answer.body, pings: [] });
  return answer;
}

function command(
  acting: Acting,
  text: string,
  { channel = 'C0GENERAL', ...tampering }: { channel?: string } & Tampering,
): Promise<Acknowledged> {
  const { workspace, user } = acting;
  const { command = '/?', url } = workspace.manifest.features.slash_commands?.[0] ?? {};
  write(workspace, { kind: 'command', channel, user, text: `${command} ${text}` });
  const payload = {
    token: 'deprecated',
    team_id: tampering.team ?? workspace.team,
    team_domain: 'local',
    channel_id: channel,
    channel_name: workspace.channels.get(channel)?.name ?? 'privategroup',
    user_id: user,
    user_name: workspace.users.get(user)?.name ?? '',
    command,
    text: escaped(workspace, text),
    api_app_id: 'A0LOCAL',
    is_enterprise_install: 'false',
    response_url: responseUrl(workspace, { user, channel }),
    trigger_id: trigger(workspace, user, tampering),
  };
  return send(acting, { path: pathOf(url), payload }, tampering);
}

function interact(acting: Acting, payload: Json, tampering: Tampering): Promise<Acknowledged> {
  const { workspace, user } = acting;
  const whole = { ...around(workspace, user, tampering), trigger_id: trigger(workspace, user, tampering), ...payload };
  const path = pathOf(workspace.manifest.settings.interactivity?.request_url);
  return send(acting, { path, payload: { payload: JSON.stringify(whole) } }, tampering);
}

function click(
  acting: Acting,
  { on, button }: { on: Pressable; button: string },
  tampering: Tampering,
): Promise<Acknowledged> {
  const { workspace, user } = acting;
  const found = buttonOf(on.blocks ?? [], button);
  if (!found) throw new Error(`there is no button "${button}"`);
  write(workspace, { kind: 'click', channel: on.channel, user, text: labelOf(found) });
  const { action_id, value, text } = found;
  const ts = on.ts ?? '0.0';
  const payload = {
    type: 'block_actions',
    container: { type: 'message', message_ts: ts, channel_id: on.channel, is_ephemeral: on.ts === undefined },
    channel: { id: on.channel, name: workspace.channels.get(on.channel)?.name ?? 'directmessage' },
    message: { type: 'message', ts, user: workspace.bot.user, blocks: on.blocks },
    state: { values: {} },
    actions: [{ type: 'button', action_id, block_id: 'b1', value, text, action_ts: `${Date.now() / 1_000}` }],
    response_url: responseUrl(workspace, { user, channel: on.channel }),
  };
  return interact(acting, payload, tampering);
}

function submit(
  acting: Acting,
  { view, values }: { view: Json; values: Record<string, string> },
  tampering: Tampering,
): Promise<Acknowledged> {
  const { workspace, user } = acting;
  write(workspace, { kind: 'submit', channel: '', user, text: Object.values(values).join(' · ') });
  const current = workspace.views.get(String(view['id'])) ?? view;
  const sent = { ...current, state: { values: stateOf(current, values) } };
  return interact(acting, { type: 'view_submission', view: sent, response_urls: [] }, tampering);
}

/** The acknowledgement of a command may carry words, which its user alone sees. */
const isAnswer = (body: unknown): body is { text: string; blocks?: Json[] } =>
  isObject(body) && typeof body['text'] === 'string';

const pathOf = (url: string | undefined): string => (url === undefined ? '/slack/events' : new URL(url).pathname);

const around = (workspace: Workspace, user: string, { team = workspace.team }: Tampering): Json => ({
  team: { id: team, domain: 'local' },
  user: { id: user, username: workspace.users.get(user)?.name, name: workspace.users.get(user)?.name, team_id: team },
  api_app_id: 'A0LOCAL',
  token: 'deprecated',
  enterprise: null,
  is_enterprise_install: false,
});

/** With should_escape, a name that somebody types becomes an id, and the three special letters become entities. */
function escaped({ users }: Workspace, text: string): string {
  const plain = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return plain.replaceAll(/@([a-z0-9_]+)/g, (whole, name: string) => {
    const user = [...users.values()].find((one) => one.name === name);
    return user ? `<@${user.id}|${name}>` : whole;
  });
}

function trigger(workspace: Workspace, user: string, { trigger: again }: Tampering): string {
  const id = again ?? `${Date.now()}.${randomBytes(6).toString('hex')}`;
  if (!workspace.triggers.has(id)) workspace.triggers.set(id, { user, at: performance.now(), used: false });
  return id;
}

function responseUrl(workspace: Workspace, { user, channel }: { user: string; channel: string }): string {
  const id = newId('R');
  workspace.responses.set(id, { user, channel, left: 5, until: performance.now() + responseLifeMs });
  return `${workspace.url()}/commands/${id}`;
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** Every button of the blocks, in order. */
export function buttonsOf(blocks: Json[]): Json[] {
  const all = blocks.flatMap((block) => (Array.isArray(block['elements']) ? block['elements'] : []));
  return all.filter((one): one is Json => isObject(one) && one['type'] === 'button');
}

export const labelOf = (button: Json): string => (isObject(button['text']) ? String(button['text']['text']) : '');

const buttonOf = (blocks: Json[], wanted: string): Json | undefined =>
  buttonsOf(blocks).find((button) => labelOf(button) === wanted) ??
  buttonsOf(blocks).find((button) => String(button['action_id']).split(':')[0] === wanted) ??
  buttonsOf(blocks).find((button) => labelOf(button).toLowerCase().startsWith(wanted.toLowerCase()));

/** What was typed or chosen, by block id, in the shape of a submitted form; defaults stay where nothing was. */
function stateOf(view: Json, values: Record<string, string>): Json {
  const blocks = Array.isArray(view['blocks']) ? view['blocks'].filter(isObject) : [];
  return Object.fromEntries(
    blocks
      .filter((block) => block['type'] === 'input')
      .map((block) => {
        const id = String(block['block_id']);
        const element = isObject(block['element']) ? block['element'] : {};
        return [id, { [String(element['action_id'])]: typed(element, values[id]) }];
      }),
  );
}

function typed(element: Json, value: string | undefined): Json {
  const type = element['type'];
  if (type !== 'static_select') return { type, value: value ?? element['initial_value'] ?? null };
  const options = Array.isArray(element['options']) ? element['options'].filter(isObject) : [];
  return {
    type,
    selected_option: options.find((option) => option['value'] === value) ?? element['initial_option'] ?? null,
  };
}

interface Posting {
  secret: string;
  body: string;
  tampering: Tampering;
}

async function post(url: string, { secret, body, tampering }: Posting): Promise<Acknowledged> {
  const timestamp = Math.floor(Date.now() / 1_000) + (tampering.seconds ?? 0);
  const hash = createHmac('sha256', tampering.secret ?? secret)
    .update(`v0:${timestamp}:${body}`)
    .digest('hex');
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': String(timestamp),
    'x-slack-signature': `v0=${hash}`,
  };
  return deliver(url, { headers, body });
}

export interface Signed {
  headers: Record<string, string>;
  body: string;
}

/** The bare request; tests deliver the same one twice with it. */
export async function deliver(url: string, { headers, body }: Signed): Promise<Acknowledged> {
  const began = performance.now();
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  return { status: response.status, ackMs: Math.round(performance.now() - began), body: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
