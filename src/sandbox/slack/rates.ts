/** Slack's rate tiers: calls a minute and method, one post a second and channel, each with a short burst. */
import type { Method } from './methods.ts';

const perMinuteIn = { 2: 20, 3: 50, 4: 100 };
const postsInBurst = 4;

export interface Asked {
  method: string;
  channel: string;
  tier: Method['tier'];
}

export interface Rates {
  /** seconds to wait, or nothing: the call may go */
  take(asked: Asked): number | undefined;
}

interface Bucket {
  perSecond: number;
  most: number;
}

/** By the real clock: a story may step its own, Slack's patience does not follow. */
export function makeRates(now: () => number = () => performance.now()): Rates {
  const levels = new Map<string, { tokens: number; at: number }>();

  const draw = (name: string, { perSecond, most }: Bucket): number | undefined => {
    const { tokens, at } = levels.get(name) ?? { tokens: most, at: now() };
    const filled = Math.min(most, tokens + ((now() - at) / 1_000) * perSecond);
    const goes = filled >= 1;
    levels.set(name, { tokens: goes ? filled - 1 : filled, at: now() });
    return goes ? undefined : Math.ceil((1 - filled) / perSecond);
  };

  return {
    take({ method, channel, tier }) {
      if (tier === undefined) return undefined;
      if (tier === 'posts') return draw(`${method} ${channel}`, { perSecond: 1, most: postsInBurst });
      return draw(method, { perSecond: perMinuteIn[tier] / 60, most: perMinuteIn[tier] });
    },
  };
}
