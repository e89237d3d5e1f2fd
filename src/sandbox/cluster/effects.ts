/** Faults of an API server and of the network before it. */
import type { ServerResponse } from 'node:http';
import { Refused } from './refused.ts';

export type ClusterFault =
  /** refused in the API's own form, with an explanation of one's own where wished */
  | { kind: 'status'; status: number; message?: string; retryAfter?: number }
  /** as a proxy refuses: plain text */
  | { kind: 'text'; status: number; text: string }
  | { kind: 'slow'; ms: number }
  /** nothing comes, not even a head */
  | { kind: 'hang' }
  /** the head and half of the body come, and then nothing */
  | { kind: 'stall' }
  /** the body comes so many bytes at a time */
  | { kind: 'drip'; bytes: number; everyMs: number }
  /** the connection is cut, before anything or in the middle of the body */
  | { kind: 'reset' }
  | { kind: 'truncated' }
  /** carried out, and the reply is lost */
  | { kind: 'reply-lost' };

export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const words: Record<number, string> = {
  401: 'Unauthorized',
  410: 'The resourceVersion for the provided list is too old.',
  429: 'the server has received too many requests and has asked us to try again later',
  500: 'Internal error occurred: a fault on demand',
  503: 'the server is currently unable to handle the request',
  504: 'Timeout: request did not complete within the allotted timeout',
};

/** Before the call is carried out: a refusal is thrown; true when nothing more is to be done. */
export async function strikeFirst(effect: ClusterFault | undefined, response: ServerResponse): Promise<boolean> {
  switch (effect?.kind) {
    case 'status': {
      const { status, message = words[status] ?? 'a fault on demand', retryAfter } = effect;
      throw new Refused(
        status,
        message,
        retryAfter === undefined ? {} : { headers: { 'retry-after': String(retryAfter) } },
      );
    }
    case 'text':
      response.writeHead(effect.status, { 'content-type': 'text/plain; charset=utf-8' }).end(effect.text);
      return true;
    case 'reset':
      response.destroy();
      return true;
    case 'hang':
      return true;
    case 'slow':
      await wait(effect.ms);
      return false;
    default:
      return false;
  }
}

export async function deliver(reply: Reply, effect: ClusterFault | undefined, response: ServerResponse): Promise<void> {
  const body = Buffer.from(reply.body);
  const half = Math.floor(body.length / 2);
  if (effect?.kind === 'reply-lost') return void response.destroy();
  response.writeHead(reply.status, { ...reply.headers, 'content-length': body.length });
  if (effect?.kind === 'stall') return void response.write(body.subarray(0, half));
  if (effect?.kind === 'truncated') return void response.write(body.subarray(0, half), () => response.destroy());
  if (effect?.kind === 'drip') return drip(body, effect, response);
  response.end(body);
}

async function drip(
  body: Buffer,
  { bytes, everyMs }: { bytes: number; everyMs: number },
  response: ServerResponse,
): Promise<void> {
  for (let from = 0; from < body.length && !response.destroyed; from += bytes) {
    response.write(body.subarray(from, from + bytes));
    await wait(everyMs);
  }
  response.end();
}

const wait = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
