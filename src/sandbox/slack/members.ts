/** Who is where: invitations, members, the places the app is in, direct conversations. */
import { shown } from './channels.ts';
import type { Json } from './json.ts';
import { type Called, flagArg, type Methods, own, scopeByPlace, textArg, visible } from './methods.ts';
import { page } from './pages.ts';
import { type Channel, directChannel, Refused, type Workspace, write } from './workspace.ts';

const mostInvited = 100;
const mostTogether = 8;

export const members: Methods = {
  'conversations.invite': { scope: 'channels:manage', tier: 3, run: invite },
  'conversations.members': {
    scope: scopeByPlace('read'),
    tier: 4,
    run: (called) => {
      const { items, next } = page([...visible(called).members], called.args, { usual: 100, most: 1_000 });
      return { members: items, response_metadata: { next_cursor: next } };
    },
  },
  'conversations.open': {
    scope: ({ args }) => [usersIn(args).length > 1 ? 'mpim:write' : 'im:write'],
    tier: 3,
    run: open,
  },
  'users.conversations': { scope: ({ args }) => typesIn(args).map((type) => scopes[type] ?? ''), tier: 3, run: mine },
};

const usersIn = (args: Json): string[] => textArg(args, 'users').split(',').filter(Boolean);

const scopes: Record<string, string> = {
  public_channel: 'channels:read',
  private_channel: 'groups:read',
  im: 'im:read',
  mpim: 'mpim:read',
};

function typesIn(args: Json): string[] {
  const types = (textArg(args, 'types') || 'public_channel').split(',').map((type) => type.trim());
  if (types.some((type) => scopes[type] === undefined)) throw new Refused('invalid_types');
  return types;
}

const typeOf = ({ direct, isPrivate, members }: Channel): string => {
  if (direct) return members.size > 2 ? 'mpim' : 'im';
  return isPrivate ? 'private_channel' : 'public_channel';
};

function mine({ workspace, args }: Called): Json {
  const types = typesIn(args);
  // closing a channel throws the app out, so that none of these is closed
  const all = [...workspace.channels.values()].filter(
    (channel) => channel.members.has(workspace.bot.user) && types.includes(typeOf(channel)),
  );
  const { items, next } = page(all, args, { usual: 100, most: 1_000 });
  return { channels: items.map((one) => shown(workspace, one)), response_metadata: { next_cursor: next } };
}

interface Fault {
  user: string;
  ok: false;
  error: string;
}

/** One bad id fails the whole call, unless it is forced. */
function invite(called: Called): Json {
  const { workspace, args } = called;
  const channel = own(called);
  const users = usersIn(args);
  if (users.length === 0) throw new Refused('no_user');
  if (users.length > mostInvited) throw new Refused('too_many_users');
  const errors = users.flatMap((user) => faultOf(workspace, channel, user));
  const good = users.filter((user) => errors.every((one) => one.user !== user));
  const [first] = errors;
  if (first && (!flagArg(args, 'force') || good.length === 0)) throw new Refused(first.error, { errors });
  for (const user of good) {
    channel.members.add(user);
    write(workspace, { kind: 'invite', channel: channel.id, user, text: '', pings: [user] });
  }
  return { channel: shown(workspace, channel), ...(first ? { errors } : {}) };
}

function faultOf(workspace: Workspace, channel: Channel, user: string): Fault[] {
  const error = reasonNot(workspace, channel, user);
  return error === undefined ? [] : [{ user, ok: false, error }];
}

function reasonNot({ users, bot, team }: Workspace, channel: Channel, id: string): string | undefined {
  if (id === bot.user) return 'cant_invite_self';
  const user = users.get(id);
  if (!user) return 'user_not_found';
  if (user.deactivated) return 'user_disabled';
  if (user.team !== undefined && user.team !== team) return 'user_team_not_in_channel';
  if (channel.members.has(id)) return 'already_in_channel';
  return user.guest ? 'user_is_restricted' : undefined;
}

function open({ workspace, args }: Called): Json {
  const users = usersIn(args);
  if (users.length === 0) throw new Refused('users_list_not_supplied');
  if (users.length > mostTogether) throw new Refused('too_many_users');
  for (const id of users) {
    const user = workspace.users.get(id);
    if (!user) throw new Refused('user_not_found');
    if (user.deactivated) throw new Refused('user_disabled');
  }
  const alreadyOpen = workspace.channels.size;
  const channel = directChannel(workspace, users);
  return {
    channel: flagArg(args, 'return_im') ? shown(workspace, channel) : { id: channel.id },
    ...(alreadyOpen === workspace.channels.size ? { no_op: true, already_open: true } : {}),
  };
}
