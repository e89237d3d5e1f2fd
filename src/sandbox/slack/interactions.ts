/** What people press, fill in and call up, as Slack tells the bot of it. */
import { randomBytes } from 'node:crypto';
import { type Acknowledged, deliver, type Sender, type Tampering } from './delivery.ts';
import { checkFilled, closeOne, type Outcome, settle } from './forms.ts';
import { shownMessage } from './history.ts';
import { type Json, objectsOf } from './json.ts';
import { pressOn, stateOf } from './presses.ts';
import { newResponseUrl } from './replies.ts';
import { type Entry, type Message, type OpenView, type User, type Workspace, write } from './workspace.ts';

export interface Acting extends Sender {
  user: User;
}

export type Values = Record<string, string>;

/** What is pressed: a message in a channel, or an entry of the transcript that one person saw. */
export type Pressable = Pick<Message | Entry, 'channel' | 'blocks'> & { ts?: string | undefined; kind?: Entry['kind'] };

export const channelName = ({ channels }: Workspace, id: string): string => {
  const channel = channels.get(id);
  if (channel?.direct) return 'directmessage';
  return channel && !channel.isPrivate ? channel.name : 'privategroup';
};

function around({ workspace, user }: Acting, { team }: Tampering): Json {
  const { id, name } = user;
  const home = team ?? user.team ?? workspace.team;
  return {
    team: { id: team ?? workspace.team, domain: 'local' },
    user: { id, username: name, name, team_id: home },
    api_app_id: workspace.app,
    token: 'deprecated',
    enterprise: null,
    is_enterprise_install: false,
  };
}

function interact(acting: Acting, payload: Json, tampering: Tampering): Promise<Acknowledged> {
  const url = acting.workspace.manifest.settings.interactivity?.request_url;
  const whole = { ...around(acting, tampering), ...payload };
  return deliver(acting, { kind: 'interactive', url, payload: whole, tampering });
}

const isMessage = (on: Pressable | Json): on is Pressable => !('root_view_id' in on);

export function click(
  acting: Acting,
  { on, button }: { on: Pressable | Json; button: string },
  { value, ...tampering }: Tampering & { value?: string },
): Promise<Acknowledged> {
  const { workspace, user } = acting;
  const blocks = objectsOf(on['blocks']);
  const { label, action } = pressOn(blocks, button, value);
  const channel = isMessage(on) ? on.channel : '';
  write(workspace, { kind: 'click', channel, user: user.id, text: label });
  const values = value === undefined ? {} : { [String(action['block_id'])]: value };
  const where = isMessage(on)
    ? { ...pressedMessage(acting, on, tampering), state: stateOf(blocks, values) }
    : pressedForm(acting, on, tampering);
  const payload = { type: 'block_actions', ...where, actions: [action] };
  return interact(acting, payload, tampering);
}

function pressedForm(acting: Acting, view: Json, tampering: Tampering): Json {
  const id = String(view['id']);
  return {
    container: { type: 'view', view_id: id },
    view: acting.workspace.views.get(id)?.view ?? view,
    trigger_id: trigger(acting, tampering, id),
  };
}

/** A message that one person alone sees is not told again; the others are, as they stand. */
function pressedMessage(acting: Acting, on: Pressable, tampering: Tampering): Json {
  const { workspace, user } = acting;
  const { channel, blocks, ts = '0.0' } = on;
  const message = workspace.messages.find((one) => one.channel === channel && one.ts === ts);
  const ephemeral = message === undefined && (on.ts === undefined || on.kind === 'ephemeral' || on.kind === 'reply');
  const gone = { type: 'message', ts, user: workspace.bot.user, blocks };
  return {
    container: { type: 'message', message_ts: ts, channel_id: channel, is_ephemeral: ephemeral },
    channel: { id: channel, name: channelName(workspace, channel) },
    ...(ephemeral ? {} : { message: message ? shownMessage(workspace, message) : gone }),
    response_url: newResponseUrl(workspace, { user: user.id, channel, original: { ts, ephemeral } }),
    trigger_id: trigger(acting, tampering),
  };
}

function openView({ workspace, user }: Acting, view: Json): OpenView {
  const open = workspace.views.get(String(view['id']));
  if (!open?.isOpen || open.user !== user.id) throw new Error(`${user.realName} does not see this form`);
  return open;
}

export async function submit(
  acting: Acting,
  { view, values }: { view: Json; values: Values },
  tampering: Tampering,
): Promise<Acknowledged & Outcome> {
  const { workspace, user } = acting;
  const open = openView(acting, view);
  const blocks = objectsOf(open.view['blocks']);
  checkFilled(blocks, values);
  write(workspace, { kind: 'submit', channel: '', user: user.id, text: Object.values(values).join(' · ') });
  const sent = { ...open.view, state: stateOf(blocks, values) };
  const trigger_id = trigger(acting, tampering, open.view.id);
  const payload = { type: 'view_submission', view: sent, trigger_id, response_urls: [] };
  const answer = await interact(acting, payload, tampering);
  if (answer.status !== 200 || answer.late) return { ...answer, view: open.view };
  return { ...answer, ...settle(workspace, open, answer.body) };
}

export async function close(acting: Acting, view: Json, tampering: Tampering): Promise<Acknowledged | undefined> {
  const { workspace, user } = acting;
  const open = openView(acting, view);
  write(workspace, { kind: 'close', channel: '', user: user.id, text: '' });
  closeOne(open);
  if (open.view['notify_on_close'] !== true) return undefined;
  return interact(acting, { type: 'view_closed', view: open.view, is_cleared: false }, tampering);
}

export function shortcut(
  acting: Acting,
  { callback, on }: { callback: string; on: Message | undefined },
  tampering: Tampering,
): Promise<Acknowledged> {
  const { workspace, user } = acting;
  const type = on ? 'message' : 'global';
  const known = workspace.manifest.features.shortcuts?.find((one) => one.callback_id === callback && one.type === type);
  if (!known) throw new Error(`the manifest has no ${type} shortcut "${callback}"`);
  const channel = on?.channel ?? '';
  write(workspace, { kind: 'shortcut', channel, user: user.id, text: known.name ?? callback });
  const trigger_id = trigger(acting, tampering);
  const base = { callback_id: callback, trigger_id, action_ts: `${Date.now() / 1_000}` };
  if (!on) return interact(acting, { ...base, type: 'shortcut' }, tampering);
  const message = {
    type: 'message_action',
    message_ts: on.ts,
    message: shownMessage(workspace, on),
    channel: { id: channel, name: channelName(workspace, channel) },
    response_url: newResponseUrl(workspace, { user: user.id, channel }),
  };
  return interact(acting, { ...base, ...message }, tampering);
}

export function trigger({ workspace, user }: Acting, { trigger: again }: Tampering, view?: string): string {
  const id = again ?? `${Date.now()}.${randomBytes(6).toString('hex')}`;
  if (!workspace.triggers.has(id))
    workspace.triggers.set(id, {
      user: user.id,
      at: performance.now(),
      used: false,
      ...(view === undefined ? {} : { view }),
    });
  return id;
}
