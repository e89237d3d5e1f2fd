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

export function actAs({ workspace, botUrl }: Sender, user: string): Inbound {
  const send = (payload: Record<string, string>, path: string, tampering: Tampering) =>
    post(`${botUrl()}${path}`, {
      secret: workspace.signingSecret,
      body: new URLSearchParams(payload).toString(),
      tampering,
    });
  const interact = (payload: Json, tampering: Tampering) =>
    send(
      { payload: JSON.stringify({ ...around(workspace, user, tampering), ...payload }) },
      pathOf(workspace.manifest.settings.interactivity?.request_url),
      tampering,
    );

  return {
    command(text, { channel = 'C0GENERAL', ...tampering } = {}) {
      const [slash] = workspace.manifest.features.slash_commands ?? [];
      write(workspace, { kind: 'command', channel, user, text: `${slash?.command ?? '/?'} ${text}` });
      return send(
        {
          token: 'deprecated',
          team_id: tampering.team ?? workspace.team,
          team_domain: 'local',
          channel_id: channel,
          channel_name: workspace.channels.get(channel)?.name ?? 'privategroup',
          user_id: user,
          user_name: workspace.users.get(user)?.name ?? '',
          command: slash?.command ?? '/?',
          text: escaped(workspace, text),
          api_app_id: 'A0LOCAL',
          is_enterprise_install: 'false',
          response_url: responseUrl(workspace, { user, channel }),
          trigger_id: trigger(workspace, user, tampering),
        },
        pathOf(slash?.url),
        tampering,
      );
    },
    click(on, button, tampering = {}) {
      const found = buttonOf(on.blocks ?? [], button);
      if (!found) throw new Error(`there is no button "${button}"`);
      write(workspace, { kind: 'click', channel: on.channel, user, text: labelOf(found) });
      const { action_id, value, text } = found;
      return interact(
        {
          type: 'block_actions',
          container: {
            type: 'message',
            message_ts: on.ts ?? '0.0',
            channel_id: on.channel,
            is_ephemeral: on.ts === undefined,
          },
          channel: { id: on.channel, name: workspace.channels.get(on.channel)?.name ?? 'directmessage' },
          message: { type: 'message', ts: on.ts ?? '0.0', user: workspace.bot.user, blocks: on.blocks },
          state: { values: {} },
          actions: [{ type: 'button', action_id, block_id: 'b1', value, text, action_ts: `${Date.now() / 1_000}` }],
          response_url: responseUrl(workspace, { user, channel: on.channel }),
          trigger_id: trigger(workspace, user, tampering),
        },
        tampering,
      );
    },
    submit(view, values, tampering = {}) {
      write(workspace, { kind: 'submit', channel: '', user, text: Object.values(values).join(' · ') });
      const current = workspace.views.get(String(view['id'])) ?? view;
      return interact(
        {
          type: 'view_submission',
          view: { ...current, state: { values: stateOf(current, values) } },
          response_urls: [],
          trigger_id: trigger(workspace, user, tampering),
        },
        tampering,
      );
    },
  };
}

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
  return send(url, { headers, body });
}

export interface Signed {
  headers: Record<string, string>;
  body: string;
}

export async function send(url: string, { headers, body }: Signed): Promise<Acknowledged> {
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
