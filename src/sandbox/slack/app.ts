/** What concerns the app itself: who it is, whether blocks are well formed, and its way in through sockets. */
import { type BlockFault, faultsOfBlocks, faultsOfView } from './block-kit.ts';
import { isObject, type Json } from './json.ts';
import type { Called, Methods } from './methods.ts';
import { newId, Refused } from './workspace.ts';

export const app: Methods = {
  'auth.test': {
    run: ({ workspace }) => ({
      url: 'https://local.slack.com/',
      team: 'local',
      user: 'responder',
      team_id: workspace.team,
      user_id: workspace.bot.user,
      bot_id: workspace.bot.bot,
      is_enterprise_install: false,
    }),
  },
  'apps.connections.open': {
    token: 'app',
    tier: 3,
    run: ({ workspace }) => {
      const ticket = newId('ticket-');
      workspace.tickets.add(ticket);
      return { url: `${workspace.url().replace('http:', 'ws:')}/link/?ticket=${ticket}` };
    },
  },
  'blocks.validate': { token: 'none', run: validate },
};

function validate({ args }: Called): Json {
  const given = ['blocks', 'message', 'view'].filter((name) => args[name] !== undefined);
  if (given.length !== 1) throw new Refused('invalid_arguments');
  const { blocks, message, view } = args;
  if (isObject(view))
    return verdict('invalid_view', faultsOfView(view, view['type'] === 'home' ? 'home' : 'modal', ''));
  if (isObject(message)) return verdict('invalid_message', faultsOfBlocks(message['blocks'] ?? [], 'message'));
  return verdict('invalid_blocks', faultsOfBlocks(blocks, 'message', ''));
}

function verdict(code: string, faults: BlockFault[]): Json {
  if (faults.length === 0) return {};
  throw new Refused(code, { errors: faults.map((one) => ({ ...one, code: 'failed_constraint' })) });
}
