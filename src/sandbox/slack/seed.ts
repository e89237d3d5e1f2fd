/** How a workspace begins: who is there, which channels, and what the app was granted. */
import { EventEmitter } from 'node:events';
import { makeFaults } from './faults.ts';
import { type Channel, type Manifest, newChannel, type User, type UserGroup, type Workspace } from './workspace.ts';

export interface SlackSettings {
  signingSecret: string;
  botToken: string;
  /** for Socket Mode */
  appToken?: string;
  teamId: string;
  manifest: Manifest;
  seed: Seed;
  botUrl?: string;
  port?: number;
  /** off: nobody is told to come back later */
  rateLimits?: boolean;
  now?: () => number;
  /** optional scopes that this workspace did not grant */
  withheld?: string[];
}

export interface Seed {
  users: User[];
  /** the member BOT is the app */
  channels: { id: string; name: string; members: string[]; isPrivate?: boolean }[];
  userGroups?: UserGroup[];
}

export const botUser = 'U0RESPONDER';

export function makeWorkspace(settings: SlackSettings, url: () => string): Workspace {
  const { manifest, seed, now = Date.now, withheld = [] } = settings;
  const { bot, bot_optional = [] } = manifest.oauth_config.scopes;
  return {
    team: settings.teamId,
    app: 'A0LOCAL',
    bot: { user: botUser, bot: 'B0RESPONDER', token: settings.botToken },
    appToken: settings.appToken,
    signingSecret: settings.signingSecret,
    manifest,
    scopes: new Set([...bot, ...bot_optional].filter((scope) => !withheld.includes(scope))),
    users: new Map(seed.users.map((user) => [user.id, user])),
    channels: new Map(seed.channels.map((given) => [given.id, seeded(given, now())])),
    groups: new Map((seed.userGroups ?? []).map((group) => [group.id, group])),
    messages: [],
    views: new Map(),
    triggers: new Map(),
    responses: new Map(),
    uploads: new Map(),
    tickets: new Set(),
    transcript: [],
    news: new EventEmitter(),
    violations: [],
    calls: [],
    closed: new Map(),
    faults: makeFaults(),
    lastTs: 0,
    now,
    url,
  };
}

const seeded = ({ members, ...given }: Seed['channels'][number], created: number): Channel =>
  newChannel({
    ...given,
    creator: 'U0ADMIN',
    created,
    members: new Set(members.map((member) => (member === 'BOT' ? botUser : member))),
  });
