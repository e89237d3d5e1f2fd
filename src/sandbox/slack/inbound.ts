/** What people in Slack do reaches the bot as Slack sends it, with triggers and response_urls. */
import { publish } from './chat.ts';
import { type Acknowledged, deliver, type Sender, type Tampering } from './delivery.ts';
import type { Outcome } from './forms.ts';
import {
  type Acting,
  channelName,
  click,
  close,
  type Pressable,
  shortcut,
  submit,
  trigger,
  type Values,
} from './interactions.ts';
import { isObject, type Json } from './json.ts';
import { newResponseUrl, say } from './replies.ts';
import { typedText } from './typing.ts';
import { type Message, Refused, write } from './workspace.ts';

export { buttonsOf, labelOf } from './presses.ts';
export type { Acknowledged, Tampering };

export interface Inbound {
  /** as it is typed: `/incident list`, or only what follows the first command of the manifest */
  command(line: string, where?: { channel?: string } & Tampering): Promise<Acknowledged>;
  /** presses the button with this action (or label) on a message or a form; `value` is what is taken from a list */
  click(on: Pressable | Json, button: string, how?: Tampering & { value?: string }): Promise<Acknowledged>;
  /** values by block; several of a list with commas between them */
  submit(view: Json, values: Values, tampering?: Tampering): Promise<Acknowledged & Outcome>;
  /** nothing is sent for a form that does not ask for it */
  close(view: Json, tampering?: Tampering): Promise<Acknowledged | undefined>;
  /** from the lightning menu, or from the menu of a message */
  shortcut(callback: string, on?: Message, tampering?: Tampering): Promise<Acknowledged>;
  /** a message of this person's own */
  say(channel: string, text: string, thread?: string): Message;
}

/** Everything that this person does goes out in this person's name. */
export function actAs(sender: Sender, id: string): Inbound {
  const user = sender.workspace.users.get(id);
  if (!user) throw new Error(`there is nobody with the id ${id}`);
  if (user.deactivated) throw new Error(`${user.realName} is deactivated and can do nothing in Slack`);
  const acting = { ...sender, user };
  return {
    command: (line, where = {}) => command(acting, line, where),
    click: (on, button, how = {}) => click(acting, { on, button }, how),
    submit: (view, values, tampering = {}) => submit(acting, { view, values }, tampering),
    close: (view, tampering = {}) => close(acting, view, tampering),
    shortcut: (callback, on, tampering = {}) => shortcut(acting, { callback, on }, tampering),
    say: (channel, text, thread) => sayAs(acting, { channel, text, thread }),
  };
}

async function command(
  acting: Acting,
  line: string,
  { channel = 'C0GENERAL', ...tampering }: { channel?: string } & Tampering,
): Promise<Acknowledged> {
  const { workspace, user } = acting;
  const { command: name, url, text } = typedText(workspace, line);
  write(workspace, { kind: 'command', channel, user: user.id, text: `${name} ${text.typed}` });
  const payload = {
    token: 'deprecated',
    team_id: tampering.team ?? user.team ?? workspace.team,
    team_domain: 'local',
    channel_id: channel,
    channel_name: channelName(workspace, channel),
    user_id: user.id,
    user_name: user.name,
    command: name,
    text: text.sent,
    api_app_id: workspace.app,
    is_enterprise_install: 'false',
    response_url: newResponseUrl(workspace, { user: user.id, channel }),
    trigger_id: trigger(acting, tampering),
  };
  const answer = await deliver(acting, { kind: 'slash_commands', url, payload, tampering });
  if (tampering.secret === undefined && tampering.seconds === undefined) hear(acting, { name, channel, answer });
  return answer;
}

/** The person reads the acknowledgement, or that there was none in time. */
function hear({ workspace, user }: Acting, said: { name: string; channel: string; answer: Acknowledged }): void {
  const { name, channel, answer } = said;
  const { status, late, body } = answer;
  const whom = { channel, user: user.id };
  const fault = late ? 'operation_timeout' : 'dispatch_failed';
  if (late || status !== 200) return say(workspace, whom, { text: `${name} failed with the error "${fault}"` });
  const given = typeof body === 'string' ? { text: body } : body;
  if (!isObject(given) || (!given['text'] && !given['blocks'])) return;
  try {
    say(workspace, whom, given);
  } catch (refusal) {
    if (!(refusal instanceof Refused)) throw refusal;
    workspace.violations.push(`answer to ${name}: ${refusal.message} ${JSON.stringify(refusal.more)}`);
  }
}

function sayAs(
  { workspace, user }: Acting,
  { channel: id, text, thread }: { channel: string; text: string; thread: string | undefined },
): Message {
  const channel = workspace.channels.get(id);
  if (!channel?.members.has(user.id)) throw new Error(`${user.realName} is not in ${id}`);
  return publish(workspace, channel, { user: user.id, text, blocks: [], ...(thread === undefined ? {} : { thread }) });
}
