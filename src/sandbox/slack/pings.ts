/** Whom a message notifies and where it leads, read as Slack reads it: marks in mrkdwn, elements in rich text. */
import { isObject, type Json } from './json.ts';
import type { Channel, Workspace } from './workspace.ts';

interface Named {
  pings: string[];
  links: string[];
}

export interface Reach extends Named {
  /** named, but not in the channel: whether Slack tells them is not known */
  absent: string[];
}

const token = /<([^<>]+)>/g;

/** Escaped angle brackets are words; so is everything in a plain_text object. */
function inMarkup(markup: string): Named {
  const inner = [...markup.matchAll(token)].map(([, body = '']) => body.split('|')[0] ?? '');
  return {
    pings: inner.flatMap((body) => pingOf(body)),
    links: inner.filter((body) => /^(https?|mailto|tel):/.test(body)),
  };
}

function pingOf(body: string): string[] {
  if (body.startsWith('@')) return [body.slice(1)];
  if (/^!(channel|here|everyone|group)$/.test(body)) return [body.slice(1)];
  return body.startsWith('!subteam^') ? [body.split('^')[1] ?? ''] : [];
}

const none: Named = { pings: [], links: [] };
const join = (all: Named[]): Named => ({
  pings: all.flatMap(({ pings }) => pings),
  links: all.flatMap(({ links }) => links),
});

const ping = (id: unknown): Named => ({ pings: [String(id)], links: [] });
const link = (url: unknown): Named => ({ pings: [], links: [String(url)] });

const readers: Record<string, (value: Json) => Named> = {
  mrkdwn: ({ text }) => inMarkup(String(text)),
  markdown: ({ text }) => inMarkup(String(text)),
  plain_text: () => none,
  text: () => none,
  user: ({ user_id }) => ping(user_id),
  usergroup: ({ usergroup_id }) => ping(usergroup_id),
  broadcast: ({ range }) => ping(range),
  link: ({ url }) => link(url),
  /** a button that leads somewhere: its url, and what its confirmation says */
  button: ({ url, confirm }) => join([url === undefined ? none : link(url), inValue(confirm)]),
};

function inValue(value: unknown): Named {
  if (Array.isArray(value)) return join(value.map(inValue));
  if (!isObject(value)) return none;
  return readers[String(value['type'])]?.(value) ?? join(Object.values(value).map(inValue));
}

/**
 * Beside blocks the text is only the notification. Whether names in it still call somebody is written down nowhere:
 * they count here, since a ping too many is the worse mistake.
 */
function namedIn(text: string, blocks: Json[]): Named {
  const { pings, links } = join([inMarkup(text), ...blocks.map(inValue)]);
  return { pings: [...new Set(pings)], links: [...new Set(links)] };
}

export const linksIn = (text: string, blocks: Json[]): string[] => namedIn(text, blocks).links;

interface Said {
  channel: Channel;
  user: string;
  text: string;
  blocks: Json[];
}

/** A direct message calls whoever it is for, named or not. */
export function reachOf(workspace: Workspace, { channel, user, text, blocks }: Said): Reach {
  const { pings, links } = namedIn(text, blocks);
  const hearers = channel.direct ? [...channel.members].filter((member) => member !== user) : [];
  return {
    pings: [...new Set([...hearers, ...pings])],
    links,
    absent: pings.filter((id) => !isPresent(workspace, channel, id)),
  };
}

function isPresent({ groups, users }: Workspace, { members }: Channel, id: string): boolean {
  const group = groups.get(id);
  if (group) return group.users.some((user) => members.has(user));
  return /^[UWS][A-Z0-9]+$/.test(id) ? users.has(id) && members.has(id) : true;
}
