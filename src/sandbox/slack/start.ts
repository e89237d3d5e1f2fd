/** A local Slack on loopback that enforces Slack's rules and writes down everything a person could have seen. */
import { on } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json, startServer, until } from '../http.ts';
import { answerCall } from './api.ts';
import type { Sender } from './delivery.ts';
import { type HowDelivered, sendEvent } from './events.ts';
import type { SlackFaults } from './faults.ts';
import { receive } from './files.ts';
import { type Acknowledged, actAs, type Inbound } from './inbound.ts';
import type { Json } from './json.ts';
import { makeRates, type Rates } from './rates.ts';
import { respond } from './replies.ts';
import { makeWorkspace, type SlackSettings } from './seed.ts';
import { makeSockets, type Sockets } from './socket-mode.ts';
import type { Channel, Entry, Message, Receipt, Workspace } from './workspace.ts';

export interface LocalSlack {
  /** for SLACK_API_URL */
  url: string;
  port: number;
  transcript: Entry[];
  violations: string[];
  /** of every honest delivery: a forged one is there to be refused */
  acknowledgements: Receipt[];
  faults: SlackFaults;
  sockets: Pick<Sockets, 'count' | 'disconnect' | 'crowd' | 'refused'>;
  /** somebody whose requests reach the bot, or the one of its processes at `botUrl` */
  user(id: string, botUrl?: string): Inbound;
  /** every try of its delivery */
  event(event: Json & { type: string }, how?: HowDelivered): Promise<Acknowledged[]>;
  channels(): Channel[];
  messages(channel: string): Message[];
  setBotUrl(url: string): void;
  until<T>(what: string, look: (transcript: Entry[]) => T | undefined, withinMs?: number): Promise<T>;
  /** the transcript from its beginning, and on as it grows */
  follow(signal?: AbortSignal): AsyncGenerator<Entry>;
  stop(): Promise<void>;
}

export async function startSlack(settings: SlackSettings): Promise<LocalSlack> {
  const here = { url: '', botUrl: settings.botUrl ?? '' };
  const workspace = makeWorkspace(settings, () => here.url);
  const rates = settings.rateLimits === false ? undefined : makeRates();
  const sockets = makeSockets(workspace);
  const server = await startServer(
    (request, response, body) => route({ workspace, rates }, { request, response, body }),
    settings.port,
  );
  here.url = server.url;
  server.server.on('upgrade', (request, socket) => sockets.connect(request, socket));
  const sender = (botUrl?: string): Sender => ({ workspace, sockets, botUrl: () => botUrl ?? here.botUrl });
  const ended = new AbortController();
  return {
    url: `${server.url}/api/`,
    port: server.port,
    transcript: workspace.transcript,
    violations: workspace.violations,
    acknowledgements: workspace.acknowledgements,
    faults: workspace.faults,
    sockets,
    user: (id, botUrl) => actAs(sender(botUrl), id),
    event: (event, how = {}) => sendEvent(sender(), event, how),
    channels: () => [...workspace.channels.values()],
    messages: (channel) => workspace.messages.filter((message) => message.channel === channel),
    setBotUrl: (url) => {
      here.botUrl = url;
    },
    until: (what, look, withinMs) => until(what, () => look(workspace.transcript), withinMs),
    follow: (signal) => follow(workspace, AbortSignal.any([ended.signal, ...(signal ? [signal] : [])])),
    async stop() {
      ended.abort();
      sockets.stop();
      await server.stop();
    },
  };
}

interface Asked {
  request: IncomingMessage;
  response: ServerResponse;
  body: Buffer;
}

async function route(
  { workspace, rates }: { workspace: Workspace; rates: Rates | undefined },
  { request, response, body }: Asked,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const [, place, ...rest] = pathname.split('/');
  const last = rest.at(-1) ?? '';
  const text = body.toString('utf8');
  if (place === 'api') return answerCall(workspace, rates, { request, response, method: last, body: text });
  if (place === 'commands') return respond(workspace, { id: last, body: text, response });
  if (place === 'upload' && receive(workspace, last, body)) return void response.end(`OK - ${body.length}`);
  json(response, 404, { ok: false, error: 'not_found' });
}

async function* follow({ transcript, news }: Workspace, signal: AbortSignal): AsyncGenerator<Entry> {
  const grown = on(news, 'entry', { signal });
  try {
    for (let n = 0; ; n += 1) {
      while (n >= transcript.length) await grown.next();
      const entry = transcript[n];
      if (entry) yield entry;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await grown.return?.();
  }
}
