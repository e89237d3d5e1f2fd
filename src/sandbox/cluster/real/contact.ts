/** Calls to a real, disposable control plane, named by a kubeconfig. */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { setTimeout as later } from 'node:timers/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { parsed } from '../../slack/json.ts';

const Config = z.object({
  'current-context': z.string(),
  clusters: z.tuple([
    z.object({ cluster: z.object({ server: z.string(), 'certificate-authority-data': z.string() }) }),
  ]),
  users: z.tuple([
    z.object({ user: z.object({ 'client-certificate-data': z.string(), 'client-key-data': z.string() }) }),
  ]),
});

export interface Contact {
  /** the parsed body; rejects with the API's message for what it refuses */
  call(method: string, path: string, body?: object): Promise<unknown>;
  /** what is there, once it is so; rejects when it is not within half a minute, or within the time given */
  until(path: string, isSo?: (found: unknown) => boolean, withinMs?: number): Promise<unknown>;
  /** deletes it, and waits until it is not there any more */
  gone(path: string): Promise<void>;
}

type Call = Contact['call'];

/** Whatever is played is made and removed, so only a cluster that says by its name that it may be thrown away will do. */
export function contactOf(kubeconfigFile: string): Contact {
  if (kubeconfigFile === '') throw new Error('KUBECONFIG names no cluster to play on');
  const config = Config.parse(parse(readFileSync(kubeconfigFile, 'utf8')));
  const context = config['current-context'];
  if (context !== 'disposable')
    throw new Error(`scenes are played on a context named "disposable", and this is "${context}"`);
  const [{ cluster }] = config.clusters;
  const [{ user }] = config.users;
  const identity = {
    ca: Buffer.from(cluster['certificate-authority-data'], 'base64'),
    cert: Buffer.from(user['client-certificate-data'], 'base64'),
    key: Buffer.from(user['client-key-data'], 'base64'),
  };
  const call = calling(cluster.server, identity);
  return { call, until: watching(call), gone: removing(call) };
}

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, words: string) {
    super(words);
    this.status = status;
  }
}

function calling(server: string, identity: { ca: Buffer; cert: Buffer; key: Buffer }): Call {
  return async (method, path, body) => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const headers = { accept: 'application/json', 'content-type': type };
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
    const sent = request(`${server}${path}`, { ...identity, method, headers }, (response) => {
      buffer(response)
        .then((read) => resolve({ status: response.statusCode ?? 0, text: read.toString('utf8') }))
        .catch(reject);
    });
    sent.once('error', reject);
    sent.end(body ? JSON.stringify(body) : undefined);
    const { status, text } = await promise;
    if (status >= 400) throw new Refusal(status, `${method} ${path}: ${status} ${text.slice(0, 500)}`);
    return parsed(text);
  };
}

function watching(call: Call): Contact['until'] {
  return async (path, isSo = () => true, withinMs = 30_000) => {
    const giveUpAt = performance.now() + withinMs;
    for (;;) {
      const found = await call('GET', path).catch((error: unknown) => error);
      if (!Error.isError(found) && isSo(found)) return found;
      if (performance.now() > giveUpAt) throw new Error(`${path} is not as expected`, { cause: found });
      await later(50);
    }
  };
}

const isAway = (error: unknown): boolean => error instanceof Refusal && error.status === 404;

function removing(call: Call): Contact['gone'] {
  return async (path) => {
    const giveUpAt = performance.now() + 180_000;
    for (let method = 'DELETE'; ; method = 'GET') {
      const left = await call(method, path).catch((error: unknown) => error);
      if (isAway(left)) return;
      if (Error.isError(left)) throw left;
      if (performance.now() > giveUpAt) throw new Error(`${path} does not go away`);
      await later(100);
    }
  };
}
