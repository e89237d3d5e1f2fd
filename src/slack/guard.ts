/** What Bolt's own check of a signature does not see: another time than ours, and the same request a second time. */
import type { IncomingMessage } from 'node:http';
import { isValidSlackRequest } from '@slack/bolt';
import { minutes } from '../incident/times.ts';

/** `untimely`: genuine, but not of now: it is a replay, or the clock of one side is wrong */
export type Verdict = 'for-bolt' | 'refused' | 'untimely' | 'too-large';

const windowMs = minutes(5);
/** longer than a signature can be valid in either direction */
const rememberMs = 2 * windowMs;
/** a view may hold 250 kB and grows when it is form-encoded */
const bodyLimit = 1024 * 1024;

/** Bolt reads `rawBody` instead of the stream where it is there already. */
type Buffered = IncomingMessage & { rawBody?: Buffer };

export type Guard = (request: IncomingMessage) => Promise<Verdict>;

/** A wrong or absent signature is left to Bolt, which refuses it: only genuine requests are remembered. */
export function makeGuard(signingSecret: string): Guard {
  const seen = new Map<string, number>();
  return async (request: Buffered) => {
    const body = await readBody(request);
    if (!body) return 'too-large';
    request.rawBody = body;
    const signature = String(request.headers['x-slack-signature']);
    const seconds = Number(request.headers['x-slack-request-timestamp']);
    const headers = { 'x-slack-signature': signature, 'x-slack-request-timestamp': seconds };
    const asOfThen = { nowMilliseconds: seconds * 1_000 };
    if (!isValidSlackRequest({ signingSecret, body: body.toString(), headers, ...asOfThen })) return 'for-bolt';
    if (Math.abs(seconds * 1_000 - Date.now()) > windowMs) return 'untimely';
    // Slack's check reads two parts and no more: what is appended makes it no other request
    return isNew(seen, signature.split('=')[1] ?? '', performance.now()) ? 'for-bolt' : 'refused';
  };
}

function isNew(seen: Map<string, number>, signature: string, now: number): boolean {
  for (const [old, at] of seen) {
    if (now - at <= rememberMs) break; // oldest first, as they came
    seen.delete(old);
  }
  if (seen.has(signature)) return false;
  seen.set(signature, now);
  return true;
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.length;
    if (size > bodyLimit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
