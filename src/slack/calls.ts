/** Every call to Slack passes here: none goes before the time that Slack named, and a token that is refused is noticed once. */
import type { FetchFunction } from '@slack/web-api';
import { z } from 'zod';
import type { Logger } from '../log.ts';

export interface Calls {
  fetch: FetchFunction;
  /** what is wrong with the bot token, in words; nothing while it is good */
  tokenProblem(): string | undefined;
}

const tokenFaults = new Set(['account_inactive', 'invalid_auth', 'not_authed', 'token_expired', 'token_revoked']);

/** Only somebody who renews the token can help. */
export const isTokenFault = (code: string): boolean => tokenFaults.has(code);

/** With a refused token one call in this time asks whether it is good again; the others are not made. */
const askAgainMs = 20_000;
const longestBody = 2_000;

const Refusal = z.object({ ok: z.literal(false), error: z.string() });

export function makeCalls(log: Logger): Calls {
  const closed = new Map<string, number>();
  let refused: { code: string; askAt: number } | undefined;

  const hear = (code: string | undefined): void => {
    if (code !== undefined && isTokenFault(code)) {
      if (!refused) log.error({ code }, sentenceOf(code));
      refused = { code, askAt: performance.now() + askAgainMs };
    } else if (refused) {
      refused = undefined;
      log.info('Slack takes the bot token again');
    }
  };

  return {
    tokenProblem: () => refused && sentenceOf(refused.code),
    async fetch(url, init) {
      const line = lineOf(String(url), init?.body);
      const now = performance.now();
      const waitMs = (closed.get(line) ?? 0) - now;
      if (waitMs > 0) return tooMany(waitMs);
      if (refused && now < refused.askAt) return Response.json({ ok: false, error: refused.code });
      if (refused) refused.askAt = now + askAgainMs;
      const response = await fetch(url, init);
      if (response.status === 429) closed.set(line, performance.now() + secondsOf(response) * 1_000);
      if (response.status === 200) hear(await errorIn(response.clone()));
      return response;
    },
  };
}

const sentenceOf = (code: string): string =>
  `Slack refuses the bot token (${code}): nothing is posted until it is renewed and Responder restarted. Pages and clocks go on.`;

/** What Slack limits together: a method, and for posts each channel of its own. */
function lineOf(url: string, body: unknown): string {
  const method = url.slice(url.lastIndexOf('/') + 1);
  if (method !== 'chat.postMessage' || typeof body !== 'string') return method;
  return `${method} ${new URLSearchParams(body).get('channel') ?? ''}`;
}

const secondsOf = ({ headers }: Response): number => Number(headers.get('retry-after')) || 1;

const tooMany = (ms: number): Response =>
  new Response('', { status: 429, headers: { 'retry-after': String(Math.ceil(ms / 1_000)) } });

/** A refusal is short; what is long is an answer. */
async function errorIn(response: Response): Promise<string | undefined> {
  const text = await response.text();
  if (text.length > longestBody) return undefined;
  try {
    return Refusal.safeParse(JSON.parse(text)).data?.error;
  } catch {
    return undefined;
  }
}
