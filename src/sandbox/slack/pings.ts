/** Whom a message notifies and where it leads, read as Slack reads it: marks in mrkdwn, elements in rich text. */
import type { Json } from './workspace.ts';

export interface Reach {
  pings: string[];
  links: string[];
}

const token = /<([^<>]+)>/g;

/** Escaped angle brackets are words; so is everything in a plain_text object. */
function inMarkup(markup: string): Reach {
  const inner = [...markup.matchAll(token)].map(([, body = '']) => body.split('|')[0] ?? '');
  return {
    pings: inner.flatMap((body) => pingOf(body)),
    links: inner.filter((body) => /^(https?|mailto|tel):/.test(body)),
  };
}

function pingOf(body: string): string[] {
  if (body.startsWith('@')) return [body.slice(1)];
  if (/^!(channel|here|everyone)/.test(body)) return [body.slice(1).split('^')[0] ?? ''];
  return body.startsWith('!subteam^') ? [body.split('^')[1] ?? ''] : [];
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

const none: Reach = { pings: [], links: [] };
const join = (all: Reach[]): Reach => ({
  pings: all.flatMap(({ pings }) => pings),
  links: all.flatMap(({ links }) => links),
});

function inObject(value: Json): Reach {
  switch (value['type']) {
    case 'mrkdwn':
    case 'markdown':
      return typeof value['text'] === 'string' ? inMarkup(value['text']) : none;
    case 'plain_text':
    case 'text':
      return none;
    case 'user':
      return { pings: [String(value['user_id'])], links: [] };
    case 'usergroup':
      return { pings: [String(value['usergroup_id'])], links: [] };
    case 'broadcast':
      return { pings: [String(value['range'])], links: [] };
    case 'link':
      return { pings: [], links: [String(value['url'])] };
    default:
      return join(Object.values(value).map(inValue));
  }
}

const inValue = (value: unknown): Reach => {
  if (Array.isArray(value)) return join(value.map(inValue));
  return isObject(value) ? inObject(value) : none;
};

/** `text` is read too when there are no blocks; with blocks it is the notification, and names in it are not pinged twice. */
export function reachOf(text: string, blocks: Json[]): Reach {
  const all = join([inMarkup(text), ...blocks.map(inValue)]);
  return { pings: [...new Set(all.pings)], links: [...new Set(all.links)] };
}
