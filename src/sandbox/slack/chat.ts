/** Posting, editing, deleting, and words that one person alone sees. */
import { type Content, contentOf, messageAt, placeOf, threadOf } from './content.ts';
import { shownMessage } from './history.ts';
import type { Json } from './json.ts';
import { type Called, flagArg, type Methods, needed, textArg } from './methods.ts';
import { linksIn, reachOf } from './pings.ts';
import { type Channel, type Message, newTs, Refused, type Workspace, write } from './workspace.ts';

export const chat: Methods = {
  'chat.postMessage': { scope: 'chat:write', tier: 'posts', run: post },
  'chat.update': { scope: 'chat:write', tier: 3, run: update },
  'chat.delete': { scope: 'chat:write', tier: 3, run: remove },
  'chat.postEphemeral': { scope: 'chat:write', tier: 4, run: ephemeral },
  'chat.getPermalink': {
    run: ({ workspace, args }) => {
      const { channel, ts, thread } = messageAt(workspace, needed(args, 'channel'), needed(args, 'message_ts'));
      const within = thread === undefined ? '' : `?thread_ts=${thread}&cid=${channel}`;
      return { channel, permalink: `https://local.slack.com/archives/${channel}/p${ts.replace('.', '')}${within}` };
    },
  },
};

/** A message comes to stand in a place, and whoever it names hears of it. */
export function publish(
  workspace: Workspace,
  channel: Channel,
  message: Omit<Message, 'channel' | 'ts' | 'edited'>,
): Message {
  const posted: Message = { ...message, channel: channel.id, ts: newTs(workspace), edited: false };
  workspace.messages.push(posted);
  const { ts, user, text, blocks, thread } = posted;
  write(workspace, {
    kind: channel.direct ? 'direct' : 'message',
    channel: channel.id,
    user,
    text,
    blocks,
    ts,
    ...(thread === undefined ? {} : { thread }),
    ...reachOf(workspace, { channel, user, text, blocks }),
  });
  return posted;
}

function unfurlOf(args: Json): NonNullable<Message['unfurl']> {
  return {
    ...(args['unfurl_links'] === undefined ? {} : { links: flagArg(args, 'unfurl_links') }),
    ...(args['unfurl_media'] === undefined ? {} : { media: flagArg(args, 'unfurl_media') }),
  };
}

function post({ workspace, args }: Called): Json {
  const channel = placeOf(workspace, args);
  const content = contentOf(args, 'post');
  const thread = threadOf(workspace, channel, args);
  const message = publish(workspace, channel, {
    ...content,
    user: workspace.bot.user,
    unfurl: unfurlOf(args),
    ...(thread === undefined ? {} : { thread, broadcast: flagArg(args, 'reply_broadcast') }),
  });
  return { channel: channel.id, ts: message.ts, message: shownMessage(workspace, message) };
}

/** The app's own message, in a place that still lives. */
function mine({ workspace, args }: Called, refusal: string): Message {
  const message = messageAt(workspace, needed(args, 'channel'), needed(args, 'ts'));
  if (message.user !== workspace.bot.user) throw new Refused(refusal);
  if (workspace.channels.get(message.channel)?.archived) throw new Refused('is_inactive');
  return message;
}

/** Text without blocks takes the blocks away; metadata that is left out stays. */
function update(called: Called): Json {
  const { workspace, args } = called;
  const message = mine(called, 'cant_update_message');
  rewrite(workspace, message, contentOf(args, 'edit'));
  return {
    channel: message.channel,
    ts: message.ts,
    text: message.text,
    message: shownMessage(workspace, message),
  };
}

/** An edit notifies nobody: names in it are shown, not called. */
export function rewrite(workspace: Workspace, message: Message, content: Content): void {
  Object.assign(message, content, { edited: true });
  const { channel, ts, user, text, blocks, thread } = message;
  write(workspace, {
    kind: 'edit',
    channel,
    ts,
    user,
    text,
    blocks,
    pings: [],
    links: linksIn(text, blocks),
    ...(thread === undefined ? {} : { thread }),
  });
}

function remove(called: Called): Json {
  const message = mine(called, 'cant_delete_message');
  erase(called.workspace, message);
  return { channel: message.channel, ts: message.ts };
}

export function erase(workspace: Workspace, message: Message): void {
  workspace.messages.splice(workspace.messages.indexOf(message), 1);
  const { channel, ts, user } = message;
  write(workspace, { kind: 'delete', channel, ts, user, text: '(deleted)' });
}

function ephemeral({ workspace, args }: Called): Json {
  const channel = placeOf(workspace, args);
  const user = needed(args, 'user');
  if (!channel.members.has(user)) throw new Refused('user_not_in_channel');
  const { text, blocks } = contentOf(args, 'post');
  const thread = textArg(args, 'thread_ts');
  const ts = newTs(workspace);
  write(workspace, {
    kind: 'ephemeral',
    channel: channel.id,
    user,
    text,
    blocks,
    ts,
    pings: [],
    links: linksIn(text, blocks),
    ...(thread === '' ? {} : { thread }),
  });
  return { message_ts: ts };
}
