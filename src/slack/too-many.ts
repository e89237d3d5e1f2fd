/** Slack has no socket left for this app: that is said once, and asked again at leisure (socket-mode 3.1 would every two seconds). */
import type { SocketModeReceiver } from '@slack/bolt';
import { z } from 'zod';
import type { Logger } from '../log.ts';

export interface Turn {
  /** what is wrong, in words; nothing while there is a socket */
  problem(): string | undefined;
  stop(): void;
}

const Refusal = z.object({ type: z.literal('disconnect'), reason: z.literal('too_many_websockets') });
const sentence =
  'Slack has no socket left for this process: at most ten at once for one app. It hears no command and no press; ' +
  'duties, pages and posts go on. End another process, or let Slack call over HTTPS.';
const unopened =
  'The socket to Slack could not be opened: no command and no press is heard; duties, pages and posts go on.';
const askAgainMs = 10_000;

export function waitForTurn(client: SocketModeReceiver['client'], log: Logger): Turn {
  const state = { refused: false, failed: false, stopped: false };
  let timer: NodeJS.Timeout | undefined;

  const later = (): void => {
    clearTimeout(timer);
    if (!state.stopped) timer = setTimeout(() => void client.start(), askAgainMs);
  };

  surviveStarts(client, (error) => {
    if (!state.refused && !state.failed && !state.stopped)
      log.error({ err: error }, 'the socket to Slack could not be opened: asked for again every 10 s');
    state.failed = true;
    later();
  });
  client.on('connected', () => {
    if (state.refused || state.failed) log.info('there is a socket to Slack again');
    Object.assign(state, { refused: false, failed: false });
  });
  client.on('ws_message', (data: unknown) => {
    if (!Refusal.safeParse(parsed(data)).success) return;
    if (!state.refused) log.error(sentence);
    state.refused = true;
    void client.disconnect().then(later);
  });
  return {
    problem() {
      if (state.refused) return sentence;
      return state.failed ? unopened : undefined;
    },
    stop() {
      state.stopped = true;
      clearTimeout(timer);
    },
  };
}

/** The library reconnects by itself and leaves the refusal of a start to nobody (3.1), which would end the process. */
function surviveStarts(client: SocketModeReceiver['client'], failed: (error: unknown) => void): void {
  const start = client.start.bind(client);
  client.start = () =>
    start().catch((error: unknown) => {
      failed(error);
      return new Promise<never>(() => {});
    });
}

function parsed(data: unknown): unknown {
  try {
    return JSON.parse(String(data));
  } catch {
    return undefined;
  }
}
