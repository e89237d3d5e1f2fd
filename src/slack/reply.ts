/** An answer that comes later than the acknowledgement: through response_url, else as an ephemeral message. */
import type { WebClient } from '@slack/web-api';
import type { Logger } from '../log.ts';
import type { Message } from './views/message.ts';

export interface Replying {
  client: WebClient;
  /** absent: Slack's own */
  apiUrl?: string | undefined;
  log: Logger;
}

export interface Address {
  url?: string | undefined;
  channel?: string | undefined;
  user: string;
}

const limitMs = 5_000;

export type Reply = (address: Address, message: Message) => Promise<void>;

/** Neither way is worth an error of its own: the state is saved, and the channel shows it. */
export const makeReply =
  ({ client, apiUrl, log }: Replying): Reply =>
  async ({ url, channel, user }, message) => {
    if (url !== undefined && (await posted(url, { apiUrl, log, message }))) return;
    if (channel === undefined) return;
    try {
      await client.chat.postEphemeral({ channel, user, ...message });
    } catch (error) {
      log.error({ err: error, user }, 'an answer could not be given');
    }
  };

interface Posting {
  apiUrl: string | undefined;
  log: Logger;
  message: Message;
}

async function posted(url: string, { apiUrl, log, message }: Posting): Promise<boolean> {
  if (!isSlacks(url, apiUrl)) {
    log.error({ host: URL.parse(url)?.host }, 'a response_url outside Slack was not called');
    return false;
  }
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, ...message }),
      redirect: 'error',
      signal: AbortSignal.timeout(limitMs),
    });
    await response.body?.cancel();
    if (!response.ok) log.warn({ status: response.status }, 'a response_url refused an answer');
    return response.ok;
  } catch (error) {
    log.warn({ err: error }, 'a response_url did not answer');
    return false;
  }
}

/** Signed or not, the payload must not send us to another host. */
export function isSlacks(url: string, apiUrl: string | undefined): boolean {
  const target = URL.parse(url);
  if (!target) return false;
  const api = URL.parse(apiUrl ?? 'https://slack.com/');
  return target.origin === api?.origin || (target.protocol === 'https:' && target.host === `hooks.${api?.host}`);
}
