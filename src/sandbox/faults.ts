/** Faults on demand: what a server of the sandbox does to the next calls that match, instead of answering well. */
import type { ServerResponse } from 'node:http';

export type FaultEffect =
  | { kind: 'rate-limited'; retryAfter: number }
  | { kind: 'status'; status: number }
  | { kind: 'slow'; ms: number }
  | { kind: 'hang' }
  /** it takes effect, and the reply is lost on its way */
  | { kind: 'reply-lost' }
  | { kind: 'error'; error: string }
  /** accepted in words, and nothing ever comes of it */
  | { kind: 'dropped' }
  /** accepted in words, and refused when it is worked off */
  | { kind: 'refused-later'; why: string };

export interface Fault<Effect = FaultEffect> {
  /** the method or path it strikes, or every one */
  method?: string;
  effect: Effect;
  /** how often; without it for ever */
  times?: number;
}

export interface Faults<Effect = FaultEffect> {
  add(fault: Fault<Effect>): void;
  clear(): void;
  /** the fault that strikes this call, counted down */
  take(method: string): Effect | undefined;
}

export function makeFaults<Effect = FaultEffect>(): Faults<Effect> {
  let waiting: Fault<Effect>[] = [];
  return {
    add: (fault) => void waiting.push({ ...fault }),
    clear: () => {
      waiting = [];
    },
    take(method) {
      const fault = waiting.find((one) => one.method === undefined || one.method === method);
      if (!fault) return undefined;
      if (fault.times !== undefined) fault.times -= 1;
      if (fault.times === 0) waiting = waiting.filter((one) => one !== fault);
      return fault.effect;
    },
  };
}

/** Strikes before the call is carried out; true when the call is over with it. */
export async function strike(effect: FaultEffect | undefined, response: ServerResponse): Promise<boolean> {
  switch (effect?.kind) {
    case 'rate-limited':
      response.writeHead(429, { 'retry-after': String(effect.retryAfter), 'content-type': 'application/json' });
      response.end(JSON.stringify({ ok: false, error: 'ratelimited', message: 'too many requests' }));
      return true;
    case 'status':
      response.writeHead(effect.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ message: 'a fault on demand' }));
      return true;
    case 'error':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ok: false, error: effect.error }));
      return true;
    case 'hang':
      return true;
    case 'slow':
      await new Promise((resolve) => {
        setTimeout(resolve, effect.ms);
      });
      return false;
    default:
      return false;
  }
}
