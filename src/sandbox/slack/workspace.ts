/** The state of a local Slack workspace, and the transcript of everything a person in it could have seen. */
import { randomBytes } from 'node:crypto';
import type { Faults } from '../faults.ts';

export interface User {
  id: string;
  name: string;
  realName: string;
  email?: string;
  guest?: boolean;
  deactivated?: boolean;
}

export interface Channel {
  id: string;
  name: string;
  topic: string;
  creator: string;
  created: number;
  members: Set<string>;
  archived: boolean;
  direct: boolean;
}

export type Json = Record<string, unknown>;

export interface Message {
  channel: string;
  ts: string;
  thread?: string;
  user: string;
  text: string;
  blocks: Json[];
  metadata?: unknown;
  edited: boolean;
}

export type Kind =
  | 'message'
  | 'edit'
  | 'ephemeral'
  | 'direct'
  | 'view'
  | 'channel'
  | 'topic'
  | 'invite'
  | 'pin'
  | 'command'
  | 'click'
  | 'submit'
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
  links?: string[];
  view?: Json;
}

export interface Manifest {
  features: { slash_commands?: { command: string; url?: string }[] };
  oauth_config: { scopes: { bot: string[]; bot_optional?: string[] } };
  settings: { interactivity?: { is_enabled?: boolean; request_url?: string } };
}

export interface Trigger {
  user: string;
  at: number;
  used: boolean;
}

export interface Workspace {
  team: string;
  bot: { user: string; bot: string; token: string };
  signingSecret: string;
  manifest: Manifest;
  scopes: Set<string>;
  users: Map<string, User>;
  channels: Map<string, Channel>;
  groups: Map<string, string[]>;
  messages: Message[];
  views: Map<string, Json & { id: string; hash: string; user: string }>;
  triggers: Map<string, Trigger>;
  responses: Map<string, { user: string; channel: string; left: number; until: number }>;
  transcript: Entry[];
  /** calls that broke a rule of Slack's: a good bot leaves this empty */
  violations: string[];
  faults: Faults;
  now: () => number;
  url: () => string;
}

let lastTs = 0;

/** Unique and increasing, in the shape of Slack's own. */
export function newTs(now: number): string {
  lastTs = Math.max(lastTs + 1, Math.floor(now) * 1_000);
  return `${Math.floor(lastTs / 1_000_000)}.${String(lastTs % 1_000_000).padStart(6, '0')}`;
}

export const newId = (prefix: string): string => prefix + randomBytes(5).toString('hex').toUpperCase();

export const write = (workspace: Workspace, entry: Omit<Entry, 'at' | 'order'>): void => {
  workspace.transcript.push({ at: workspace.now(), order: performance.now(), ...entry });
};

/** A direct conversation between the bot and somebody, made when it is needed. */
export function directChannel(workspace: Workspace, user: string): Channel {
  const id = `D${user.slice(1)}`;
  const known = workspace.channels.get(id);
  if (known) return known;
  const members = new Set([user, workspace.bot.user]);
  const channel: Channel = {
    id,
    name: `direct-${user}`,
    topic: '',
    creator: user,
    created: workspace.now(),
    members,
    archived: false,
    direct: true,
  };
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
