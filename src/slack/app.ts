/** Bolt, over HTTP or over a socket. Everything it could wait for or forget is built here and passed in. */
import type { RequestListener } from 'node:http';
import { App, HTTPReceiver, type Receiver, SocketModeReceiver } from '@slack/bolt';
import type { Logger } from '../log.ts';
import { clientOptions, quiet, type SlackAddress } from './clients.ts';
import { makeGuard } from './guard.ts';
import type { Whoami } from './identity.ts';
import { type Route, type Serving, serve } from './server.ts';
import { waitForTurn } from './too-many.ts';

export interface AppSettings extends SlackAddress {
  port: number;
  signingSecret?: string | undefined;
  /** given: Slack is reached by Socket Mode */
  appToken?: string | undefined;
}

export interface AppParts {
  settings: AppSettings;
  whoami: Whoami;
  routes: Route[];
  log: Logger;
  /** hangs our listeners on it */
  register: (app: App) => void;
}

export interface SlackApp {
  port: number;
  /** why no input reaches this process, in words; nothing while it does */
  socketProblem(): string | undefined;
  /** takes nothing new, and is closed once what is under way has its answer: over a socket that goes the same way back */
  stop(drain: () => Promise<void>): Promise<void>;
}

export const eventsPath = '/slack/events';

export async function startApp(parts: AppParts): Promise<SlackApp> {
  const { settings, routes, log } = parts;
  if (settings.appToken !== undefined) return startSocket(parts, settings.appToken);
  const receiver = httpReceiver(settings.signingSecret ?? '', log);
  boltOn(receiver, parts);
  const guard = makeGuard(settings.signingSecret ?? '');
  // bound by Bolt itself; our server calls it in place of Bolt's own
  const listener: RequestListener = (request, response) => receiver.requestListener(request, response);
  const slack: Serving['slack'] = { path: eventsPath, guard, listener };
  const served = await serve({ port: settings.port, routes, slack, log });
  return {
    port: served.port,
    socketProblem: () => undefined,
    stop: async (drain) => void (await Promise.all([served.stop(), drain()])),
  };
}

/** Pings come three times within this; it is also how long a routine reconnect leaves us deaf (socket-mode 3.1). */
const pingMs = 2_000;

async function startSocket(parts: AppParts, appToken: string): Promise<SlackApp> {
  const { settings, routes, log } = parts;
  const receiver = new SocketModeReceiver({
    appToken,
    logger: quiet(log),
    clientPingTimeout: pingMs,
    // an object of its own: the socket writes into it
    installerOptions: { clientOptions: { ...clientOptions(settings, log), retryConfig: patient } },
  });
  const turn = waitForTurn(receiver.client, log);
  const app = boltOn(receiver, parts);
  const served = await serve({ port: settings.port, routes, log });
  // Slack may be down right now: health, webhooks and clocks do not wait for it
  void app.start();
  return {
    port: served.port,
    socketProblem: () => turn.problem(),
    async stop(drain) {
      turn.stop();
      await drain();
      await app.stop();
      // what came in between has no way back, but is done
      await drain();
      await served.stop();
    },
  };
}

const patient = { forever: true, factor: 1.3, minTimeout: 500, maxTimeout: 10_000 };

function httpReceiver(signingSecret: string, log: Logger): HTTPReceiver {
  return new HTTPReceiver({
    signingSecret,
    endpoints: eventsPath,
    logger: quiet(log),
    // nothing of ours listens to it: left alone it would hang for 3 s and then be a 404
    unhandledRequestTimeoutMillis: 2_500,
    unhandledRequestHandler: ({ response }) => {
      if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
      response.end('Nothing was done: Responder does not know this command. `/incident help` lists what it knows.');
    },
  });
}

/** `authorize` knows the answer already, so no input ever waits for auth.test. */
function boltOn(receiver: Receiver, { settings, whoami, log, register }: AppParts): App {
  const app = new App({
    receiver,
    socketMode: settings.appToken !== undefined,
    authorize: async () => {
      const { botId, botUserId } = whoami.current() ?? {};
      return { botToken: settings.botToken, ...(botId ? { botId } : {}), ...(botUserId ? { botUserId } : {}) };
    },
    clientOptions: clientOptions(settings, log),
    logger: quiet(log),
    ignoreSelf: false,
    convoStore: false,
  });
  register(app);
  return app;
}
