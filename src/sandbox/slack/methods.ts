/** What every Web API method is: the scopes it needs, how often it may be called, and what it does or refuses. */
import type { Json } from './json.ts';
import { points } from './json.ts';
import { type Channel, Refused, type Workspace } from './workspace.ts';

export interface Called {
  workspace: Workspace;
  /** arguments by name; structured ones are parsed */
  args: Json;
}

export interface Method {
  /** all of these; absent: none is needed */
  scope?: string | ((called: Called) => string[]);
  /** whose token opens it; the bot's unless said otherwise */
  token?: 'bot' | 'app' | 'none';
  /** Slack's tier: 20, 50 or 100 calls a minute; `posts`: one a second and channel; absent: hundreds */
  tier?: 2 | 3 | 4 | 'posts';
  run(called: Called): Json;
}

export type Methods = Record<string, Method>;

export const textArg = (args: Json, name: string): string => {
  const value = args[name];
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? value : '';
};

/** A form writes true and false as words; any other word counts as true there, "0" aside. */
export const flagArg = (args: Json, name: string): boolean => !['', 'false', '0'].includes(textArg(args, name));

export function needed(args: Json, name: string): string {
  const value = textArg(args, name);
  if (value === '')
    throw new Refused('invalid_arguments', {
      response_metadata: { messages: [`[ERROR] missing required field: ${name}`] },
    });
  return value;
}

export function within(text: string, most: number, code: string): string {
  if (points(text) > most) throw new Refused(code);
  return text;
}

const family = ({ direct, isPrivate }: Pick<Channel, 'direct' | 'isPrivate'>): string => {
  if (direct) return 'im';
  return isPrivate ? 'groups' : 'channels';
};

/** `channels:history`, `groups:history` or `im:history`, by the kind of place that is asked for. */
export const scopeByPlace =
  (right: string) =>
  ({ workspace, args }: Called): string[] => {
    const channel = workspace.channels.get(textArg(args, 'channel'));
    return [channel ? `${family(channel)}:${right}` : `channels:${right}`];
  };

/** What the app can see: public channels, and the others that it is in. */
export function visible({ workspace, args }: Called): Channel {
  const channel = workspace.channels.get(needed(args, 'channel'));
  if (!channel || (channel.isPrivate && !channel.members.has(workspace.bot.user)))
    throw new Refused('channel_not_found');
  return channel;
}

/** A channel that the app is in and that still lives. */
export function own(called: Called): Channel {
  const channel = visible(called);
  if (channel.archived) throw new Refused('is_archived');
  if (!channel.members.has(called.workspace.bot.user)) throw new Refused('not_in_channel');
  return channel;
}
