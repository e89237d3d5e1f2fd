/** Reading what was posted, as Slack shows it to those who may. */
import type { Json } from './json.ts';
import { type Called, flagArg, type Methods, needed, scopeByPlace, textArg, visible } from './methods.ts';
import { page } from './pages.ts';
import { type Message, Refused, type Workspace } from './workspace.ts';

const limits = { usual: 100, most: 999 };

export const history: Methods = {
  'conversations.history': { scope: scopeByPlace('history'), tier: 3, run: newest },
  'conversations.replies': { scope: scopeByPlace('history'), tier: 3, run: thread },
};

export function shownMessage(workspace: Workspace, message: Message): Json {
  const { ts, user, text, blocks, metadata, edited } = message;
  return {
    type: 'message',
    user,
    text,
    blocks,
    ts,
    team: workspace.team,
    ...(user === workspace.bot.user ? { bot_id: workspace.bot.bot, app_id: workspace.app } : {}),
    ...(metadata ? { metadata } : {}),
    ...(edited ? { edited: { user, ts } } : {}),
    ...threadFields(workspace, message),
    ...marksOn(message),
  };
}

function threadFields({ messages }: Workspace, { channel, ts, thread, broadcast }: Message): Json {
  const around = messages.filter((one) => one.channel === channel);
  const replies = around.filter((one) => one.thread === ts);
  const parent = around.find((one) => one.ts === thread);
  return {
    ...(broadcast ? { subtype: 'thread_broadcast' } : {}),
    ...(thread === undefined ? {} : { thread_ts: thread, parent_user_id: parent?.user }),
    ...(replies.length > 0 ? { thread_ts: ts, reply_count: replies.length, latest_reply: replies.at(-1)?.ts } : {}),
  };
}

const marksOn = ({ channel, pinned, reactions, files }: Message): Json => ({
  ...(pinned ? { pinned_to: [channel] } : {}),
  ...(reactions ? { reactions: reactions.map((one) => ({ ...one, count: one.users.length })) } : {}),
  ...(files ? { files } : {}),
});

function readable(called: Called): Message[] {
  const { workspace } = called;
  const channel = visible(called);
  if (!channel.members.has(workspace.bot.user)) throw new Refused('not_in_channel');
  return workspace.messages.filter((message) => message.channel === channel.id);
}

/** Between two times, which count themselves only when asked to. */
function isWithin({ ts }: Message, args: Json): boolean {
  const inclusive = flagArg(args, 'inclusive');
  const latest = Number(textArg(args, 'latest') || Infinity);
  const oldest = Number(textArg(args, 'oldest') || 0);
  const at = Number(ts);
  return inclusive ? at >= oldest && at <= latest : at > oldest && at < latest;
}

function answer({ workspace, args }: Called, messages: Message[]): Json {
  const { items, next } = page(messages, args, limits);
  const withMetadata = flagArg(args, 'include_all_metadata');
  const shown = items.map((message) => {
    const { metadata, ...rest } = shownMessage(workspace, message);
    return withMetadata && metadata !== undefined ? { ...rest, metadata } : rest;
  });
  return { messages: shown, has_more: next !== '', response_metadata: { next_cursor: next } };
}

/** Replies stand in their threads; the newest message comes first. */
function newest(called: Called): Json {
  const messages = readable(called).filter(
    (message) => (message.thread === undefined || message.broadcast) && isWithin(message, called.args),
  );
  return answer(called, messages.toReversed());
}

/** The first message always leads, whatever the limits of time; then the replies, the oldest first. */
function thread(called: Called): Json {
  const ts = needed(called.args, 'ts');
  const all = readable(called);
  const asked = all.find((message) => message.ts === ts);
  if (!asked) throw new Refused('thread_not_found');
  const root = asked.thread ?? asked.ts;
  const replies = all.filter((message) => message.thread === root && isWithin(message, called.args));
  return answer(called, [...all.filter((message) => message.ts === root), ...replies]);
}
