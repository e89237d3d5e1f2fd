/** What the bot answers over HTTP besides Slack: alive, ready, and the pager's webhook. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { incidentById } from './engine/ask.ts';
import type { Engine } from './engine/engine.ts';
import { handle } from './engine/handle.ts';
import type { Pager } from './engine/ports.ts';
import { type Hook, takeOpsgenieWebhook } from './integrations/pager/opsgenie-webhook.ts';
import type { Route } from './slack/server.ts';

export interface Routing {
  engine: Engine;
  pager: Pager | undefined;
  secret: string | undefined;
  isReady: () => boolean;
  /** what does not work although the bot serves, one sentence each */
  problems: () => string[];
}

const mostBytes = 1_048_576;

export function makeRoutes({ engine, pager, secret, isReady, problems }: Routing): Route[] {
  const health: Route[] = [
    { method: 'GET', path: '/healthz', handle: (_, response) => end(response, 200, 'alive') },
    {
      method: 'GET',
      path: '/readyz',
      // a problem is said and the answer stays 200: commands, clocks and the pager's webhook need this process routed to
      handle: (_, response) =>
        isReady() ? end(response, 200, ['ready', ...problems()].join('\n')) : end(response, 503, 'not ready'),
    },
  ];
  if (!pager) return health;
  const hook: Hook = { secret, pager, take: (acknowledged) => acknowledge(engine, acknowledged) };
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    if (body === undefined) return end(response, 413, 'The body is too large: nothing was done.');
    const { status, text } = await takeOpsgenieWebhook(hook, request.headers, body);
    end(response, status, text);
  };
  return [...health, { method: 'POST', path: '/webhooks/opsgenie', handle: take }];
}

/** A page's key begins with its incident's id. */
async function acknowledge(engine: Engine, { page, by, key }: Parameters<Hook['take']>[0]): Promise<void> {
  const id = page.split(':')[0] ?? '';
  const incident = await incidentById(engine, id);
  if (!incident?.pages.some((one) => one.key === page)) return;
  await handle(engine, { key, incident: id, actor: by, command: { kind: 'acknowledged-at-pager', page, by } });
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    size += part.length;
    if (size > mostBytes) return undefined;
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString('utf8');
}
