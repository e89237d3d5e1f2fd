/** What is stuck onto messages and channels: pins, bookmarks, reactions. */
import { messageAt } from './content.ts';
import type { Json } from './json.ts';
import { type Called, type Methods, needed, own, textArg } from './methods.ts';
import { newId, Refused, write } from './workspace.ts';

const mostPins = 100;
const mostBookmarks = 100;
const emojiName = /^[a-z0-9_+'-]+(::skin-tone-[2-6])?$/;

export const marks: Methods = {
  'pins.add': { scope: 'pins:write', tier: 2, run: pin },
  'bookmarks.add': { scope: 'bookmarks:write', tier: 2, run: bookmark },
  'reactions.add': { scope: 'reactions:write', tier: 3, run: react },
};

function pin(called: Called): Json {
  const { workspace, args } = called;
  const { id } = own(called);
  const message = messageAt(workspace, id, needed(args, 'timestamp'));
  if (message.pinned) throw new Refused('already_pinned');
  const pinned = workspace.messages.filter((one) => one.channel === id && one.pinned);
  if (pinned.length >= mostPins) throw new Refused('too_many_pins');
  message.pinned = true;
  write(workspace, { kind: 'pin', channel: id, user: workspace.bot.user, text: '', ts: message.ts });
  return {};
}

function bookmark(called: Called): Json {
  const { workspace, args } = called;
  // here, and nowhere else, the argument has this name
  const channel = own({ workspace, args: { ...args, channel: args['channel_id'] } });
  const title = needed(args, 'title');
  if (needed(args, 'type') !== 'link') throw new Refused('invalid_bookmark_type');
  const link = textArg(args, 'link');
  if (!/^https?:\/\/\S+$/.test(link)) throw new Refused('invalid_link');
  if (channel.bookmarks.length >= mostBookmarks) throw new Refused('too_many_bookmarks');
  const made = { id: newId('Bk'), channel_id: channel.id, title, link, type: 'link', emoji: textArg(args, 'emoji') };
  channel.bookmarks.push(made);
  const text = `${title} ${link}`;
  write(workspace, { kind: 'bookmark', channel: channel.id, user: workspace.bot.user, text, links: [link] });
  return { bookmark: made };
}

function react(called: Called): Json {
  const { workspace, args } = called;
  const name = textArg(args, 'name');
  if (!emojiName.test(name)) throw new Refused('invalid_name');
  const { id } = own(called);
  const message = messageAt(workspace, id, needed(args, 'timestamp'));
  const user = workspace.bot.user;
  const reactions = (message.reactions ??= []);
  const known = reactions.find((one) => one.name === name);
  if (known?.users.includes(user)) throw new Refused('already_reacted');
  if (known) known.users.push(user);
  else reactions.push({ name, users: [user] });
  write(workspace, { kind: 'reaction', channel: id, user, text: `:${name}:`, ts: message.ts });
  return {};
}
