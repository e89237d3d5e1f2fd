/** People and their groups, looked up. */
import type { Json } from './json.ts';
import { flagArg, type Methods, needed, textArg } from './methods.ts';
import { Refused, type User, type UserGroup, type Workspace } from './workspace.ts';

export const people: Methods = {
  'users.info': {
    scope: 'users:read',
    tier: 4,
    run: ({ workspace, args }) => {
      const user = workspace.users.get(needed(args, 'user'));
      if (!user) throw new Refused('user_not_found');
      return { user: shown(workspace, user) };
    },
  },
  'users.lookupByEmail': {
    scope: 'users:read.email',
    tier: 3,
    run: ({ workspace, args }) => {
      const email = textArg(args, 'email').toLowerCase();
      const user = [...workspace.users.values()].find((one) => one.email?.toLowerCase() === email && !one.deactivated);
      if (!user || email === '') throw new Refused('users_not_found');
      return { user: shown(workspace, user) };
    },
  },
  'usergroups.list': {
    scope: 'usergroups:read',
    tier: 2,
    run: ({ workspace, args }) => ({
      usergroups: [...workspace.groups.values()].map((group) => ({
        ...shownGroup(workspace, group),
        ...(flagArg(args, 'include_users') ? { users: group.users } : {}),
      })),
    }),
  },
  'usergroups.users.list': {
    scope: 'usergroups:read',
    tier: 2,
    run: ({ workspace, args }) => {
      const group = workspace.groups.get(textArg(args, 'usergroup'));
      if (!group) throw new Refused('no_such_subteam');
      return { users: group.users };
    },
  },
};

function shown({ team, scopes }: Workspace, user: User): Json {
  const { id, name, realName, email, guest = false, deactivated = false } = user;
  return {
    id,
    name,
    team_id: user.team ?? team,
    real_name: realName,
    deleted: deactivated,
    is_bot: false,
    is_restricted: guest,
    is_ultra_restricted: false,
    is_stranger: user.team !== undefined && user.team !== team,
    tz: 'Etc/UTC',
    tz_offset: 0,
    // the address is shown to those alone who may read it
    profile: {
      real_name: realName,
      display_name: name,
      ...(email !== undefined && scopes.has('users:read.email') ? { email } : {}),
    },
  };
}

const shownGroup = ({ team }: Workspace, { id, handle, users }: UserGroup): Json => ({
  id,
  team_id: team,
  is_usergroup: true,
  name: handle,
  handle,
  user_count: users.length,
});
