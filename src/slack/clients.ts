/** The Web API clients: no retries of their own, five seconds at most, and one lane never waits for another. */
import { LogLevel, type Logger as SlackLogger, WebClient } from '@slack/web-api';
import { callLimitMs } from '../engine/ports.ts';
import type { Logger } from '../log.ts';
import { makeCalls } from './calls.ts';

export interface SlackAddress {
  botToken: string;
  /** default Slack's own */
  apiUrl?: string | undefined;
}

export interface Clients {
  /** forms, ephemeral answers, look-ups while a person waits */
  interactive: WebClient;
  /** whatever pings somebody */
  urgent: WebClient;
  bulk: WebClient;
}

export function makeClients(address: SlackAddress, log: Logger, { fetch } = makeCalls(log)): Clients {
  // each its own options: the client writes its token into the headers object it was given (web-api 8.2)
  const make = () => new WebClient(address.botToken, { ...clientOptions(address, log), fetch });
  return { interactive: make(), urgent: make(), bulk: make() };
}

export function clientOptions({ apiUrl }: Pick<SlackAddress, 'apiUrl'>, log: Logger) {
  return {
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    retryConfig: { retries: 0 },
    timeout: callLimitMs,
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logger: quiet(log),
  };
}

/** Slack's libraries log into ours; their debug level prints whole bodies and stays off. */
export function quiet(log: Logger): SlackLogger {
  const say =
    (level: 'info' | 'warn' | 'error') =>
    (...words: unknown[]) =>
      log[level]({ library: 'slack', said: words.map(String).join(' ') }, 'slack library');
  return {
    debug: () => undefined,
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}
