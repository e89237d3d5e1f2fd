/** The state of a local Slack workspace, and the transcript of everything a person in it could have seen. */
import { randomBytes } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import type { WebCall } from './calls.ts';
import type { SlackFaults } from './faults.ts';
import type { Json } from './json.ts';

export type { Json };

export interface User {
  id: string;
  name: string;
  realName: string;
  email?: string;
  guest?: boolean;
  deactivated?: boolean;
  /** of another workspace, met in a shared channel */
  team?: string;
}

export interface UserGroup {
  id: string;
  handle: string;
  users: string[];
}

export interface Channel {
  id: string;
  name: string;
  topic: string;
  purpose: string;
  creator: string;
  created: number;
  members: Set<string>;
  archived: boolean;
  direct: boolean;
  isPrivate: boolean;
  bookmarks: Json[];
}

export interface Message {
  channel: string;
  ts: string;
  /** the message that it replies to */
  thread?: string;
  /** a reply that also stands in the channel */
  broadcast?: boolean;
  user: string;
  text: string;
  blocks: Json[];
  metadata?: Json;
  unfurl?: { links?: boolean; media?: boolean };
  edited: boolean;
  pinned?: boolean;
  reactions?: { name: string; users: string[] }[];
  files?: { id: string; name: string }[];
}

export type Kind =
  | 'message'
  | 'edit'
  | 'delete'
  | 'ephemeral'
  | 'direct'
  | 'view'
  | 'home'
  | 'channel'
  | 'rename'
  | 'archive'
  | 'join'
  | 'topic'
  | 'purpose'
  | 'invite'
  | 'pin'
  | 'bookmark'
  | 'reaction'
  | 'file'
  | 'command'
  | 'click'
  | 'submit'
  | 'close'
  | 'shortcut'
  | 'reply';

/** One thing that was seen or done. `pings`: who was notified by it; `links`: where it leads. */
export interface Entry {
  at: number;
  /** real milliseconds: tells what came first where a stepped clock stands still */
  order: number;
  kind: Kind;
  channel: string;
  user: string;
  text: string;
  ts?: string;
  thread?: string;
  blocks?: Json[];
  pings?: string[];
  /** named, but not in the channel: whether Slack tells them is not known */
  absent?: string[];
  links?: string[];
  view?: Json;
}

export interface Manifest {
  features: {
    app_home?: { home_tab_enabled?: boolean; messages_tab_enabled?: boolean };
    slash_commands?: { command: string; url?: string; should_escape?: boolean }[];
    shortcuts?: { callback_id: string; type: string; name?: string }[];
  };
  oauth_config: { scopes: { bot: string[]; bot_optional?: string[] } };
  settings: {
    interactivity?: { is_enabled?: boolean; request_url?: string };
    event_subscriptions?: { request_url?: string; bot_events?: string[] };
  };
}

export interface Trigger {
  user: string;
  at: number;
  used: boolean;
  /** the form in which somebody pressed or sent something */
  view?: string;
}

/** One address for answers: five uses in half an hour. */
export interface ResponseUrl {
  user: string;
  channel: string;
  left: number;
  until: number;
  /** the message whose button was pressed */
  original?: { ts: string; ephemeral: boolean };
}

export interface OpenView {
  view: Json & { id: string; hash: string };
  user: string;
  isOpen: boolean;
}

export interface Upload {
  name: string;
  length: number;
  bytes?: Buffer;
  shared: boolean;
}

export interface Workspace {
  team: string;
  app: string;
  bot: { user: string; bot: string; token: string };
  appToken: string | undefined;
  signingSecret: string;
  manifest: Manifest;
  scopes: Set<string>;
  users: Map<string, User>;
  channels: Map<string, Channel>;
  groups: Map<string, UserGroup>;
  messages: Message[];
  views: Map<string, OpenView>;
  triggers: Map<string, Trigger>;
  responses: Map<string, ResponseUrl>;
  uploads: Map<string, Upload>;
  /** tickets for the sockets of Socket Mode */
  tickets: Set<string>;
  transcript: Entry[];
  /** says "entry" whenever the transcript has grown */
  news: EventEmitter;
  /** calls that broke a rule of Slack's: a good bot leaves this empty */
  violations: string[];
  calls: WebCall[];
  /** methods, and posts into a channel, that were told to wait */
  closed: Map<string, { since: number; until: number }>;
  faults: SlackFaults;
  lastTs: number;
  now: () => number;
  url: () => string;
}

/** Unique and increasing, in the shape of Slack's own. */
export function newTs(workspace: Workspace): string {
  workspace.lastTs = Math.max(workspace.lastTs + 1, Math.floor(workspace.now()) * 1_000);
  return `${Math.floor(workspace.lastTs / 1_000_000)}.${String(workspace.lastTs % 1_000_000).padStart(6, '0')}`;
}

export const newId = (prefix: string): string => prefix + randomBytes(5).toString('hex').toUpperCase();

export function write(workspace: Workspace, entry: Omit<Entry, 'at' | 'order'>): void {
  workspace.transcript.push({ at: workspace.now(), order: performance.now(), ...entry });
  workspace.news.emit('entry');
}

export const newChannel = (
  given: Pick<Channel, 'id' | 'name' | 'creator' | 'created'> & Partial<Channel>,
): Channel => ({
  topic: '',
  purpose: '',
  members: new Set([given.creator]),
  archived: false,
  direct: false,
  isPrivate: false,
  bookmarks: [],
  ...given,
});

/** The conversation between the bot and one person or a few, made when it is needed. */
export function directChannel(workspace: Workspace, users: string[]): Channel {
  const id = `D${users
    .map((user) => user.slice(1))
    .toSorted()
    .join('')}`;
  const known = workspace.channels.get(id);
  if (known) return known;
  const channel = newChannel({
    id,
    name: `direct-${users.join('-')}`,
    creator: workspace.bot.user,
    created: workspace.now(),
    members: new Set([...users, workspace.bot.user]),
    direct: true,
    isPrivate: true,
  });
  workspace.channels.set(id, channel);
  return channel;
}

/** Slack's word for what was wrong: becomes `{ok: false, error}`. */
export class Refused extends Error {
  readonly more: Json;

  constructor(code: string, more: Json = {}) {
    super(code);
    this.more = more;
  }
}
