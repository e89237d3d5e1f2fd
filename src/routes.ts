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
  /** what a person should know of this process now, each a sentence that anybody may read: nobody logs in here */
  problems: () => string[];
  /** what only a restart mends */
  deadly: () => string[];
}

const mostBytes = 1_048_576;

/**
 * Not ready is a process that another one can stand in for: it has not started yet, it stops, or it is stuck. A trouble
 * that all of them have stands in the body alone: to send no requests any more would take away even the answer that says
 * what was not done.
 */
export function makeRoutes({ engine, pager, secret, isReady, problems, deadly }: Routing): Route[] {
  const health: Route[] = [
    {
      method: 'GET',
      path: '/healthz',
      handle: (_, response) => {
        const dead = deadly();
        if (dead.length > 0) return end(response, 503, dead.join('\n'));
        end(response, 200, 'alive');
      },
    },
    {
      method: 'GET',
      path: '/readyz',
      handle: (_, response) => {
        const lines = problems();
        const isFit = isReady() && deadly().length === 0;
        const word = isFit ? 'ready' : 'not ready';
        end(response, isFit ? 200 : 503, [lines.length === 0 ? word : `${word}:`, ...lines].join('\n'));
      },
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
