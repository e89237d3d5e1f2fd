/** A bare client: what the API says, byte for byte. */
import { request } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { LocalCluster } from '../../../src/sandbox/cluster/start.ts';

export interface Question {
  method?: string;
  token?: string | null;
  accept?: string;
  body?: object;
}

export interface Answer {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  text: string;
}

/** Rejects where the connection is cut. */
export async function ask(
  { url, ca }: Pick<LocalCluster, 'url' | 'ca'>,
  path: string,
  question: Question = {},
): Promise<Answer> {
  const { method = 'GET', token = 'admin', accept = 'application/json', body } = question;
  const headers = { accept, ...(token !== null && { authorization: `Bearer ${token}` }) };
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const sent = request(`${url}${path}`, { ca, method, headers, agent: false }, (response) => {
    buffer(response)
      .then((read) =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: read.toString('utf8') }),
      )
      .catch(reject);
  });
  sent.once('error', reject);
  sent.end(body ? JSON.stringify(body) : undefined);
  return promise;
}
