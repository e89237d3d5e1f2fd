/** Channels: made, named, described, entered, closed. */
import type { Json } from './json.ts';
import { type Called, flagArg, type Methods, own, scopeByPlace, textArg, visible, within } from './methods.ts';
import { type Channel, newChannel, newId, Refused, type Workspace, write } from './workspace.ts';

const longestName = 80;
const longestTopic = 250;

export const channels: Methods = {
  'conversations.create': {
    scope: ({ args }) => [flagArg(args, 'is_private') ? 'groups:write' : 'channels:manage'],
    tier: 2,
    run: create,
  },
  'conversations.rename': { scope: 'channels:manage', tier: 2, run: rename },
  'conversations.archive': { scope: 'channels:manage', tier: 2, run: archive },
  'conversations.join': { scope: 'channels:join', tier: 3, run: join },
  'conversations.setTopic': { scope: 'channels:manage', tier: 2, run: (called) => describe(called, 'topic') },
  'conversations.setPurpose': { scope: 'channels:manage', tier: 2, run: (called) => describe(called, 'purpose') },
  'conversations.info': {
    scope: scopeByPlace('read'),
    tier: 3,
    run: (called) => ({ channel: shown(called.workspace, visible(called)) }),
  },
};

export function shown({ bot, team }: Workspace, channel: Channel): Json {
  const { id, name, topic, purpose, creator, created, archived, direct, isPrivate, members } = channel;
  return {
    id,
    name,
    name_normalized: name,
    topic: { value: topic },
    purpose: { value: purpose },
    creator,
    created: Math.floor(created / 1_000),
    is_channel: !direct && !isPrivate,
    is_group: !direct && isPrivate,
    is_im: direct,
    is_private: isPrivate,
    is_archived: archived,
    is_member: members.has(bot.user),
    is_general: false,
    is_ext_shared: false,
    is_shared: false,
    num_members: members.size,
    context_team_id: team,
  };
}

/** A closed channel keeps its name. */
function free({ channels }: Workspace, name: string): string {
  if (name === '') throw new Refused('invalid_name_required');
  within(name, longestName, 'invalid_name_maxlength');
  if (!/[\p{L}\p{N}]/u.test(name)) throw new Refused('invalid_name_punctuation');
  if (!/^[a-z0-9_-]+$/.test(name)) throw new Refused('invalid_name_specials');
  if ([...channels.values()].some((one) => one.name === name)) throw new Refused('name_taken');
  return name;
}

function create({ workspace, args }: Called): Json {
  const user = workspace.bot.user;
  const name = free(workspace, textArg(args, 'name'));
  const isPrivate = flagArg(args, 'is_private');
  const channel = newChannel({ id: newId('C'), name, creator: user, created: workspace.now(), isPrivate });
  workspace.channels.set(channel.id, channel);
  write(workspace, { kind: 'channel', channel: channel.id, user, text: name });
  return { channel: shown(workspace, channel) };
}

/** An app may rename what it has made itself. */
function rename(called: Called): Json {
  const { workspace, args } = called;
  const channel = own(called);
  const user = workspace.bot.user;
  if (channel.creator !== user) throw new Refused('not_authorized');
  const name = textArg(args, 'name');
  if (name !== channel.name) channel.name = free(workspace, name);
  write(workspace, { kind: 'rename', channel: channel.id, user, text: name });
  return { channel: shown(workspace, channel) };
}

/** Closing throws the app out: it can neither read there any more nor open it again. */
function archive(called: Called): Json {
  const { workspace } = called;
  if (visible(called).archived) throw new Refused('already_archived');
  const channel = own(called);
  channel.archived = true;
  channel.members.delete(workspace.bot.user);
  write(workspace, { kind: 'archive', channel: channel.id, user: workspace.bot.user, text: '' });
  return {};
}

function join(called: Called): Json {
  const { workspace } = called;
  const channel = visible(called);
  if (channel.isPrivate) throw new Refused('method_not_supported_for_channel_type');
  if (channel.archived) throw new Refused('is_archived');
  const already = channel.members.has(workspace.bot.user);
  channel.members.add(workspace.bot.user);
  if (!already) write(workspace, { kind: 'join', channel: channel.id, user: workspace.bot.user, text: '' });
  return { channel: shown(workspace, channel), ...(already ? { warning: 'already_in_channel' } : {}) };
}

function describe(called: Called, what: 'topic' | 'purpose'): Json {
  const { workspace, args } = called;
  const channel = own(called);
  const text = within(textArg(args, what), longestTopic, 'too_long');
  channel[what] = text;
  write(workspace, { kind: what, channel: channel.id, user: workspace.bot.user, text });
  return { [what]: text, channel: shown(workspace, channel) };
}
