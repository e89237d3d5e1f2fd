/** JSON over HTTP to services we do not own: one call, one time limit, no redirects, failures as `SendFailed`. */
import { callLimitMs } from '../engine/ports.ts';
import { SendFailed } from '../errors.ts';

export interface Call {
  /** whose service it is, for sentences */
  service: string;
  method: 'GET' | 'POST';
  url: string;
  headers?: Record<string, string>;
  body?: unknown;
}

export interface Reply {
  status: number;
  body: unknown;
}

const mostBytes = 1_048_576;
const longestHintMs = 300_000;

/** Answers every reply below 400 and 404; throws for the rest, with whether a later try can help. */
export async function call({ service, method, url, headers = {}, body }: Call): Promise<Reply> {
  try {
    const response = await fetch(url, {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(callLimitMs),
    });
    const text = await readCapped(response);
    if (response.status >= 400 && response.status !== 404) throw refused(service, response, text);
    return { status: response.status, body: parse(text) };
  } catch (error) {
    if (error instanceof SendFailed) throw error;
    throw new SendFailed('unreachable', `${service} did not answer: ${reasonOf(error)}.`, {
      retry: 'later',
      cause: error,
    });
  }
}

async function readCapped(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > mostBytes) throw new Error(`the reply is longer than ${mostBytes} bytes`);
  }
  return text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Wrong key, wrong plan, no right, wrong words: trying the same again changes nothing. */
const final = new Set([400, 401, 402, 403, 405, 410, 413, 422]);

function refused(service: string, response: Response, text: string): SendFailed {
  const { status } = response;
  const said = messageOf(parse(text));
  const afterMs = hint(response.headers);
  return new SendFailed(`http-${status}`, `${service} answered ${status}${said ? ` (${said})` : ''}.`, {
    retry: final.has(status) ? 'never' : 'later',
    ...(afterMs === undefined ? {} : { afterMs }),
  });
}

function messageOf(body: unknown): string | undefined {
  const has = typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string';
  return has ? String(body.message).slice(0, 200) : undefined;
}

/** What the service says about when to come back: each vendor has a header of its own. */
function hint(headers: Headers): number | undefined {
  const said = headers.get('retry-after') ?? headers.get('x-ratelimit-period-in-sec') ?? headers.get('ratelimit-reset');
  if (said === null) return undefined;
  const seconds = /^\d+$/.test(said) ? Number(said) : (Date.parse(said) - Date.now()) / 1_000;
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0) * 1_000, longestHintMs) : undefined;
}

const messageIn = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null && 'message' in value ? String(value.message) : undefined;

/** By name and not by class: an abort's reason may come from another realm than ours. */
function reasonOf(error: unknown): string {
  const named = typeof error === 'object' && error !== null ? error : {};
  if ('name' in named && named.name === 'TimeoutError') return `no reply within ${callLimitMs / 1_000} s`;
  return ('cause' in named ? messageIn(named.cause) : undefined) ?? messageIn(error) ?? String(error);
}
