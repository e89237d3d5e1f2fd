/** Posting, editing, ephemeral answers, pins; and reading what was posted. */
import { faultsOfBlocks } from './block-kit.ts';
import { type Called, listArg, type Methods, textArg } from './methods.ts';
import { reachOf } from './pings.ts';
import {
  type Channel,
  directChannel,
  type Json,
  type Message,
  newTs,
  Refused,
  type Workspace,
  write,
} from './workspace.ts';

const longestText = 40_000;
const longestEdit = 4_000;

export const chat: Methods = {
  'chat.postMessage': { scope: 'chat:write', run: post },
  'chat.update': { scope: 'chat:write', run: update },
  'chat.postEphemeral': { scope: 'chat:write', run: ephemeral },
  'conversations.history': {
    scope: 'channels:history',
    run: (called) => read(called, ({ thread }) => thread === undefined),
  },
  'conversations.replies': {
    scope: 'channels:history',
    run: (called) => {
      const ts = textArg(called.args, 'ts');
      return read(called, (message) => message.ts === ts || message.thread === ts);
    },
  },
  'pins.add': {
    scope: 'pins:write',
    run: ({ workspace, args }) => {
      const { channel, ts } = messageAt(workspace, textArg(args, 'channel'), textArg(args, 'timestamp'));
      write(workspace, { kind: 'pin', channel, user: workspace.bot.user, text: '', ts });
      return {};
    },
  },
};

/** The channel, or the direct conversation with a user; the bot is in it, and it is not archived. */
export function placeOf(workspace: Workspace, id: string): Channel {
  const channel = workspace.users.has(id) ? directChannel(workspace, id) : workspace.channels.get(id);
  if (!channel) throw new Refused('channel_not_found');
  if (channel.archived) throw new Refused('is_archived');
  if (!channel.members.has(workspace.bot.user) && !workspace.scopes.has('chat:write.public'))
    throw new Refused('not_in_channel');
  return channel;
}

function worded(args: Json, most: number): { text: string; blocks: Json[] } {
  const text = textArg(args, 'text');
  const blocks = listArg(args, 'blocks');
  if (text === '' && blocks.length === 0) throw new Refused('no_text');
  if (Array.from(text).length > most) throw new Refused('msg_too_long');
  const faults = faultsOfBlocks(blocks, 'message');
  if (faults.some((fault) => fault.endsWith('msg_blocks_too_long'))) throw new Refused('msg_blocks_too_long');
  if (faults.length > 0) throw new Refused('invalid_blocks', { response_metadata: { messages: faults } });
  return { text, blocks };
}

function post({ workspace, args }: Called): Json {
  const channel = placeOf(workspace, textArg(args, 'channel'));
  const { text, blocks } = worded(args, longestText);
  const thread = textArg(args, 'thread_ts');
  if (thread !== '' && !workspace.messages.some((one) => one.channel === channel.id && one.ts === thread))
    throw new Refused('thread_not_found');
  const message: Message = {
    channel: channel.id,
    ts: newTs(workspace.now()),
    user: workspace.bot.user,
    text,
    blocks,
    edited: false,
    ...(thread === '' ? {} : { thread }),
    ...(args['metadata'] === undefined ? {} : { metadata: args['metadata'] }),
  };
  workspace.messages.push(message);
  write(workspace, { kind: channel.direct ? 'direct' : 'message', ...message, ...reachOf(text, blocks) });
  return {
    channel: channel.id,
    ts: message.ts,
    message: { text, blocks, ts: message.ts, user: message.user, type: 'message' },
  };
}

function messageAt(workspace: Workspace, channel: string, ts: string): Message {
  if (!workspace.channels.has(channel)) throw new Refused('channel_not_found');
  const message = workspace.messages.find((one) => one.channel === channel && one.ts === ts);
  if (!message) throw new Refused('message_not_found');
  return message;
}

function update({ workspace, args }: Called): Json {
  const message = messageAt(workspace, textArg(args, 'channel'), textArg(args, 'ts'));
  if (message.user !== workspace.bot.user) throw new Refused('cant_update_message');
  const { text, blocks } = worded(args, longestEdit);
  Object.assign(message, { text, blocks, edited: true });
  // an edit notifies nobody: mentions in it are shown, not sent
  write(workspace, { kind: 'edit', ...message, pings: [], links: reachOf(text, blocks).links });
  return { channel: message.channel, ts: message.ts, text };
}

function ephemeral({ workspace, args }: Called): Json {
  const channel = placeOf(workspace, textArg(args, 'channel'));
  const user = textArg(args, 'user');
  if (!channel.members.has(user)) throw new Refused('user_not_in_channel');
  const { text, blocks } = worded(args, longestText);
  write(workspace, {
    kind: 'ephemeral',
    channel: channel.id,
    user,
    text,
    blocks,
    pings: [],
    links: reachOf(text, blocks).links,
  });
  return { message_ts: newTs(workspace.now()) };
}

function read({ workspace, args }: Called, wanted: (message: Message) => boolean): Json {
  const channel = workspace.channels.get(textArg(args, 'channel'));
  if (!channel) throw new Refused('channel_not_found');
  if (!channel.members.has(workspace.bot.user)) throw new Refused('not_in_channel');
  const found = workspace.messages.filter((message) => message.channel === channel.id && wanted(message));
  const limit = Math.min(Number(args['limit'] ?? 100), 999);
  const withMetadata = String(args['include_all_metadata']) === 'true';
  const shown = found.toReversed().slice(0, limit);
  return {
    messages: shown.map(({ metadata, ...message }) => ({
      ...message,
      ...(withMetadata && metadata ? { metadata } : {}),
    })),
    has_more: found.length > limit,
  };
}
