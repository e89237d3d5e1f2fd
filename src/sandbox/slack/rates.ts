/** Slack's rate tiers: calls a minute and method, one post a second and channel, each with a short burst. */

const tiers: Record<string, number> = {
  'conversations.create': 20,
  'conversations.setTopic': 20,
  'conversations.archive': 20,
  'pins.add': 20,
  'bookmarks.add': 20,
  'usergroups.users.list': 20,
  'users.conversations': 50,
  'conversations.invite': 50,
  'conversations.info': 50,
  'conversations.history': 50,
  'conversations.replies': 50,
  'conversations.open': 50,
  'chat.update': 50,
  'chat.delete': 50,
  'users.lookupByEmail': 50,
  'users.info': 100,
  'views.open': 100,
  'views.update': 100,
  'views.push': 100,
  'chat.postEphemeral': 100,
};
const postsInBurst = 4;

export interface Rates {
  /** seconds to wait, or nothing: the call may go */
  take(method: string, channel: string): number | undefined;
}

/** By the real clock: a story may step its own, Slack's patience does not follow. */
export function makeRates(): Rates {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take(method, channel) {
      const perMinute = tiers[method];
      if (perMinute !== undefined) return draw(buckets, { name: method, perSecond: perMinute / 60, most: perMinute });
      return method === 'chat.postMessage'
        ? draw(buckets, { name: `post ${channel}`, perSecond: 1, most: postsInBurst })
        : undefined;
    },
  };
}

function draw(
  buckets: Map<string, { tokens: number; at: number }>,
  { name, perSecond, most }: { name: string; perSecond: number; most: number },
): number | undefined {
  const now = performance.now();
  const { tokens, at } = buckets.get(name) ?? { tokens: most, at: now };
  const filled = Math.min(most, tokens + ((now - at) / 1_000) * perSecond);
  const goes = filled >= 1;
  buckets.set(name, { tokens: goes ? filled - 1 : filled, at: now });
  return goes ? undefined : Math.ceil((1 - filled) / perSecond);
}
