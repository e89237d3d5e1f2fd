/** Channels and people: made, named, entered, looked up. */
import { type Called, type Methods, textArg } from './methods.ts';
import {
  type Channel,
  directChannel,
  type Json,
  newId,
  Refused,
  type User,
  type Workspace,
  write,
} from './workspace.ts';

export const places: Methods = {
  'auth.test': {
    run: ({ workspace }) => ({
      url: 'https://local.slack.com/',
      team: 'local',
      user: 'responder',
      team_id: workspace.team,
      user_id: workspace.bot.user,
      bot_id: workspace.bot.bot,
    }),
  },
  'conversations.create': { scope: 'channels:manage', run: create },
  'conversations.invite': { scope: 'channels:manage', run: invite },
  'conversations.setTopic': { scope: 'channels:manage', run: setTopic },
  'conversations.archive': {
    scope: 'channels:manage',
    run: (called) => {
      const channel = own(called);
      channel.archived = true;
      channel.members.delete(called.workspace.bot.user);
      return {};
    },
  },
  'conversations.info': { scope: 'channels:read', run: (called) => ({ channel: shown(known(called)) }) },
  'conversations.members': { scope: 'channels:read', run: (called) => ({ members: [...known(called).members] }) },
  'conversations.open': {
    scope: 'im:write',
    run: ({ workspace, args }) => ({ channel: { id: directChannel(workspace, textArg(args, 'users')).id } }),
  },
  'users.conversations': {
    scope: 'channels:read',
    run: ({ workspace }) => {
      const mine = [...workspace.channels.values()].filter(
        ({ members, direct }) => !direct && members.has(workspace.bot.user),
      );
      return { channels: mine.map(shown), response_metadata: { next_cursor: '' } };
    },
  },
  'users.info': {
    scope: 'users:read',
    run: ({ workspace, args }) => {
      const user = workspace.users.get(textArg(args, 'user'));
      if (!user) throw new Refused('user_not_found');
      return { user: shownUser(workspace, user) };
    },
  },
  'users.lookupByEmail': {
    scope: 'users:read.email',
    run: ({ workspace, args }) => {
      const email = textArg(args, 'email');
      const user = [...workspace.users.values()].find((one) => one.email === email && !one.deactivated);
      if (!user) throw new Refused('users_not_found');
      return { user: shownUser(workspace, user) };
    },
  },
  'usergroups.users.list': {
    scope: 'usergroups:read',
    run: ({ workspace, args }) => {
      const users = workspace.groups.get(textArg(args, 'usergroup'));
      if (!users) throw new Refused('no_such_subteam');
      return { users };
    },
  },
};

const shown = ({ id, name, topic, creator, created, archived, members }: Channel): Json => ({
  id,
  name,
  topic: { value: topic },
  creator,
  created: Math.floor(created / 1_000),
  is_archived: archived,
  is_channel: true,
  num_members: members.size,
});

const shownUser = (
  { team }: Workspace,
  { id, name, realName, email, guest = false, deactivated = false }: User,
): Json => ({
  id,
  name,
  team_id: team,
  real_name: realName,
  deleted: deactivated,
  is_restricted: guest,
  is_ultra_restricted: false,
  profile: { real_name: realName, display_name: name, ...(email ? { email } : {}) },
});

function known({ workspace, args }: Called): Channel {
  const channel = workspace.channels.get(textArg(args, 'channel'));
  if (!channel) throw new Refused('channel_not_found');
  return channel;
}

function own(called: Called): Channel {
  const channel = known(called);
  if (channel.archived) throw new Refused('is_archived');
  if (!channel.members.has(called.workspace.bot.user)) throw new Refused('not_in_channel');
  return channel;
}

function create({ workspace, args }: Called): Json {
  const name = textArg(args, 'name');
  if (name === '') throw new Refused('invalid_name_required');
  if (name.length > 80) throw new Refused('invalid_name_maxlength');
  if (!/^[a-z0-9_-]+$/.test(name)) throw new Refused('invalid_name_specials');
  if (!/[a-z0-9]/.test(name)) throw new Refused('invalid_name_punctuation');
  if ([...workspace.channels.values()].some((one) => one.name === name)) throw new Refused('name_taken');
  const user = workspace.bot.user;
  const channel: Channel = {
    id: newId('C'),
    name,
    topic: '',
    creator: user,
    created: workspace.now(),
    members: new Set([user]),
    archived: false,
    direct: false,
  };
  workspace.channels.set(channel.id, channel);
  write(workspace, { kind: 'channel', channel: channel.id, user, text: name });
  return { channel: shown(channel) };
}

function invite(called: Called): Json {
  const { workspace, args } = called;
  const channel = own(called);
  const users = textArg(args, 'users').split(',').filter(Boolean);
  if (users.length === 0) throw new Refused('no_user');
  if (users.length > 100) throw new Refused('too_many_users');
  const faults = users.flatMap((user) => reasonNot(workspace, channel, user));
  const good = users.filter((user) => reasonNot(workspace, channel, user).length === 0);
  if (faults.length > 0 && (String(args['force']) !== 'true' || good.length === 0)) throw new Refused(faults[0] ?? '');
  for (const user of good) {
    channel.members.add(user);
    write(workspace, { kind: 'invite', channel: channel.id, user, text: '', pings: [user] });
  }
  return { channel: shown(channel) };
}

function reasonNot({ users, bot }: Workspace, channel: Channel, id: string): string[] {
  const user = users.get(id);
  if (id === bot.user) return ['cant_invite_self'];
  if (!user) return ['user_not_found'];
  if (user.deactivated) return ['user_disabled'];
  if (user.guest) return ['user_is_restricted'];
  return channel.members.has(id) ? ['already_in_channel'] : [];
}

function setTopic(called: Called): Json {
  const channel = own(called);
  const topic = textArg(called.args, 'topic');
  if (Array.from(topic).length > 250) throw new Refused('too_long');
  channel.topic = topic;
  write(called.workspace, { kind: 'topic', channel: channel.id, user: called.workspace.bot.user, text: topic });
  return { channel: shown(channel) };
}
